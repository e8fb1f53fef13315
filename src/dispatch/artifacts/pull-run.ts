import { mkdir, open, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Failure } from '../job/words.ts';
import { RUN_FILES, runDir } from './layout.ts';
import { runExists } from './manifest.ts';
import { publishFolder } from './publish-folder.ts';
import { stagedName } from './staging.ts';

/** A file of a run where it lies. */
export interface SourceFile {
  readonly bytes: number;
  /** Its bytes from some point on, as they come. Throws where they stop coming. */
  read(from: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** A run where it lies: its files by name, the manifest among them; null where there is no such run. */
export type RunSource = ReadonlyMap<string, SourceFile> | null;

/** Where a run is put together; a name that a later call finds again, on the target's file system. */
const PULLING = '.pulling';

/**
 * Brings one run into `targetDir/<run_id>/`: its bytes into a folder elsewhere, going on where an earlier
 * call was broken off, then verified by its manifest, then renamed into place.
 *
 * @returns null, or why it is not there
 */
export async function pullRun(
  runId: string,
  files: RunSource,
  targetDir: string,
  signal: AbortSignal,
  onProgress?: (runId: string, bytes: number, total: number) => void,
): Promise<Failure | null> {
  const names = [runId, ...(files?.keys() ?? [])];
  if (files === null || !names.every(isPlainName))
    return failure('lost', `There is no run ${runId} on the volume.`);
  const total = [...files.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  const pulling = join(targetDir, PULLING);
  const staged = join(pulling, runId);
  const target = runDir(targetDir, runId);
  let bytes = 0;
  let resumed = false;
  const tell = () => onProgress?.(runId, bytes, total);
  if (await isHere(target, files, signal)) {
    bytes = total;
    tell();
    return null;
  }

  await mkdir(staged, { recursive: true });
  for (const [name, source] of inOrder(files)) {
    const path = join(staged, name);
    const there = await sizeOf(path);
    resumed ||= there > 0;
    const file = await open(path, 'a');
    try {
      bytes += there;
      if (there >= source.bytes) continue;
      for await (const part of source.read(there, signal)) {
        signal.throwIfAborted();
        await file.write(part);
        bytes += part.length;
        tell();
        // Also where the next part is long in coming.
        signal.throwIfAborted();
      }
      await file.sync();
    } catch (error) {
      if (signal.aborted || (error as NodeJS.ErrnoException).syscall === 'write') throw error;
      return failure(
        'unavailable',
        `The connection was lost after ${bytes} of ${total} bytes of ${runId} (${(error as Error).message}). Pull it again: it goes on from there.`,
      );
    } finally {
      await file.close();
    }
  }
  const whole = await runExists(staged);
  if (whole) await publishFolder(staged, target, () => join(pulling, stagedName(runId, 'old')));
  else await rm(staged, { recursive: true, force: true });
  await rmdir(pulling).catch(() => {});
  if (whole) return null;
  // What an earlier call left may be of a run that was replaced meanwhile.
  if (resumed) return pullRun(runId, files, targetDir, signal, onProgress);
  return failure(
    'unavailable',
    `The bytes of ${runId} that came are not those of its manifest; they were thrown away. Pull it again.`,
  );
}

/** Whether the same run is here whole: one that was recomputed there has another manifest. */
async function isHere(
  target: string,
  files: ReadonlyMap<string, SourceFile>,
  signal: AbortSignal,
): Promise<boolean> {
  if (!(await runExists(target))) return false;
  const there = files.get(RUN_FILES.manifest);
  if (there === undefined) return true;
  const parts: Uint8Array[] = [];
  try {
    for await (const part of there.read(0, signal)) parts.push(part);
  } catch {
    signal.throwIfAborted();
    return true;
  }
  return Buffer.concat(parts).equals(await readFile(join(target, RUN_FILES.manifest)));
}

/** Names from elsewhere may lead anywhere. */
function isPlainName(name: string): boolean {
  return name === basename(name) && name !== '' && !name.startsWith('.');
}

/** The manifest last, so that what lies there without one is known to be a part. */
function inOrder(files: ReadonlyMap<string, SourceFile>): [string, SourceFile][] {
  return [...files].sort(
    ([a], [b]) => Number(a === RUN_FILES.manifest) - Number(b === RUN_FILES.manifest),
  );
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

function failure(errorType: Failure['errorType'], error: string): Failure {
  return { stage: 'collect', errorType, error, traceback: '' };
}
