import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fakeBackend } from '../../../src/backends/fake/fake-backend.ts';
import { fakePlace } from '../../../src/backends/fake/fake-place.ts';
import { fastClock } from '../../../src/backends/fake/fast-clock.ts';
import type { Scenario } from '../../../src/backends/fake/scenario.ts';
import { runSweep } from '../../../src/dispatch/scheduler/run-loop.ts';
import { RESOURCES, standInJob } from '../../fixtures/stand-in-jobs.ts';
import { NEVER } from './set-up.ts';

const ROUGH: Scenario = {
  site: { slots: 3, corePerHour: 0.1 },
  otherwise: [{ waiting: [{ reason: 'Priority', forS: 3 }], running: { forS: 20 } }],
  jobs: {
    'oom-hmc-1': [{ running: { forS: 5 }, end: { kind: 'failed', errorType: 'oom' } }],
    'diverged-hmc-1': [{ running: { forS: 5 }, end: { kind: 'error', errorType: 'diverged' } }],
    'preempted-hmc-1': [
      { running: { forS: 5 }, end: { kind: 'failed', errorType: 'preempted' } },
      { running: { forS: 5 } },
    ],
    'unscheduled-hmc-1': [{ waiting: [{ reason: 'Resources', forS: null }] }],
    'refused-hmc-1': [],
  },
  faults: [
    { call: 'submit', does: 'throw', when: 'after' },
    { call: 'observe', does: 'throw', when: 'before', times: 3 },
    { call: 'observe', does: 'not know', only: ['plain-hmc-1'], times: 5 },
    {
      call: 'submit',
      does: 'refuse',
      only: ['refused-hmc-1'],
      times: null,
      failure: { stage: 'submit', errorType: 'config', error: 'no such GPU', traceback: '' },
    },
  ],
};

test('a sweep over a rough place comes to its end, each job as its script says, none run twice', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'llc-rough-'));
  const clock = fastClock(100);
  const place = fakePlace(ROUGH, clock);
  const problems = ['plain', 'oom', 'diverged', 'preempted', 'unscheduled', 'refused'];
  const { counts, sweep } = await runSweep(
    {
      sweepId: 's-1',
      jobs: problems.map((problem) => standInJob(problem)),
      backend: fakeBackend(place),
      resources: RESOURCES,
      retries: { initialDelayS: 1, maxRetries: 1 },
      limits: { notStartedS: 120 },
      sweepsDir: join(dir, 'sweeps'),
      runsDir: join(dir, 'runs'),
      storeDir: join(dir, '.llc'),
      tableCopiesDir: null,
      schemaHash: 'schema',
      codeVersion: 'code',
      noSkip: false,
      noArtifacts: false,
      clock,
    },
    NEVER,
  );
  rmSync(dir, { recursive: true });
  const ends = problems.map((problem) => {
    const job = sweep.jobs.get(`${problem}-hmc-1`);
    return `${problem} ${job?.state} ${job?.failure?.errorType ?? ''}`.trim();
  });
  expect(ends).toEqual([
    'plain ok',
    'oom error oom',
    'diverged error diverged',
    'preempted ok',
    'unscheduled error stalled',
    'refused error config',
  ]);
  expect(counts).toMatchObject({ ok: 2, error: 4 });
  expect(place.attempts.started().get('preempted-hmc-1')).toBe(2);
  const taken = place.attempts.all().map(({ handle }) => `${handle.jobId}/${handle.attempt}`);
  expect(new Set(taken).size).toBe(taken.length);
  expect(place.attempts.mostAlive()).toBeLessThanOrEqual(4);
});
