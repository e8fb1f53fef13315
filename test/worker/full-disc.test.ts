import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runExists } from '../../src/dispatch/artifacts/manifest.ts';
import { payloadOf, RUN_ID, runAttempt } from './attempts.ts';

const root = mkdtempSync(join(tmpdir(), 'llc-full-'));
const disc = join(root, 'disc');

/** A file system of 120 kB, which only root may mount; null where that is refused. */
function smallDisc(): string | null {
  mkdirSync(disc);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=120k', 'tmpfs', disc], { stdio: 'ignore' });
    return disc;
  } catch {
    console.warn('skipped: a small file system cannot be mounted here (not root)');
    return null;
  }
}

const place = smallDisc();
afterAll(() => {
  if (place !== null) execFileSync('umount', [place]);
  rmSync(root, { recursive: true, force: true });
});

const JOB = { target: 'quadratic', quad_dim: 3, n_data: 100, sampler: 'hmc', chains: 2 } as const;

describe.skipIf(place === null)('on a full disc', () => {
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
});
