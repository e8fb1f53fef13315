import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { localBackend } from '../../../src/backends/local/local-backend.ts';
import { sweepLayout } from '../../../src/dispatch/artifacts/layout.ts';
import type { SweepEvent } from '../../../src/dispatch/journal/events.ts';
import { readJournal, replay } from '../../../src/dispatch/journal/replay.ts';
import { runSweep } from '../../../src/dispatch/scheduler/run-loop.ts';
import type { SweepRequest } from '../../../src/dispatch/scheduler/sweep-request.ts';
import { mountSmallDisc } from '../../fixtures/small-disc.ts';
import { RESOURCES, standInJob } from '../../fixtures/stand-in-jobs.ts';
import { readTable } from '../artifacts/csv-reader.ts';

const STAND_IN = join(import.meta.dirname, '../../fixtures/workers/stand-in.ts');
const NEVER = new AbortController().signal;
const root = mkdtempSync(join(tmpdir(), 'llc-full-'));
const disc = mountSmallDisc(root, '400k');
afterAll(() => {
  disc?.unmount();
  rmSync(root, { recursive: true });
});

const files = (sweepId: string) => sweepLayout(join(disc?.path ?? '', 'sweeps'), sweepId);

function request(sweepId: string): SweepRequest {
  return {
    sweepId,
    jobs: [1, 2, 3].map((seed) => standInJob('ok', seed)),
    backend: localBackend({
      workerPath: STAND_IN,
      runsDir: join(root, 'runs'),
      cpus: 1,
      lingerMs: 0,
    }),
    resources: RESOURCES,
    retries: { initialDelayS: 0.1, backoff: 1, maxRetries: 1000 },
    maxConcurrent: 1,
    sweepsDir: join(disc?.path ?? '', 'sweeps'),
    runsDir: join(root, 'runs'),
    storeDir: join(root, '.llc'),
    tableCopiesDir: null,
    schemaHash: 'schema',
    codeVersion: 'code',
    noSkip: false,
    noArtifacts: false,
    observeEveryMs: 30,
    writeEveryMs: 30,
  };
}

describe.skipIf(disc === null)('a sweep whose disc takes no more', () => {
  test('waits for room, says why, and loses nothing', async () => {
    const notices: string[] = [];
    const events: SweepEvent[] = [];
    const summary = await runSweep(
      {
        ...request('full'),
        onNotice: (text) => {
          notices.push(text);
          if (notices.length === 3) disc?.makeRoom();
        },
        onEvent: (event) => {
          events.push(event);
          if (event.kind === 'job_finished' && event.jobId === 'ok-hmc-1') disc?.fill();
        },
      },
      NEVER,
    );
    expect(summary.counts).toMatchObject({ ok: 3 });
    expect(notices.join('\n')).toMatch(/ENOSPC|the disc or the quota is full/);
    const { events: written } = await readJournal(files('full').journal);
    expect(written).toEqual(events);
    expect(replay(written)).toEqual(summary.sweep);
    expect(readTable(readFileSync(files('full').results, 'utf8'))).toHaveLength(3);
  });

  test('that may not write at all says so before anything is started', async () => {
    mkdirSync(files('read-only').dir, { recursive: true });
    disc?.setReadOnly(true);
    try {
      await expect(runSweep(request('read-only'), NEVER)).rejects.toMatchObject({
        code: 75,
        message: expect.stringContaining('writing is not permitted'),
      });
    } finally {
      disc?.setReadOnly(false);
    }
  });
});
