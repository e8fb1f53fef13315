import { describe, expect, test } from 'vitest';
import type { LiveSnapshot } from '../../../src/dispatch/scheduler/live-snapshot.ts';
import type { CommandName } from '../../../src/screens/console/command-table.ts';
import { errorsLines } from '../../../src/screens/errors/errors-lines.ts';
import { errorsScreen, openErrors } from '../../../src/screens/errors/errors-screen.ts';
import { textOf } from '../../../src/ui/line.ts';
import { themeOf } from '../../../src/ui/theme.ts';
import { command, contextOf, sweepOf, watchedOf } from '../screen-context.ts';
import { designSweep, failed, jobOf } from './failed-sweep.ts';

const context = contextOf({ sweep: { kind: 'here', value: watchedOf(designSweep()) } });
const state = openErrors('1122-2231-full');
const shown = (at = state, where = context) =>
  errorsLines(at, where).map((line) => textOf(line).trimEnd());

test('the frame of the design', () => {
  expect(shown()).toEqual([
    'Errors  1122-2231-full   12 of 240 failed, 4 causes                   14:32:07',
    '  jobs  cause                         lies with  where',
    '[    7  stalled                       account    large, all samplers]',
    '        call did not start within 180s: no H100. Check the Modal balance or',
    '        add GPU types.  . :retry gpu-types=H100,A100,L40S',
    '     3  OOM: 16.0 of 16 GB            job        large hmc s1 s4 s7',
    '     1  diverged at step 212          job        medium s6 mclmc',
    '     1  lost: gone without a result   site       small s4 hmc',
  ]);
});

test('r retries the group of the cursor, each with the attempt that was seen', () => {
  const down = errorsScreen.act(state, command('down'), context).state;
  const { effects } = errorsScreen.act(
    down ?? state,
    command('retry', { 'mem-gb': '32' }),
    context,
  );
  expect(effects).toEqual([
    {
      kind: 'order',
      sweepId: '1122-2231-full',
      action: 'retry',
      isHeld: true,
      resources: { memoryGb: 32 },
      jobs: [1, 4, 7].map((seed) => ({ jobId: `large-hmc-${seed}`, attempt: 1 })),
    },
  ]);
});

test('the footer says how many each key takes', () => {
  const hint = (name: CommandName) => errorsScreen.hintOf?.(state, name, context);
  expect(hint('enter')).toBe('jobs');
  expect(hint('retry')).toBe('retry these 7');
  expect(hint('retry-failed')).toBe('retry 11');
  expect(hint('copy')).toBeNull();
});

test('what cannot be read behind retry is said and nothing is sent', () => {
  for (const options of [
    { 'mem-gb': 'much' },
    { memory: '3' },
    { cpus: '1.5' },
    { 'mem-gb': '' },
  ]) {
    const step = errorsScreen.act(state, command('retry', options), context);
    expect(step.effects).toBeUndefined();
    expect(step.say).toMatch(/\.$/);
  }
});

test('R leaves out what must repeat and says so', () => {
  const [effect] = errorsScreen.act(state, command('retry-failed'), context).effects ?? [];
  expect(effect).toMatchObject({
    note: '1 diverged left out: the same seed fails the same way.',
  });
  expect(effect?.kind === 'order' && effect.jobs).toHaveLength(11);
});

test('more than 50 jobs or $20 are asked for first', () => {
  const jobs = (count: number, cost: number | null) =>
    Array.from({ length: count }, (_, seed) =>
      jobOf('a', seed, 'hmc', { ...failed('lost', 'x'), cost }),
    );
  const step = (count: number, cost: number | null) =>
    errorsScreen.act(
      state,
      command('retry'),
      contextOf({ sweep: { kind: 'here', value: watchedOf(sweepOf(jobs(count, cost))) } }),
    );
  expect(step(50, 0.1).ask).toBeUndefined();
  expect(step(51, null).ask?.lines.map(textOf)).toEqual(['Retry 51 jobs?']);
  expect(step(21, 1).ask?.lines.map(textOf)).toEqual(['Retry 21 jobs? About $21.']);
});

test('the question names what is left to spend, where the place counts it', () => {
  const jobs = Array.from({ length: 21 }, (_, seed) =>
    jobOf('a', seed, 'hmc', { ...failed('lost', 'x'), cost: 1 }),
  );
  const asked = (budgetLeft: object) => {
    const health = { state: 'well', text: '', at: 0, ...budgetLeft } as const;
    const watched = { ...watchedOf(sweepOf(jobs)), live: { health } as LiveSnapshot };
    const known = contextOf({ sweep: { kind: 'here', value: watched } });
    return errorsScreen.act(state, command('retry'), known).ask?.lines.map(textOf);
  };
  expect(asked({ budgetLeft: 40 })).toEqual(['Retry 21 jobs? About $21 of the $40.00 left.']);
  expect(asked({})).toEqual(['Retry 21 jobs? About $21.']);
});

test('enter opens the jobs of the group, . fills in the next step, y copies the message', () => {
  expect(errorsScreen.act(state, command('enter'), context).open).toMatchObject({
    screen: 'grid',
    cursor: 'large-sgld-8',
    only: { length: 7 },
  });
  expect(errorsScreen.act(state, command('next-step'), context).prompt).toBe(
    'retry gpu-types=H100,A100,L40S',
  );
  expect(errorsScreen.act(state, command('copy'), context).effects).toMatchObject([
    { kind: 'copy', text: expect.stringMatching(/./) },
  ]);
});

describe('without errors', () => {
  const none = contextOf({
    sweep: {
      kind: 'here',
      value: watchedOf(sweepOf([jobOf('a', 1, 'hmc'), jobOf('a', 2, 'hmc', { state: 'waiting' })])),
    },
  });

  test('it says how far the sweep is', () => {
    expect(shown(state, none)[1]).toBe('No errors. 1 of 2 done.');
  });

  test('every act is off in words', () => {
    for (const name of ['retry', 'retry-failed'] as const)
      expect(errorsScreen.off(state, name, none)).toBe('No failed jobs to retry.');
    expect(errorsScreen.act(state, command('retry-failed'), none)).toEqual({
      say: 'No failed jobs to retry.',
    });
  });
});

test('a filter keeps what matches, esc clears it and then leaves', () => {
  const filtered = errorsScreen.act(state, command('filter', {}, ['oom']), context).state ?? state;
  expect(shown(filtered)[2]).toContain('OOM');
  expect(shown(filtered)).toHaveLength(4);
  const nothing = { ...state, filter: 'oom sgld' };
  expect(shown(nothing)[1]).toBe('Nothing matches "oom sgld". esc clears the filter.');
  expect(errorsScreen.act(filtered, command('back'), context)).toEqual({ state });
  expect(errorsScreen.act(state, command('back'), context)).toEqual({ back: true });
});

test('no row passes column 79 but for its bracket, no screen its rows', () => {
  const many = sweepOf(
    Array.from({ length: 60 }, (_, i) =>
      jobOf(
        `a-rather-long-problem-${i}`,
        i,
        'hmc',
        failed('crash', `${'x'.repeat(i + 1)} “fails” ± ${i}`),
      ),
    ),
  );
  for (const rows of [13, 22, 40]) {
    const narrow = contextOf(
      { sweep: { kind: 'here', value: watchedOf(many) } },
      { rows, theme: themeOf({ colour: false, ascii: true }) },
    );
    const last = errorsScreen.act(state, command('last'), narrow).state ?? state;
    const lines = shown(last, narrow);
    expect(lines.length).toBeLessThanOrEqual(rows);
    expect(lines.some((line) => line.startsWith('['))).toBe(true);
    for (const line of lines) {
      expect(line.replace(/\]$/, '').length).toBeLessThanOrEqual(79);
    }
  }
});
