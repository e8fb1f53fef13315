import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fakeBackend } from '../../../src/backends/fake/fake-backend.ts';
import { fakePlace } from '../../../src/backends/fake/fake-place.ts';
import { fastClock } from '../../../src/backends/fake/fast-clock.ts';
import type { Scenario } from '../../../src/backends/fake/scenario.ts';
import type { Site } from '../../../src/backends/fake/site.ts';
import { runExists } from '../../../src/dispatch/artifacts/manifest.ts';
import type { SweepEvent } from '../../../src/dispatch/journal/events.ts';
import { runSweep } from '../../../src/dispatch/scheduler/run-loop.ts';
import type { SweepRequest } from '../../../src/dispatch/scheduler/sweep-request.ts';
import { RESOURCES, standInJob } from '../../fixtures/stand-in-jobs.ts';
import { inMemoryDesk } from './in-memory-desk.ts';

const NEVER = new AbortController().signal;
let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'llc-pull-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A job that ends soon beside a longer one, at a place with a volume; its run is asked for, and what came of it is told. */
async function pulled(
  faults: Scenario['faults'] = [],
  takeBack = false,
  more: { readonly site?: Site; readonly onLive?: SweepRequest['onLive'] } = {},
): Promise<readonly SweepEvent[]> {
  const job = { ...standInJob('ok'), runId: 'abcdefabcdef' };
  const clock = fastClock(100);
  const orders = inMemoryDesk();
  const events: SweepEvent[] = [];
  const jobs = { 'longer-hmc-1': [{ running: { forS: 30 } }] };
  const place = fakePlace(
    { otherwise: [{ running: { forS: 1 } }], jobs, faults, site: more.site ?? {} },
    clock,
  );
  await runSweep(
    {
      sweepId: 's-1',
      jobs: [job, standInJob('longer')],
      backend: fakeBackend(place),
      resources: RESOURCES,
      sweepsDir: join(dir, 'sweeps'),
      runsDir: join(dir, 'runs'),
      storeDir: join(dir, '.llc'),
      tableCopiesDir: null,
      schemaHash: 'schema',
      codeVersion: 'code',
      noSkip: false,
      noArtifacts: false,
      clock,
      orders,
      ...(more.onLive === undefined ? {} : { onLive: more.onLive }),
      onEvent: (event) => {
        events.push(event);
        if (event.kind === 'job_finished' && event.jobId === job.jobId)
          orders.give('pull', null, { holdMs: 8000 });
        if (event.kind === 'pull_held' && takeBack) orders.give('undo', null);
      },
    },
    NEVER,
  );
  return events;
}

const run = () => join(dir, 'runs', 'abcdefabcdef');
const kindsOf = (events: readonly SweepEvent[]) =>
  events.map(({ kind }) => kind).filter((kind) => kind.startsWith('pull_'));

describe('a run that is asked of the place’s storage', () => {
  test('is held for eight seconds, then here, whole, and the sweep ends after it', async () => {
    const events = await pulled();
    expect(kindsOf(events)).toEqual(['pull_held', 'pull_begun', 'pull_ended']);
    expect(await runExists(run())).toBe(true);
    const [held, begun] = ['pull_held', 'pull_begun'].map((kind) =>
      events.find((event) => event.kind === kind),
    );
    expect((begun?.time ?? 0) - (held?.time ?? 0)).toBeGreaterThanOrEqual(8000);
    expect(events.at(-1)?.kind).toBe('sweep_ended');
  });

  test('shows how far it is, at which rate, and nothing any more when it is here', async () => {
    const told: (number | null)[] = [];
    await pulled([], false, {
      // A run of a few hundred bytes in some seconds of the place.
      site: { pullBytesPerS: 40 },
      onLive: ({ pulls = {} }) => {
        const pull = pulls['abcdefabcdef'];
        told.push(pull === undefined ? null : pull.bytes / Math.max(1, pull.total));
        if (pull?.bytesPerS != null) expect(pull.bytesPerS).toBeLessThan(60);
      },
    });
    const shares = told.filter((share) => share !== null);
    expect(shares.some((share) => share > 0 && share < 1)).toBe(true);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(told.at(-1)).toBeNull();
  });

  test('can be taken back meanwhile', async () => {
    expect(kindsOf(await pulled([], true))).toEqual(['pull_held', 'pull_undone']);
    expect(existsSync(run())).toBe(false);
  });

  test.each([
    ['is not what its manifest says', [{ call: 'storage.pull', does: 'corrupt' }]],
    ['breaks off on the way', [{ call: 'storage.pull', does: 'break off', afterBytes: 10 }]],
    ['cannot be asked for', [{ call: 'storage.pull', does: 'throw', when: 'before' }]],
  ] as const)('that %s is told as such, and has no name here', async (_, faults) => {
    const events = await pulled(faults);
    expect(events.find(({ kind }) => kind === 'pull_ended')).toMatchObject({
      failure: { stage: 'collect' },
    });
    expect(existsSync(run())).toBe(false);
  });
});
