import { describe, expect, test } from 'vitest';
import { artifactsLines } from '../../../src/screens/artifacts/artifacts-lines.ts';
import { artifactsScreen, openArtifacts } from '../../../src/screens/artifacts/artifacts-screen.ts';
import type { Context } from '../../../src/screens/console/screen.ts';
import type { RunStored } from '../../../src/screens/known/stored.ts';
import { textOf } from '../../../src/ui/line.ts';
import { jobOf } from '../errors/failed-sweep.ts';
import { at, command, contextOf, sweepOf, watchedOf } from '../screen-context.ts';

function run(runId: string, more: Partial<RunStored> = {}): RunStored {
  return {
    runId,
    job: 'small s0 sgld',
    here: 14_200_000,
    there: 14_200_000,
    madeAt: at(23, 12, 10),
    pulling: null,
    state: 'whole',
    inUse: false,
    ...more,
  };
}

const FRAME = [
  run('a1c44d0f9e21', {
    job: 'medium s2 sgld',
    here: null,
    there: 21_700_000,
    madeAt: at(23, 12, 58),
    pulling: { bytes: 61, total: 100, bytesPerS: 5_200_000 },
  }),
  run('77b0e1d92a5c', {
    job: 'small s0 hmc',
    here: null,
    there: 88_000_000,
    madeAt: at(23, 12, 31),
  }),
  run('3f9a12c4e07b'),
  run('0be2f7715d3c', { there: null, here: 14_100_000, madeAt: at(2, 8, 0), state: 'older code' }),
];

const state = openArtifacts(null);
const knowing = (runs: readonly RunStored[], there: string | null, more: Partial<Context> = {}) =>
  contextOf({ stored: { kind: 'here', value: { runs, there } } }, more);
const remote = knowing(FRAME, 'volume llc-runs');
const shown = (context = remote, from = state) =>
  artifactsLines(from, context).map((line) => textOf(line).trimEnd());

test('the rows of the design, the newest first', () => {
  const third = { ...state, place: { cursor: '3f9a12c4e07b', top: 0 } };
  expect(shown(remote, third)).toEqual([
    'Artifacts  here 2 runs, 28.3 MB   volume llc-runs 3 runs, 123.9 MB    14:32:07',
    '  run           job              here  there  size     made   state',
    '  a1c44d0f9e21  medium s2 sgld   61%   ✓      21.7 MB  12:58  pulling, 5.2 MB/s',
    '  77b0e1d92a5c  small s0 hmc           ✓      88.0 MB  12:31  to pull',
    '[ 3f9a12c4e07b  small s0 sgld    ✓     ✓      14.2 MB  12:10  same]',
    '  0be2f7715d3c  small s0 sgld    ✓            14.1 MB  11-02  older code',
  ]);
});

test('a place that does not answer is told of, and the runs here are shown', () => {
  const value = {
    runs: [run('3f9a12c4e07b', { there: null })],
    there: 'volume llc-runs',
    thereTrouble: 'Modal does not answer. Jobs go on.',
  };
  const lines = shown(contextOf({ stored: { kind: 'here', value } }));
  expect(lines[1]).toBe('Modal does not answer. Jobs go on.');
  expect(lines[2]).toContain('3f9a12c4e07b');
});

test('no runs yet', () => {
  expect(shown(knowing([], null))[1]).toBe('No runs yet. They come as jobs finish.');
  expect(artifactsScreen.off(state, 'clean', knowing([], null))).toBe('No runs to remove.');
});

describe('pull', () => {
  const many = Array.from({ length: 26 }, (_, i) =>
    run(`to-pull-${i}`, { here: null, there: 100_000_000 }),
  );
  const context = knowing([...many, run('same')], 'volume llc-runs');

  test('brings the run of the cursor, the marked ones, or all that differ', () => {
    const runIds = (from: typeof state, words: string[] = []) => {
      const [effect] = artifactsScreen.act(from, command('pull', {}, words), context).effects ?? [];
      return effect?.kind === 'pull' ? effect.runIds : [];
    };
    expect(runIds(state)).toEqual(['to-pull-0']);
    expect(runIds({ ...state, marks: new Set(['to-pull-3', 'same', 'to-pull-4']) })).toEqual([
      'to-pull-3',
      'to-pull-4',
    ]);
    expect(runIds({ ...state, place: { cursor: 'same', top: 0 } })).toHaveLength(26);
    expect(runIds(state, ['all'])).toHaveLength(26);
  });

  test('says how much', () => {
    const same = { ...state, place: { cursor: 'same', top: 0 } };
    expect(artifactsScreen.hintOf?.(same, 'pull', context)).toBe('pull 26 (2.6 GB)');
    const onSame = { ...state, place: { cursor: 'same', top: 0 } };
    expect(textOf(artifactsScreen.message(onSame, context))).toBe(
      'p pulls 26 runs, 2.6 GB, all that are only there',
    );
    expect(
      textOf(artifactsScreen.message({ ...state, marks: new Set(['to-pull-3']) }, context)),
    ).toBe('1 marked (1 run, 100.0 MB)   p pulls 1 run, 100.0 MB');
  });

  test('of jobs of the sweep that is watched is an order, which can be taken back', () => {
    const job = { ...jobOf('a', 1, 'hmc'), runId: 'to-pull-0', outcome: {} as never };
    const watched = watchedOf(sweepOf([job]));
    const both = contextOf({ ...context.known, sweep: { kind: 'here', value: watched } });
    const marks = new Set(['to-pull-0', 'to-pull-1']);
    const inside = { ...openArtifacts(watched.sweepId), marks };
    expect(artifactsScreen.act(inside, command('pull'), both).effects).toEqual([
      {
        kind: 'order',
        sweepId: watched.sweepId,
        action: 'pull',
        jobs: [{ jobId: job.jobId, attempt: 1 }],
        isHeld: true,
      },
      { kind: 'pull', runIds: ['to-pull-1'] },
    ]);
    expect(artifactsScreen.act({ ...state, marks }, command('pull'), both).effects).toEqual([
      { kind: 'pull', runIds: ['to-pull-0', 'to-pull-1'] },
    ]);
  });

  test('where runs are here already there is nothing to pull', () => {
    const local = knowing([run('a', { there: null })], null);
    expect(artifactsScreen.off(state, 'pull', local)).toBe('Runs are made here: nothing to pull.');
  });
});

describe('clean', () => {
  const AUGUST = new Date(2026, 7, 2).getTime();
  const old = (i: number, more: Partial<RunStored>) =>
    run(`old-${i}`, { madeAt: AUGUST, there: 50_000_000, here: 50_000_000, ...more });
  const stored = [
    ...Array.from({ length: 25 }, (_, i) => old(i, { there: 48_000_000 })),
    ...Array.from({ length: 12 }, (_, i) => old(100 + i, { here: null })),
    ...Array.from({ length: 3 }, (_, i) => old(200 + i, { inUse: true })),
    run('new'),
  ];

  test('elsewhere: the sheet of the design, and only the number removes', () => {
    const { ask } = artifactsScreen.act(
      state,
      command('clean'),
      knowing(stored, 'volume llc-runs'),
    );
    expect(ask?.title).toBe('Clean volume llc-runs');
    expect(ask?.lines.map(textOf)).toEqual([
      '37 runs older than 30 d, 1.8 GB, the oldest from 08-02.',
      '12 of them are only there and would be gone for good, 600.0 MB.',
      '3 more are kept: a live sweep uses them.',
    ]);
    expect(ask?.answer).toEqual({ kind: 'number', number: 37 });
    expect([ask?.yes, ask?.no]).toEqual(['Type 37 to remove them', 'esc to keep everything']);
    expect(ask?.effects).toMatchObject([{ kind: 'clean', where: 'there', runIds: { length: 37 } }]);
  });

  test('here: a letter for up to 20 runs, the number for more', () => {
    const ask = (count: number) =>
      artifactsScreen.act(
        state,
        command('clean'),
        knowing(
          Array.from({ length: count }, (_, i) => old(i, { there: null })),
          null,
        ),
      ).ask;
    expect(ask(20)?.answer).toEqual({ kind: 'letter' });
    expect(ask(21)?.answer).toEqual({ kind: 'number', number: 21 });
    expect(ask(1)?.lines.map(textOf)).toEqual([
      '1 run older than 30 d, 50.0 MB, the oldest from 08-02.',
      'They are nowhere else and would be gone for good, 50.0 MB.',
    ]);
  });

  test('takes the marked ones, and never what a live sweep uses', () => {
    const marks = new Set(['new', 'old-200']);
    const context = knowing(stored, null);
    const { ask } = artifactsScreen.act({ ...state, marks }, command('clean'), context);
    expect(ask?.effects).toEqual([{ kind: 'clean', where: 'here', runIds: ['new'] }]);
    const only = { ...state, marks: new Set(['old-200']) };
    expect(artifactsScreen.act(only, command('clean'), context)).toEqual({
      say: 'Kept: a live sweep uses it.',
    });
  });

  test('says what it cannot read, and asks nothing', () => {
    for (const options of [
      { where: 'moon' },
      { 'older-than': 'long' },
      { all: 'yes' },
      { where: 'there' },
    ])
      expect(
        artifactsScreen.act(state, command('clean', options), knowing(stored, null)).say,
      ).toMatch(/\.$/);
  });
});

test('marks stay through the filter, and esc takes back one thing at a time', () => {
  const filtered = { ...state, marks: new Set(['3f9a12c4e07b']), filter: 'hmc', hasManifest: true };
  expect(textOf(artifactsScreen.message(filtered, remote))).toContain(
    '1 marked (1 run, 14.2 MB, 1 hidden)',
  );
  let now = filtered;
  for (let i = 0; i < 3; i++)
    now = artifactsScreen.act(now, command('back'), remote).state as typeof now;
  expect(now).toEqual(state);
  expect(artifactsScreen.act(now, command('back'), remote)).toEqual({ back: true });
});

test('a range is marked from where it began to the cursor', () => {
  const begun = artifactsScreen.act(state, command('mark-range'), remote).state ?? state;
  const down = artifactsScreen.act(begun, command('down'), remote).state ?? begun;
  const ended = artifactsScreen.act(down, command('mark-range'), remote).state;
  expect([...(ended?.marks ?? [])]).toEqual(['a1c44d0f9e21', '77b0e1d92a5c']);
});

test('the manifest of the cursor’s run fits below, and no screen passes its rows or columns', () => {
  const many = Array.from({ length: 200 }, (_, i) =>
    run(`${i}`.padStart(12, '0'), {
      job: `a-very-long-problem-name s${i} sampler`,
      madeAt: at(1, 1, 1) - i * 86_400_000,
      files: Array.from({ length: 9 }, (_, f) => ({ name: `file-${f}.nc`, bytes: 1e6 })),
    }),
  );
  for (const rows of [12, 22]) {
    const context = knowing(many, 'volume llc-runs', { rows });
    const lines = shown(context, { ...state, hasManifest: true });
    expect(lines.length).toBeLessThanOrEqual(rows);
    expect(lines.some((line) => line.includes('file-8.nc 1.0 MB'))).toBe(true);
    for (const line of lines) expect(line.replace(/[\]}]$/, '').length).toBeLessThanOrEqual(79);
  }
});
