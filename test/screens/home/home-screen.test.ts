import { describe, expect, test } from 'vitest';
import { JOB_STATES, type JobState } from '../../../src/dispatch/job/words.ts';
import type { Context } from '../../../src/screens/console/screen.ts';
import { homeLines } from '../../../src/screens/home/home-lines.ts';
import { homeScreen, openHome } from '../../../src/screens/home/home-screen.ts';
import type { SweepOnHome } from '../../../src/screens/known/sweep-on-home.ts';
import { textOf } from '../../../src/ui/line.ts';
import { at, command, contextOf, NOW } from '../screen-context.ts';

function counts(given: Partial<Record<JobState, number>>) {
  return Object.fromEntries(
    JOB_STATES.map((state) => [state, given[state] ?? 0]),
  ) as SweepOnHome['counts'];
}

function sweep(sweepId: string, more: Partial<SweepOnHome>): SweepOnHome {
  return {
    sweepId,
    standing: 'running',
    counts: counts({}),
    total: 8,
    plannedAt: NOW,
    endedAt: null,
    doneAt: null,
    cost: null,
    gpuHours: null,
    backend: 'slurm',
    holder: null,
    heardAt: null,
    note: '',
    ...more,
  };
}

const SWEEPS = [
  sweep('1123-1102-full', {
    counts: counts({ ok: 58, cached: 8, error: 3, cancelled: 1, running: 50 }),
    total: 120,
    gpuHours: 31.2,
    plannedAt: at(23, 11, 2),
    doneAt: at(23, 16, 50),
  }),
  sweep('1123-1431-quick', {
    counts: counts({ ok: 3, running: 5 }),
    plannedAt: at(23, 14, 31),
    doneAt: at(23, 14, 33),
  }),
  sweep('1122-2231-full', {
    standing: 'ended',
    counts: counts({ ok: 228, error: 12 }),
    total: 240,
    cost: 31.8,
    plannedAt: at(22, 22, 31),
    endedAt: at(23, 2, 10),
  }),
  sweep('1120-1800-dln', {
    standing: 'died',
    counts: counts({ ok: 9, error: 2, planned: 53 }),
    total: 64,
    gpuHours: 0.9,
    plannedAt: at(20, 18, 0),
    heardAt: at(20, 19, 12),
  }),
];

const state = openHome();
const knowing = (value: readonly SweepOnHome[], more: Partial<Context> = {}) =>
  contextOf({ sweeps: { kind: 'here', value } }, more);
const shown = (where: Context, from = state) =>
  homeLines(from, where).map((line) => textOf(line).trimEnd());

test('the frame of the design', () => {
  const context = knowing(SWEEPS);
  expect([...shown(context), textOf(homeScreen.message(state, context))]).toEqual([
    'llc  ~/study                                                          14:32:07',
    '  sweep             state        done     errors  cost        began      left',
    '[ 1123-1102-full    running      70/120   3       31.2 GPU h  11:02      ~16:50]',
    '  1123-1431-quick   running      3/8                          14:31      ~14:33',
    '  1122-2231-full    ended 02:10  240/240  12      $31.80      Sun 22:31',
    '  1120-1800-dln     stopped      11/64    2       0.9 GPU h   Fri 18:00',
    '1120-1800-dln: supervisor died Fri 19:12. enter starts a new one and goes on',
  ]);
});

test('an empty directory says how to begin', () => {
  expect(shown(knowing([]))[1]).toBe('No sweeps here yet. n starts one.');
  expect(homeScreen.act(state, command('enter'), knowing([])).say).toBe(
    'No sweeps here yet. n starts one.',
  );
});

test('enter, n and A open the grid, the wizard and the artifacts', () => {
  const context = knowing(SWEEPS);
  const down = homeScreen.act(state, command('down'), context).state ?? state;
  expect(homeScreen.act(down, command('enter'), context).open).toEqual({
    screen: 'grid',
    sweepId: '1123-1431-quick',
  });
  expect(homeScreen.act(state, command('new'), context).open).toEqual({ screen: 'wizard' });
  expect(homeScreen.act(state, command('artifacts'), context).open).toMatchObject({
    screen: 'artifacts',
  });
});

test('the cursor stays with its sweep when a newer one comes', () => {
  const last = homeScreen.act(state, command('last'), knowing(SWEEPS)).state ?? state;
  const later = knowing([sweep('1123-1432-new', {}), ...SWEEPS]);
  expect(shown(later, last).filter((line) => line.startsWith('['))[0]).toContain('1120-1800-dln');
});

describe('the filter', () => {
  test('keeps what holds all words and says of how many', () => {
    const filtered = homeScreen.act(
      state,
      command('filter', {}, ['full !running']),
      knowing(SWEEPS),
    );
    const lines = shown(knowing(SWEEPS), filtered.state);
    expect(lines[0]).toContain('[/ full !running: 1 of 4]');
    expect(lines).toHaveLength(3);
  });

  test('says that nothing matches, and esc clears it before it leaves', () => {
    const none = { ...state, filter: 'oom hmc' };
    expect(shown(knowing(SWEEPS), none)[1]).toBe(
      'Nothing matches "oom hmc". esc clears the filter.',
    );
    expect(homeScreen.act(none, command('back'), knowing(SWEEPS))).toEqual({ state });
  });
});

test('a sweep that cannot be read says why instead of opening', () => {
  const context = knowing([
    sweep('x', { standing: 'unreadable', note: 'The journal is damaged: line 3 is no event.' }),
  ]);
  expect(homeScreen.act(state, command('enter'), context)).toEqual({
    say: 'The journal is damaged: line 3 is no event.',
  });
  expect(shown(context)[2]).toContain('unreadable');
});

test('no row passes column 79 but for its bracket, and no more rows come than there are', () => {
  const long = Array.from({ length: 60 }, (_, i) =>
    sweep(`a-sweep-with-a-very-long-name-${i}`, {
      total: 99_999,
      counts: counts({ ok: 99_999, error: 12_000 }),
      gpuHours: 12_345,
      plannedAt: at(1, 1, i % 60),
      doneAt: at(28, 3, 4),
      note: 'x'.repeat(300),
    }),
  );
  for (const rows of [10, 22]) {
    const context = knowing(long, { rows });
    const last = homeScreen.act(state, command('last'), context).state ?? state;
    const lines = shown(context, last);
    expect(lines.length).toBeLessThanOrEqual(rows);
    expect(lines.at(-1)).toMatch(/^\[.*\]$/);
    for (const line of lines) expect(line.replace(/\]$/, '').length).toBeLessThanOrEqual(79);
  }
});
