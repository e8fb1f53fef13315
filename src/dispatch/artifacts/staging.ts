import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { storeStaging } from './layout.ts';
import { runExists } from './manifest.ts';

/**
 * Where runs are made before they get their name: `.llc/staging/`, or a hidden folder of `runs/` where
 * that lies on another file system, because only within one a folder can be renamed.
 */
export async function stagingDir(runsDir: string, storeDir: string): Promise<string> {
  const inStore = storeStaging(storeDir);
  await mkdir(inStore, { recursive: true });
  await mkdir(runsDir, { recursive: true });
  const [runs, store] = await Promise.all([stat(runsDir), stat(inStore)]);
  if (runs.dev === store.dev) return inStore;
  const inRuns = join(runsDir, '.staging');
  await mkdir(inRuns, { recursive: true });
  return inRuns;
}

/**
 * A free name in the staging folder that tells whose it is: `<run_id>~<kind>~<host>~<pid>~<random>`.
 *
 * @param kind - `new` is being made, `old` was moved aside for it, `gone` is being removed and never
 * comes back.
 */
export function stagedName(runId: string, kind: 'new' | 'old' | 'gone'): string {
  return [runId, kind, hostname(), process.pid, randomUUID().slice(0, 8)].join('~');
}

/** Goes on with the removals that died half-way on this machine. */
export async function finishRemovals(staging: string): Promise<void> {
  for (const name of await readdir(staging)) {
    const [, kind, host, pid] = name.split('~');
    if (kind === 'gone' && host === hostname() && !isAlive(Number(pid))) {
      // One that resists again must not stand in the way of others.
      await rm(join(staging, name), { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

/**
 * Puts right what a writer of this run left when it died: a whole run that was moved aside and whose
 * replacement never came gets its name back, half-made ones go.
 *
 * @param path - the run's folder.
 */
export async function mendReplaced(staging: string, runId: string, path: string): Promise<void> {
  for (const name of await readdir(staging)) {
    const [id, kind, host, pid] = name.split('~');
    if (id !== runId) continue;
    const left = join(staging, name);
    if (kind === 'old' && !(await isThere(path)) && (await runExists(left))) {
      // Should another process be quicker, its run is as whole as this one.
      await rename(left, path).catch(ignoring('ENOENT', 'ENOTEMPTY', 'EEXIST'));
    }
    if (host === hostname() && !isAlive(Number(pid))) {
      await rm(left, { recursive: true, force: true });
    }
  }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function ignoring(...codes: readonly string[]): (error: NodeJS.ErrnoException) => void {
  return (error) => {
    if (!codes.includes(error.code ?? '')) throw error;
  };
}
