import { mkdir, open, rm, rmdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { RUN_FILES, runDir } from '../../dispatch/artifacts/layout.ts';
import { runExists } from '../../dispatch/artifacts/manifest.ts';
import { publishFolder } from '../../dispatch/artifacts/publish-folder.ts';
import { stagedName } from '../../dispatch/artifacts/staging.ts';
import type { Failure } from '../../dispatch/job/words.ts';

/** A run as the place delivers it. */
export interface RunSource {
  /** By name, the manifest among them; null where there is no such run. */
  readonly files: ReadonlyMap<string, Uint8Array> | null;
  /** Bytes of this call after which no more come; null = all come. */
  readonly breaksOffAfter: number | null;
  readonly corrupt: boolean;
  /** Waits as long as so many bytes take. */
  readonly pace: (bytes: number) => Promise<void>;
}

const CHUNK_BYTES = 16 * 1024;

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
  source: RunSource,
  targetDir: string,
  signal: AbortSignal,
  onProgress?: (runId: string, bytes: number, total: number) => void,
): Promise<Failure | null> {
  const { files } = source;
  if (files === null || runId !== basename(runId))
    return failure('lost', `There is no run ${runId} on the volume.`);
  const total = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  const pulling = join(targetDir, PULLING);
  const staged = join(pulling, runId);
  const target = runDir(targetDir, runId);
  let bytes = 0;
  let came = 0;
  const tell = () => onProgress?.(runId, bytes, total);
  if (await runExists(target)) {
    bytes = total;
    tell();
    return null;
  }

  await mkdir(staged, { recursive: true });
  for (const [name, content] of inOrder(files)) {
    const path = join(staged, name);
    const there = await sizeOf(path);
    const file = await open(path, 'a');
    try {
      bytes += there;
      for (let at = there; at < content.length; at += CHUNK_BYTES) {
        signal.throwIfAborted();
        const chunk = Uint8Array.from(content.subarray(at, at + CHUNK_BYTES));
        if (source.corrupt) chunk[0] = (chunk[0] as number) ^ 1;
        const rest = (source.breaksOffAfter ?? Number.POSITIVE_INFINITY) - came;
        const part = chunk.subarray(0, Math.max(0, rest));
        await file.write(part);
        came += part.length;
        await source.pace(part.length);
        bytes += part.length;
        tell();
        if (part.length < chunk.length)
          return failure(
            'unavailable',
            `The connection was lost after ${bytes} of ${total} bytes of ${runId}. Pull it again: it goes on from there.`,
          );
      }
      await file.sync();
    } finally {
      await file.close();
    }
  }
  const whole = await runExists(staged);
  if (whole) await publishFolder(staged, target, () => join(pulling, stagedName(runId, 'old')));
  else await rm(staged, { recursive: true, force: true });
  await rmdir(pulling).catch(() => {});
  return whole
    ? null
    : failure(
        'unavailable',
        `The bytes of ${runId} that came are not those of its manifest; they were thrown away. Pull it again.`,
      );
}

/** The manifest last, so that what lies there without one is known to be a part. */
function inOrder(files: ReadonlyMap<string, Uint8Array>): [string, Uint8Array][] {
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
