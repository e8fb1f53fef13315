import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { attemptLayout } from '../../src/dispatch/artifacts/layout.ts';
import { runExists } from '../../src/dispatch/artifacts/manifest.ts';
import { EXIT_CODES } from '../../src/dispatch/job/exit-codes.ts';
import { NEVER, seen, start } from '../backends/local/attempts.ts';
import {
  localBackendOf,
  payloadOf,
  prepareAttempt,
  RUN_ID,
  runAttempt,
  startWorker,
} from './attempts.ts';
import { fill, makeReadOnly, mountSmallDisc, unmount } from './small-disc.ts';

const root = mkdtempSync(join(tmpdir(), 'llc-full-'));
const disc = join(root, 'disc');
const other = join(root, 'other');
const mounted = mountSmallDisc(disc) && mountSmallDisc(other);
afterAll(() => {
  if (mounted) for (const path of [disc, other]) unmount(path);
  rmSync(root, { recursive: true, force: true });
});

const JOB = { target: 'quadratic', quad_dim: 3, n_data: 100, sampler: 'hmc', chains: 2 } as const;

describe.skipIf(!mounted)('on a full disc', () => {
  test('a job fails as disk_full, leaves nothing behind, and hurts no run before it', async () => {
    const paths = { runsDir: join(disc, 'runs'), storeDir: join(disc, '.llc') };
    const small = payloadOf({ ...JOB, hmc_draws: 20, hmc_warmup: 20 }, paths);
    expect((await runAttempt(root, 'fits', small)).result).toMatchObject({ status: 'ok' });

    const large = payloadOf({ ...JOB, hmc_draws: 4000, hmc_warmup: 20 }, paths);
    const { result } = await runAttempt(root, 'large', {
      ...large,
      job: { ...large.job, runId: 'ffffffffffff' },
    });
    expect(result).toMatchObject({
      status: 'error',
      error_type: 'disk_full',
      stage: 'artifacts',
      run_id: 'ffffffffffff',
    });
    expect(await readdir(join(disc, 'runs'))).toEqual([RUN_ID]);
    expect(await readdir(join(disc, '.llc', 'staging'))).toEqual([]);
    expect(await runExists(join(disc, 'runs', RUN_ID))).toBe(true);

    // Replacing a run that exists with one that does not fit leaves the old one.
    const again = await runAttempt(root, 'again', { ...large, noSkip: true });
    expect(again.result).toMatchObject({ error_type: 'disk_full' });
    expect(await runExists(join(disc, 'runs', RUN_ID))).toBe(true);
  });

  test('that holds the attempt too, the exit code alone says so', async () => {
    const payload = payloadOf(JOB);
    const dir = await prepareAttempt(other, 'silent', payload);
    const free = fill(other);
    const { code, result } = await startWorker(dir).ended;
    expect({ code, result }).toEqual({ code: EXIT_CODES.discFull, result: null });

    const handed = await prepareAttempt(other, 'a', payload).catch(() => null);
    expect(handed).toBe(null);
    free();
  });

  test('that fills after the hand-over, the backend says which job, why and what to do', async () => {
    const payload = payloadOf(JOB);
    const dir = await prepareAttempt(other, 'told', payload);
    const free = fill(other);
    const backend = localBackendOf(root);
    const { job, attempt, owner, resources } = payload;
    const handle = await start(backend, { job, attempt, owner, resources, dir });
    const { failure } = await seen(backend, handle, 'failed');
    expect(failure.errorType).toBe('disk_full');
    expect(failure.error).toContain(`The worker of ${job.jobId} (attempt 1)`);
    expect(failure.error).toContain('Its log is empty.');
    expect(failure.error).toContain(attemptLayout(dir).stdout);
    expect(failure.error).toContain('Free space');
    expect(statSync(attemptLayout(dir).stdout).size).toBe(0);
    free();
  });

  test('that may only be read, neither a result nor a log can be written: permission', async () => {
    const payload = payloadOf(JOB);
    const dir = await prepareAttempt(other, 'read-only', payload);
    makeReadOnly(other);
    const { code, result } = await startWorker(dir).ended;
    expect({ code, result }).toEqual({ code: EXIT_CODES.forbidden, result: null });
    const { job, attempt, owner, resources } = payload;
    expect(
      await localBackendOf(root).submit([{ job, attempt, owner, resources, dir }], NEVER),
    ).toMatchObject([{ kind: 'refused', failure: { errorType: 'permission', stage: 'start' } }]);
  });
});
