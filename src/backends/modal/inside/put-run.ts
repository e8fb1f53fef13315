import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeWhole } from '../../../dispatch/artifacts/atomic-write.ts';
import { RUN_FILES, runDir } from '../../../dispatch/artifacts/layout.ts';
import { runExists, sha256Of } from '../../../dispatch/artifacts/manifest.ts';

/**
 * Puts a finished run on the volume, its manifest last: a volume is committed at any moment, and what lies there
 * without a manifest is known to be a part. Neither links nor renamed folders are needed, which volumes may lack.
 */
export async function putRun(from: string, volume: string, runId: string): Promise<void> {
  const target = runDir(volume, runId);
  await mkdir(target, { recursive: true });
  // A run that is replaced is none while its files change.
  await rm(join(target, RUN_FILES.manifest), { force: true });
  const names = (await readdir(from, { withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name !== RUN_FILES.manifest)
    .map(({ name }) => name);
  for (const name of [...names, RUN_FILES.manifest]) {
    const part = join(target, `${name}.part`);
    await copyFile(join(from, name), part);
    await rename(part, join(target, name));
  }
}

/** Brings a run that lies on the volume whole to where the worker looks for it. */
export async function takeRun(volume: string, runsDir: string, runId: string): Promise<boolean> {
  const there = runDir(volume, runId);
  if (!(await runExists(there))) return false;
  const here = runDir(runsDir, runId);
  await mkdir(here, { recursive: true });
  for (const entry of await readdir(there, { withFileTypes: true }))
    if (entry.isFile()) await copyFile(join(there, entry.name), join(here, entry.name));
  return true;
}

/** Which run lies on the volume. */
export async function manifestHash(volume: string, runId: string): Promise<string> {
  return sha256Of(await readFile(join(runDir(volume, runId), RUN_FILES.manifest)));
}

/** Leaves the result of an attempt on the volume. */
export async function putResult(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeWhole(path, text);
}

const SYNC_MS = 120_000;

/** Commits the volume; where that cannot be asked for, its end commits it. */
export async function commit(volume: string): Promise<void> {
  try {
    const sync = spawn('sync', [volume], { stdio: 'ignore', timeout: SYNC_MS });
    await once(sync, 'close');
  } catch {
    // No such program: the background commit is left.
  }
}
