import { lstat, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunId, runDir } from './layout.ts';
import { stagedName } from './staging.ts';

/** How a removal ended. */
export type RemovalEnd =
  | { readonly state: 'removed' }
  /** It was not there any more. */
  | { readonly state: 'absent' }
  | { readonly state: 'failed'; readonly why: string };

/**
 * Removes one run and nothing else: it loses its name in one step, so that a crash leaves no half run,
 * and is then removed. Links are removed themselves, never what they lead to.
 *
 * @param runsDir - its real path.
 * @param staging - a folder on the same file system (`stagingDir`).
 * @throws Error where the id is no run's, and so may lead anywhere
 */
export async function removeRun(
  runsDir: string,
  staging: string,
  runId: string,
): Promise<RemovalEnd> {
  if (!isRunId(runId)) throw new Error(`no run id: ${JSON.stringify(runId)}`);
  const path = runDir(runsDir, runId);
  const gone = join(staging, stagedName(runId, 'gone'));
  try {
    const entry = await lstat(path);
    if (!entry.isDirectory()) return { state: 'failed', why: `no folder: ${path}` };
    await rename(path, gone);
  } catch (error) {
    if (!(await isThere(path))) return { state: 'absent' };
    return { state: 'failed', why: obstacleText(error) };
  }
  try {
    await rm(gone, { recursive: true, force: true });
    return { state: 'removed' };
  } catch (error) {
    const why = `no run any more, but not all of it could be removed: ${obstacleText(error)}. What is left: ${gone}`;
    return { state: 'failed', why };
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}

function obstacleText(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const isForbidden = code === 'EACCES' || code === 'EPERM';
  return isForbidden ? `${message}; its owner can remove it` : message;
}
