import { describe, expect, test } from 'vitest';
import type { Context, Effect } from '../../../src/screens/console/screen.ts';
import { settleGrid } from '../../../src/screens/grid/grid-cursor.ts';
import { gridScreen } from '../../../src/screens/grid/grid-screen.ts';
import { type GridState, groupRow } from '../../../src/screens/grid/grid-state.ts';
import type { SweepWatched } from '../../../src/screens/known/sweep-watched.ts';
import { textOf } from '../../../src/ui/line.ts';
import { frameSweep } from '../sweep/frame-sweep.ts';
import { watchedSweep } from '../sweep/watched-sweep.ts';
import { given, gridContext, opened, screenText, stateAfter } from './grid-context.ts';

const watched = frameSweep();
const context = gridContext(watched);

function on(jobId: string, sweep: SweepWatched = watched) {
  return settleGrid(opened(sweep, { wanted: jobId }), sweep, gridContext(sweep));
}

function orderOf(effects: readonly Effect[] | undefined): Extract<Effect, { kind: 'order' }> {
  const [effect] = effects ?? [];
  if (effect?.kind !== 'order') throw new Error('no order');
  return effect;
}

describe('retry', () => {
  test('of the cursor’s job carries the attempt that was seen, and is held', () => {
    expect(given(on('medium-hmc-2'), 'retry', context).effects).toEqual([
      {
        kind: 'order',
        sweepId: '1123-1102-full',
        action: 'retry',
        jobs: [{ jobId: 'medium-hmc-2', attempt: 2 }],
        isHeld: true,
      },
    ]);
  });

  test('takes resources from the command line', () => {
    const options = { 'mem-gb': '32', cpus: '8' };
    const { effects } = given(on('medium-hmc-2'), 'retry', context, options);
    expect(orderOf(effects).resources).toEqual({ memoryGb: 32, cpus: 8 });
  });

  test('says what is wrong with a resource and sends nothing', () => {
    const options = { 'mem-gb': 'much' };
    const step = given(on('medium-hmc-2'), 'retry', context, options);
    expect(step.say).toBe('mem-gb is a number above 0 to 100000; "much" is not.');
    expect(step.effects).toBeUndefined();
  });

  test('of a running job says why not and names the key that cancels', () => {
    const state = on('medium-hmc-7');
    expect(gridScreen.off(state, 'retry', context)).toBe(
      'medium s7 hmc is running. x cancels it first.',
    );
    expect(given(state, 'retry', context).effects).toBeUndefined();
  });

  test('of a finished job names the key that computes again', () => {
    const why = gridScreen.off(on('medium-hmc-1'), 'retry', context);
    expect(why).toBe('It is ok. F computes it again.');
  });

  test('of more than fifty jobs asks', () => {
    const rows = Array.from({ length: 60 }, (_, seed) => `p ${seed} | error oom`);
    const many = watchedSweep({ samplers: ['hmc'], table: rows.join('\n') });
    const { ask, effects } = given(opened(many), 'retry-failed', gridContext(many));
    expect(textOf(ask?.lines[0] ?? [])).toBe('Retry 60 jobs?');
    expect(effects).toBeUndefined();
    expect(orderOf(ask?.effects).jobs).toHaveLength(60);
  });
});

describe('retry-failed', () => {
  test('leaves out what must repeat and says so', () => {
    const { effects } = given(opened(watched), 'retry-failed', context);
    const order = orderOf(effects);
    expect(order.jobs?.map(({ jobId }) => jobId)).toEqual(['small-hmc-4', 'medium-hmc-2']);
    expect(order.note).toBe('1 diverged left out: the same seed fails the same way.');
    expect(order.isHeld).toBe(true);
  });

  test('without failures sends nothing', () => {
    const well = watchedSweep({ samplers: ['hmc'], table: 'a 0 | ok 1 0.1' });
    const step = given(opened(well), 'retry-failed', gridContext(well));
    expect(step).toEqual({ say: 'No failed jobs to retry.' });
  });

  test('what was asked for shows at once, and the rest stays', () => {
    const asked: Context['asked'] = new Map([
      ['small-hmc-4', 'retry'],
      ['medium-hmc-2', 'retry'],
    ]);
    const text = screenText(opened(watched), gridContext(watched, { asked, rows: 40 })).join('\n');
    expect(text.match(/» retry/g)).toHaveLength(2);
    expect(text).toContain('✗ diverged');
  });
});

describe('cancel', () => {
  test('asks with the jobs, the time that is lost and those that only wait', () => {
    const cells = ['running 41 95.2', 'running 50 95', 'waiting Priority', 'planned', 'ok 1 0.1'];
    const sweep = watchedSweep({
      samplers: ['a', 'b', 'c', 'd', 'e'],
      table: `p 0 | ${cells.join(' | ')}`,
    });
    const state = { ...opened(sweep), cursor: { row: 0, column: -1 } };
    const { ask, effects } = given(state, 'cancel', gridContext(sweep));
    expect(textOf(ask?.lines[0] ?? [])).toBe(
      'Cancel 4 jobs? 2 run and lose 1 h 30 min of GPU time; 2 leave the queue.',
    );
    expect(effects).toBeUndefined();
    expect(orderOf(ask?.effects).isHeld).toBe(false);
  });

  test('of an ended job says when it ended', () => {
    expect(gridScreen.off(on('medium-hmc-2'), 'cancel', context)).toBe(
      'Nothing to cancel: it ended 13:32.',
    );
  });
});

test('recompute asks, says how long, and keeps old results', () => {
  const state = { ...opened(watched), cursor: { row: 11, column: -1 } };
  const { ask } = given(state, 'recompute', context);
  expect(textOf(ask?.lines[0] ?? [])).toBe(
    'Compute 4 jobs again? About 2.1 GPU h. Old results stay until new ones are whole.',
  );
  expect(orderOf(ask?.effects)).toMatchObject({ action: 'retry', noSkip: true, isHeld: false });
});

test('pull says why not: the run is here, or there is none yet', () => {
  expect(gridScreen.off(on('medium-hmc-1'), 'pull', context)).toBe('Its run is here already.');
  expect(gridScreen.off(on('medium-hmc-7'), 'pull', context)).toBe('No result yet.');
  const modal = watchedSweep({
    ...{ samplers: ['hmc'], table: 'a 0 | ok 1 0.1' },
    backend: 'modal',
  });
  const { effects } = given(opened(modal), 'pull', gridContext(modal));
  expect(orderOf(effects)).toMatchObject({ action: 'pull', isHeld: true });
});

test('acts take the marks before the cursor, and the marks go', () => {
  const state = { ...on('medium-hmc-1'), marks: ['small-hmc-4', 'medium-hmc-2', 'medium-hmc-7'] };
  const step = given(state, 'retry', context);
  expect(orderOf(step.effects).jobs?.map(({ jobId }) => jobId)).toEqual([
    'small-hmc-4',
    'medium-hmc-2',
  ]);
  expect(step.state?.marks).toEqual([]);
});

test('on a group’s line acts take the whole group', () => {
  const state = { ...opened(watched), cursor: { row: groupRow(1), column: 2 } };
  const { ask } = given(state, 'cancel', context);
  expect(orderOf(ask?.effects).jobs).toHaveLength(13);
});

test('the next step goes on the command line', () => {
  expect(given(on('medium-hmc-2'), 'next-step', context).prompt).toBe('retry mem-gb=32');
  expect(gridScreen.off(on('medium-hmc-1'), 'next-step', context)).toBe('No next step here.');
});

test('the report is the sweep’s table of results', () => {
  expect(given(opened(watched), 'report', context).effects).toEqual([
    { kind: 'view', path: '/home/ana/study/sweeps/1123-1102-full/results.csv' },
  ]);
  const fresh = watchedSweep({ samplers: ['hmc'], table: 'a 0 | planned' });
  expect(gridScreen.off(opened(fresh), 'report', gridContext(fresh))).toBe(
    'No report before the first result.',
  );
});

test('taking over names who runs it and when it was last heard', () => {
  const supervisor = {
    standing: 'silent',
    host: 'login1',
    pid: 4121,
    heardAt: new Date(2026, 10, 23, 13, 58).getTime(),
  } as const;
  const away = { ...watched, supervisor };
  const { ask } = given(opened(away), 'take-over', gridContext(away));
  expect(textOf(ask?.lines[0] ?? [])).toBe(
    'Take over from login1, pid 4121? Its heartbeat stopped 13:58.',
  );
  expect(gridScreen.off(opened(watched), 'take-over', context)).toMatch(/^Nothing to take over/);
});

test('next-problem goes round through errors and doubts and opens folded groups', () => {
  const start: GridState = { ...on('small-sgld-1'), folded: [0, 1, 2] };
  const found: string[] = [];
  let state = start;
  for (let press = 0; press < 7; press += 1) {
    state = stateAfter(state, ['next-problem'], context);
    const { row, column } = state.cursor ?? { row: 0, column: 0 };
    found.push(watched.families.families[row]?.jobs[column] ?? '');
  }
  expect(found).toEqual([
    'small-hmc-4',
    'medium-hmc-2',
    'medium-mclmc-3',
    'medium-sgld-4',
    'medium-mclmc-6',
    'large-sghmc-0',
    'small-hmc-4',
  ]);
  const well = watchedSweep({ samplers: ['hmc'], table: 'a 0 | ok 1 0.1' });
  expect(gridScreen.off(opened(well), 'next-problem', gridContext(well))).toBe(
    'Nothing needs you.',
  );
});
