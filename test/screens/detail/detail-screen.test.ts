import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CommandName } from '../../../src/screens/console/command-table.ts';
import type { Context, Step } from '../../../src/screens/console/screen.ts';
import { detailLines } from '../../../src/screens/detail/detail-lines.ts';
import { detailScreen } from '../../../src/screens/detail/detail-screen.ts';
import { type DetailState, openDetail } from '../../../src/screens/detail/detail-state.ts';
import { WAITING } from '../../../src/screens/known/loaded.ts';
import { textOf } from '../../../src/ui/line.ts';
import { widthOf } from '../../../src/ui/text/width.ts';
import {
  type At,
  clock,
  contextOf,
  failureOf,
  filesOf,
  handle,
  JOBS,
  NOW,
  of,
  PROGRESS,
  runs,
  SWEEP,
  TRACE,
  watched,
} from './watched-job.ts';

const RUNNING = 'large-hmc-0';
const FAILED = 'medium-hmc-2';
const DONE = 'small-hmc-0';
const WAITS = 'large-sghmc-2';

const FACTS: readonly At[] = [
  ...runs(FAILED, '48213_42', 'gpu-03', '12:06:10'),
  [
    '12:47',
    {
      kind: 'attempt_failed',
      ...of(FAILED),
      failure: failureOf(),
      retryAt: clock('12:47:41'),
      usage: null,
    },
  ],
  ['12:47:41', { kind: 'attempt_opened', ...of(FAILED, 2) }],
  ['12:47:41', { kind: 'job_submitted', ...of(FAILED, 2), handle: handle(FAILED, '48213_42', 2) }],
  ['12:48', { kind: 'job_running', ...of(FAILED, 2), on: 'gpu-06', since: clock('12:48') }],
  [
    '13:29',
    { kind: 'job_failed', ...of(FAILED, 2), failure: failureOf(), durationS: 2460, usage: null },
  ],
  ...runs(DONE, '48213_2', 'gpu-01', '11:10'),
  [
    '11:40',
    {
      kind: 'job_finished',
      ...of(DONE),
      durationS: 1800,
      usage: null,
      outcome: {
        llcMean: 31.7,
        llcSe: 0.72,
        ess: 212.4,
        rhat: 1.034,
        tSampling: 1500,
        workGrad: 98_000,
        wnvTime: null,
        wnvFde: null,
        verdict: 'chains_disagree',
      },
    },
  ],
  ...runs(RUNNING, '48213_74', 'gpu-05', '13:47'),
  ['14:12', { kind: 'attempt_opened', ...of(WAITS) }],
  ['14:12', { kind: 'job_submitted', ...of(WAITS), handle: handle(WAITS, '48213_80') }],
  ['14:12', { kind: 'job_waiting', ...of(WAITS), reason: 'Priority' }],
];

const sweep = watched(FACTS, new Map([[RUNNING, PROGRESS]]));

const FILES = {
  [RUNNING]: filesOf(RUNNING, { trace: TRACE }),
  [FAILED]: filesOf(FAILED, {
    stdout: ['step 6,200 of 10,000  llc 31.4'],
    stderr: ['Detected 1 oom_kill event'],
  }),
  [DONE]: filesOf(DONE, {
    runDir: '/home/ana/study/runs/77b0e1d92a5c',
    metrics: {
      hmc_llc_by_chain: [31, 34, 31, 32],
      hmc_ess_tail: 187.6,
      hmc_virial: 1.02,
      hmc_mean_acceptance: 0.81,
      hmc_verdict_text: 'The chains disagree.',
      llc_exact: 31.415926,
    },
  }),
  [WAITS]: filesOf(WAITS),
} as const;
type Shown = keyof typeof FILES;

function at(jobId: Shown, tab: DetailState['tab'], more: Partial<DetailState> = {}): DetailState {
  return { ...openDetail({ screen: 'detail', sweepId: SWEEP, jobId }), tab, ...more };
}
const contextFor = (jobId: Shown, more: Parameters<typeof contextOf>[1] = {}) =>
  contextOf(sweep, { files: FILES[jobId], ...more });

function screenOf(jobId: Shown, tab: DetailState['tab'], more: Partial<DetailState> = {}) {
  return detailLines(at(jobId, tab, more), contextFor(jobId)).map(textOf);
}

function give(
  state: DetailState,
  name: CommandName,
  words: readonly string[] = [],
  options: Readonly<Record<string, string>> = {},
  context: Context = contextFor(state.jobId as Shown),
): Step<DetailState> {
  return detailScreen.act(state, { name, options, words }, context);
}

describe('a job that runs', () => {
  test('names the GPU that its worker has opened, in the place of the type that was asked for', () => {
    const gpu = 'NVIDIA A100-SXM4-80GB by vulkan (NVIDIA: 570.86.15)';
    const onGpu = watched(FACTS, new Map([[RUNNING, { ...PROGRESS, gpu }]]));
    const rows = detailLines(at(RUNNING, 1), contextOf(onGpu, { files: FILES[RUNNING] })).map(
      textOf,
    );
    expect(rows[3]).toMatch(
      /^slurm 48213_74 on gpu-05, 4 cpus, 16 GB, NVIDIA A100-SXM4-80GB by vulkan/,
    );
  });

  test.each([
    ['local', 'box', 'local 4711 on box, 4 cpus, 16 GB, 1 GPU'],
    ['local', 'box, NVIDIA A100', 'local 4711 on box, NVIDIA A100, 4 cpus, 16 GB'],
    ['modal', '4711 (H100)', 'modal 4711 on H100, 4 cpus, 16 GB'],
    ['submitit', 'gpu-05', 'slurm 4711 on gpu-05, 4 cpus, 16 GB, A100'],
  ])(
    '%s, on “%s”: the GPU that it got stands there once, else what would do',
    (backend, on, text) => {
      const there = watched(runs(RUNNING, '4711', on, '13:47'), new Map(), { backend });
      const rows = detailLines(at(RUNNING, 1), contextOf(there, { files: null })).map(textOf);
      expect(rows[3]).toBe(text);
    },
  );

  test('on a machine with its GPU names that GPU once', () => {
    const gpu = 'NVIDIA A100-SXM4-80GB by vulkan (NVIDIA: 570.86.15)';
    const on = 'box, NVIDIA A100-SXM4-80GB';
    const there = watched(
      runs(RUNNING, '4711', on, '13:47'),
      new Map([[RUNNING, { ...PROGRESS, gpu }]]),
    );
    const rows = detailLines(at(RUNNING, 1), contextOf(there, { files: null })).map(textOf);
    expect(rows[3]).toMatch(/^slurm 4711 on box, 4 cpus, 16 GB, NVIDIA A100-SXM4-80GB by vulkan/);
  });

  test('shows what it has cost so far where its price is known, with the attempts before it', () => {
    const lost = {
      kind: 'attempt_failed',
      ...of(RUNNING),
      failure: failureOf({ errorType: 'lost' }),
    } as const;
    const usage = { seconds: 3600, cpuHours: 4, gpuHours: 1, cost: 4 };
    const costOf = (facts: readonly At[], perHour: number | null) =>
      detailLines(
        at(RUNNING, 1),
        contextOf(watched(facts, new Map(), { backend: 'modal' }, perHour), { files: null }),
      )
        .map(textOf)
        .find((row) => row.startsWith('cost'));
    // 45 min 7 s at 4 $ an hour.
    const first = runs(RUNNING, 'sb-1', 'sb-1 (H100)', '13:47');
    expect(costOf(first, 4)).toBe('cost   ~$3.01 so far, 0.8 GPU h');
    expect(costOf(first, null)).toBe('cost   0.8 GPU h');
    const second: readonly At[] = [
      ...runs(RUNNING, 'sb-1', 'sb-1 (H100)', '12:00'),
      ['13:00', { ...lost, retryAt: clock('13:47'), usage }],
      ['13:47', { kind: 'attempt_opened', ...of(RUNNING, 2) }],
      ['13:47', { kind: 'job_submitted', ...of(RUNNING, 2), handle: handle(RUNNING, 'sb-2', 2) }],
      ['13:47', { kind: 'job_running', ...of(RUNNING, 2), on: 'sb-2', since: clock('13:47') }],
    ];
    expect(costOf(second, 4)).toBe('cost   ~$7.01 so far, 0.8 GPU h');
  });

  test('fills 80x24 as designed', () => {
    const rows = screenOf(RUNNING, 1);
    expect(rows).toHaveLength(22);
    expect(rows.filter((_, i) => i < 8 || i > 14)).toEqual([
      'large s0 hmc   ▸ running 41%   attempt 1 of 4         slurm ok 14:31   14:32:07',
      '[1 overview]  2 attempts  3 error  4 log  5 config  6 diagnostics',
      '',
      'slurm 48213_74 on gpu-05, 4 cpus, 16 GB, A100',
      'step 2,460 of 6,000   since 13:47   done ~15:36   limit 16:47',
      'watchdogs  started ✓ 13:47  first word ✓  heartbeat 14:31, limit 5 min',
      '',
      'running LLC 95.2 ±2.9   chains 96.6 93.2 98.2 92.9   dots: the band',
      '',
      'step    1,200   1,600   2,000   2,460     work   0.15 ESS/s',
      'R-hat   1.214   1.052   1.019   1.008     cost   0.8 GPU h',
      'ESS        38     161     287     412     exact  not known',
      '',
      'run     runs/3f9a12c4e07b',
      'files   sweeps/1123-1102-full/jobs/large-hmc-0',
    ]);
    expect(rows[8]).toMatch(/^98 [\u2800-\u28ff ]+ 1 3$/);
    expect(rows[13]).toMatch(/^80 [\u2800-\u28ff]/);
    expect(rows[14]).toMatch(/^ {3}1,000 +step +2,460$/);
    const message = detailScreen.message(at(RUNNING, 1), contextFor(RUNNING));
    expect(textOf(message)).toBe('Good so far: R-hat below 1.01, ESS above 400.');
  });

  test('in ASCII its plot is of chain digits and colons', () => {
    const context = contextFor(RUNNING, { ascii: true });
    const rows = detailLines(at(RUNNING, 1), context).map(textOf);
    expect(rows.join('')).toMatch(/^[ -~]*$/);
    expect(rows.slice(8, 14).join('')).toMatch(/(?=.*:)(?=.*3)/);
  });

  test('on a low screen the plot goes and the numbers stay', () => {
    const context = contextFor(RUNNING, { rows: 15 });
    const rows = detailLines(at(RUNNING, 1), context).map(textOf);
    expect(rows.join('\n')).not.toMatch(/[\u2800-\u28ff]/);
    expect(rows.at(-1)).toMatch(/^files/);
  });

  test('what was asked for stands in place of its state', () => {
    const asked = new Map([[RUNNING, 'cancel']] as const);
    const [title] = detailLines(at(RUNNING, 1), contextFor(RUNNING, { asked }));
    expect(textOf(title ?? [])).toContain('» cancel');
  });

  test('before the first value it says when one comes', () => {
    const early = watched(runs(RUNNING, '1', 'gpu-05', '13:47'));
    const context = contextOf(early, { files: filesOf(RUNNING) });
    expect(textOf(detailScreen.message(at(RUNNING, 1), context))).toBe(
      'First value after warm-up, at step 1,000.',
    );
    expect(detailLines(at(RUNNING, 4), context).map(textOf)).toContain(
      'No output since its start at 13:47.',
    );
  });
});

describe('a job that failed', () => {
  test('lists its attempts with their reasons', () => {
    expect(screenOf(FAILED, 2).slice(3)).toEqual([
      'try  state   began     ended   where           why',
      '1    error   12:06:10  12:47   gpu-03 48213_42 OOM: used 16.0 of 16 GB',
      '2    error   12:47:41  13:29   gpu-06 48213_42 OOM again: used 16.0 of 16 GB',
    ]);
  });

  test('tells the error in full, what to do, and the end of its log', () => {
    expect(screenOf(FAILED, 3).slice(3, 8)).toEqual([
      '✗ OOM, attempt 2 of 4, while sampling, after 41 min',
      '  The node ended the job: it used 16.0 of 16 GB.',
      '  Next: Press . to retry with 32 GB   :retry mem-gb=32    r as it is',
      '',
      '  err| Detected 1 oom_kill event',
    ]);
    expect(screenOf(FAILED, 3).at(-1)).toMatch(/^ {7}….*\/attempt-1\/stderr\.log$/);
  });

  test('shows both outputs, and that they follow', () => {
    expect(screenOf(FAILED, 4).slice(3)).toEqual([
      'out| step 6,200 of 10,000  llc 31.4',
      `err| Detected 1 oom_kill event${' '.repeat(23)}following, a move stops it`,
    ]);
  });

  test('the step that mends it goes to the command line', () => {
    expect(give(at(FAILED, 1), 'next-step')).toEqual({ prompt: 'retry mem-gb=32' });
    const { effects } = give(at(FAILED, 1), 'retry', [], { 'mem-gb': '32' });
    expect(effects).toEqual([
      {
        kind: 'order',
        sweepId: SWEEP,
        action: 'retry',
        jobs: [{ jobId: FAILED, attempt: 2 }],
        resources: { memoryGb: 32 },
        isHeld: true,
      },
    ]);
  });

  test('a change that is none is refused in words, and nothing is sent', () => {
    expect(give(at(FAILED, 1), 'retry', [], { 'mem-gb': 'much' })).toEqual({
      say: 'mem-gb is a number above 0 to 100000; "much" is not.',
    });
    expect(give(at(FAILED, 1), 'retry', [], { colour: 'red' }).effects).toBeUndefined();
  });
});

describe('acts that do not apply say why', () => {
  test.each([
    [RUNNING, 'retry', 'large s0 hmc is running. x cancels it first.'],
    [DONE, 'retry', 'It is ok. F computes it again.'],
    [FAILED, 'cancel', 'Nothing to cancel: it ended 13:29.'],
    [DONE, 'pull', 'Its run is here already.'],
    [FAILED, 'pull', 'No result yet.'],
    [RUNNING, 'next-step', 'No next step here.'],
    [WAITS, 'pager', 'No log yet.'],
    [RUNNING, 'filter', 'The filter is for the config: 5.'],
  ] as const)('%s: %s', (jobId, name, why) => {
    expect(give(at(jobId, 1), name)).toEqual({ say: why });
    expect(detailScreen.off(at(jobId, 1), name, contextFor(jobId))).toBe(why);
  });
});

test('cancelling and computing again ask first, with numbers', () => {
  const cancel = give(at(RUNNING, 1), 'cancel');
  expect(cancel.effects).toBeUndefined();
  expect(cancel.ask?.lines.map(textOf)).toEqual([
    'Cancel large s0 hmc? It runs and loses 45 min 7 s of GPU time.',
  ]);
  const again = give(at(DONE, 1), 'recompute');
  expect(again.ask?.lines.map(textOf).join(' ')).toBe(
    'Compute small s0 hmc again? About 0.5 GPU h. The old result stays until the new one is whole.',
  );
  expect(again.ask?.effects).toMatchObject([{ action: 'retry', noSkip: true, isHeld: false }]);
});

describe('a finished job', () => {
  test('its verdict comes in words with what to do, and its numbers', () => {
    expect(screenOf(DONE, 6).slice(3)).toEqual([
      'verdict  ? chains disagree: R-hat 1.034, wanted below 1.01. Try more draws:',
      'raise hmc_draws.',
      'LLC 31.7 ±0.7',
      'R-hat 1.034  ESS 212, tail 187  virial 1.02  accept 0.81  chains 31 34 31 32',
      '',
      'The chains disagree.',
    ]);
  });

  test('its work, its cost and the exact value stand in the overview', () => {
    const text = screenOf(DONE, 1).join('\n');
    expect(text).toMatch(/work {3}9\.8e4 gradients, 0\.14 ESS\/s/);
    expect(text).toMatch(/exact {2}31\.416/);
    expect(text).toMatch(/since 11:10 {3}ended 11:40 {3}took 30 min/);
  });
});

describe('the configuration', () => {
  test('begins with what differs from the family, and can be filtered', () => {
    const rows = screenOf(RUNNING, 5);
    expect(rows[3]).toBe('differs from its family in 1 field');
    expect(rows[4]).toMatch(/^ {2}hmc_draws +5,000 > 9,000 {3}from --sampler-grid$/);
    const filtered = give(at(RUNNING, 5), 'filter', ['hmc_warm']).state as DetailState;
    expect(screenOf(RUNNING, 5, filtered).slice(3)).toContainEqual(
      expect.stringMatching(/^ {2}hmc_warmup +1,000$/),
    );
    expect(give(filtered, 'back').state?.filter).toBe('');
    expect(give(at(RUNNING, 5), 'back')).toEqual({ back: true });
  });

  test('a filter without a match says how to clear it', () => {
    expect(screenOf(RUNNING, 5, { filter: 'nothing' })[3]).toBe(
      'Nothing matches "nothing". esc clears the filter.',
    );
  });
});

describe('the log', () => {
  const stdout = Array.from({ length: 100 }, (_, n) => `line ${n + 1}`);
  const long = contextOf(sweep, { files: filesOf(RUNNING, { stdout }) });
  const last = (state: DetailState) => textOf(detailLines(state, long).at(-1) ?? []);

  test('follows its end; a move stops it, G and f follow again', () => {
    const followed = at(RUNNING, 4);
    expect(last(followed)).toMatch(/^out\| line 100 +following, a move stops it$/);
    const moved = give(followed, 'up', [], {}, long).state as DetailState;
    expect(last(moved)).toMatch(/^out\| line 99 +81-99 of 100$/);
    for (const name of ['last', 'follow'] as const)
      expect(last(give(moved, name, [], {}, long).state as DetailState)).toMatch(/following/);
  });

  test('what a job writes is shown, not obeyed', () => {
    const files = filesOf(RUNNING, { stdout: ['\u001b]0;x\u0007', '10%\r20%'] });
    const rows = detailLines(at(RUNNING, 4), contextOf(sweep, { files })).map(textOf);
    expect(rows[3]).toBe('out| ^[]0;x^G');
    expect(rows[4]).toMatch(/^out\| 20% /);
  });

  test('the pager gets its path', () => {
    expect(give(at(FAILED, 4), 'pager').effects).toEqual([
      { kind: 'page', path: FILES[FAILED].stdoutPath },
    ]);
    expect(give(at(FAILED, 3), 'pager').effects).toEqual([
      { kind: 'page', path: FILES[FAILED].stderrPath },
    ]);
  });
});

test('[ and ] go through the plan in its order and stop at its ends', () => {
  let state = at(RUNNING, 2);
  state = give(state, 'next-job').state as DetailState;
  const index = JOBS.findIndex(({ jobId }) => jobId === RUNNING);
  expect(state.jobId).toBe(JOBS[index + 1]?.jobId);
  expect(state.tab).toBe(2);
  const first = { ...state, jobId: JOBS[0]?.jobId as string };
  expect(give(first, 'previous-job', [], {}, contextOf(sweep))).toEqual({
    say: 'This is the first job.',
  });
});

test('a queue that lets it wait is named with since when', () => {
  expect(textOf(detailScreen.message(at(WAITS, 1), contextFor(WAITS)))).toBe(
    'Not tried yet: Priority since 14:12.',
  );
});

test('before the sweep is read, and of a job that is none, the screen says so', () => {
  const context = contextOf(sweep);
  const unread = { ...context, known: { ...context.known, sweep: WAITING } };
  expect(detailLines(at(RUNNING, 1), unread).map(textOf)).toEqual(['The sweep is being read.']);
  const strange = { ...at(RUNNING, 1), jobId: 'gone' };
  expect(detailLines(strange, context).map(textOf)).toEqual(['The sweep has no job gone.']);
});

describe('whatever is pressed on whatever screen', () => {
  const command = fc.record({
    name: fc.constantFrom(...detailScreen.commands),
    words: fc.oneof(
      fc.constant([]),
      fc.constantFrom('1', '2', '3', '4', '5', '6', 'log', '9').map((word) => [word]),
      fc.string({ maxLength: 8 }).map((word) => [word]),
    ),
    options: fc.constantFrom({}, { 'mem-gb': '32' }, { cpus: 'x' }),
  });
  const name = fc.string({ unit: 'grapheme', maxLength: 30 });

  test('nothing throws, and no row or column is passed', () => {
    fc.assert(
      fc.property(
        fc.array(command, { maxLength: 20 }),
        fc.integer({ min: 60, max: 200 }),
        fc.integer({ min: 13, max: 60 }),
        fc.boolean(),
        fc.array(name, { maxLength: 60 }),
        fc.constantFrom(...(Object.keys(FILES) as Shown[])),
        (commands, columns, rows, ascii, stdout, jobId) => {
          let state: DetailState = at(jobId, 1);
          for (const one of commands) {
            const files = FILES[state.jobId as Shown] ?? filesOf(state.jobId);
            const context = contextOf(sweep, {
              files: { ...files, stdout: [...files.stdout, ...stdout] },
              columns,
              rows,
              ascii,
            });
            state = detailScreen.act(state, one, context).state ?? state;
            const lines = detailLines(state, context).map(textOf);
            expect(lines.length).toBeLessThanOrEqual(rows);
            for (const text of lines) {
              expect(widthOf(text)).toBeLessThanOrEqual(columns - 1);
              expect(text).not.toMatch(/\p{Cc}/u);
            }
            for (const of of detailScreen.commands) detailScreen.off(state, of, context);
            expect(textOf(detailScreen.message(state, context))).not.toMatch(/\p{Cc}/u);
            detailScreen.title(state, context);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

test('the clock is that of what is known', () => {
  const context = contextFor(RUNNING);
  const later = { ...context, known: { ...context.known, now: NOW + 1000 } };
  expect(textOf(detailLines(at(RUNNING, 1), later)[0] ?? [])).toMatch(/14:32:08$/);
});
