import { join } from 'node:path';
import { expect, test } from 'vitest';
import { storedRunIds, storedRuns } from '../../src/dispatch/artifacts/stored-runs.ts';
import { JOB_STATES } from '../../src/dispatch/job/words.ts';
import { reduce } from '../../src/dispatch/journal/reduce.ts';
import { countsByState } from '../../src/dispatch/journal/selectors.ts';
import { emptySweep } from '../../src/dispatch/journal/sweep-state.ts';
import { llc } from '../e2e/llc.ts';
import { exampleFates } from './example-fates.ts';
import { writeExampleRuns } from './example-runs.ts';
import { exampleFolder, exampleSweep, writeExampleSweep } from './example-sweep.ts';

const NOW = new Date(2026, 10, 23, 14, 32, 7).getTime();

test('its counts are those of the design', () => {
  const { events, live } = exampleSweep({ now: NOW });
  const counts = countsByState(events.reduce(reduce, emptySweep()));
  expect(counts).toEqual({
    planned: 8,
    held: 0,
    submitted: 0,
    waiting: 22,
    starting: 2,
    running: 16,
    collecting: 1,
    retrying: 1,
    ok: 58,
    cached: 8,
    error: 3,
    cancelled: 1,
  });
  expect(live.counts).toEqual(counts);
});

test.each([false, true])('every job comes to its fate, all states: %s', (hasEveryState) => {
  const { events, file } = exampleSweep({ now: NOW, hasEveryState });
  const { jobs } = events.reduce(reduce, emptySweep());
  const fates = exampleFates(hasEveryState);
  expect([...fates.keys()]).toEqual(file.jobs.map(({ jobId }) => jobId));
  for (const [jobId, fate] of fates) {
    const job = jobs.get(jobId)!;
    expect([jobId, job.state, job.attempt]).toEqual([jobId, fate.state, fate.attempt]);
  }
  if (hasEveryState)
    expect(new Set([...jobs.values()].map(({ state }) => state))).toEqual(new Set(JOB_STATES));
});

test.each(['died', 'stopped', 'ended'] as const)('it can have %s', (standing) => {
  const { events } = exampleSweep({ now: NOW, standing });
  const sweep = events.reduce(reduce, emptySweep());
  expect(sweep.ended).toBe(standing === 'ended' ? 'complete' : null);
  expect(sweep.dispatcher?.hasLeft).toBe(standing !== 'died');
  expect(sweep.byState.ok.size).toBe(standing === 'ended' ? 108 : 58);
});

test('nothing happens before the sweep began, after now or out of order', () => {
  const { events } = exampleSweep({ now: NOW, hasEveryState: true });
  const times = events.map(({ time }) => time);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(times.at(-1)).toBeLessThanOrEqual(NOW);
  expect(events[0]?.kind).toBe('sweep_planned');
});

test('what runs has progress and a trace that ends where the progress is', () => {
  const { live, files } = exampleSweep({ now: NOW });
  const job = live.jobs.find(({ jobId }) => jobId === 'large-hmc-0');
  expect(job?.progress?.done).toBe(2460);
  const trace = JSON.parse(files.get('jobs/large-hmc-0/attempt-1/trace.json')!);
  expect(trace.points.at(-1)).toMatchObject({ step: 2460, llc: job?.progress?.llc });
  expect(files.get('jobs/medium-hmc-2/attempt-2/stderr.log')).toContain('oom_kill');
});

test('llc reads it as a sweep that runs', async () => {
  using example = exampleFolder();
  await writeExampleSweep(example.folder, { now: Date.now() });
  const { stdout, stderr } = await llc(example.folder, ['status']);
  expect(stderr).toBe('');
  expect(stdout).toContain('1123-1102-full');
});

test('its finished runs lie whole in runs/', async () => {
  using example = exampleFolder();
  const sweep = exampleSweep({ now: NOW });
  await writeExampleRuns(example.folder, sweep);
  const runsDir = join(example.folder, 'runs');
  const runs = await storedRuns(runsDir, await storedRunIds(runsDir));
  expect(runs).toHaveLength(58 + 8);
  for (const run of runs) expect(run).toMatchObject({ kind: 'run', fault: null });
});
