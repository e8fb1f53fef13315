import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path/posix';
import { LlcError } from '../../../dispatch/errors.ts';
import { type Files, isForbidden, isMissing, isPlainFailure, sftpCall } from './sftp-call.ts';

const CHUNK_BYTES = 32 * 1024;
const AHEAD = 32;

/** Writes a whole file under a temporary name, then renames it; makes its folder where it is missing. */
export async function writeThere(
  files: Files,
  path: string,
  bytes: Uint8Array,
  mode: number,
): Promise<void> {
  const temporary = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  const open = () =>
    sftpCall<Buffer>(files, path, (sftp, answer) => sftp.open(temporary, 'wx', { mode }, answer));
  let handle: Buffer;
  try {
    handle = await open().catch(async (error) => {
      if (!isMissing(error)) throw error;
      await makeFolderThere(files, dirname(path));
      return open();
    });
  } catch (error) {
    throw await withRoom(files, path, error);
  }
  try {
    await writeFrom(files, path, handle, bytes, 0);
    await closeThere(files, path, handle);
    await renameThere(files, temporary, path);
  } catch (error) {
    files.sftp.close(handle, () => {});
    files.sftp.unlink(temporary, () => {});
    throw await withRoom(files, path, error);
  }
}

/**
 * Writes bytes at their place in an open file, in order.
 *
 * @param at - place of the first, bytes
 * @param onBytes - told how many have been taken so far
 */
export async function writeFrom(
  files: Files,
  path: string,
  handle: Buffer,
  bytes: Uint8Array,
  at: number,
  onBytes?: (count: number) => void,
): Promise<void> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const under: Promise<void>[] = [];
  let done = 0;
  for (let from = 0; from < buffer.length || under.length > 0; ) {
    if (from < buffer.length && under.length < AHEAD) {
      const length = Math.min(CHUNK_BYTES, buffer.length - from);
      const begin = from;
      const part = sftpCall<void>(files, path, (sftp, answer) =>
        sftp.write(handle, buffer, begin, length, at + begin, answer),
      );
      part.catch(() => {});
      under.push(part);
      from += length;
    } else {
      await under.shift();
      done = Math.min(buffer.length, done + CHUNK_BYTES);
      onBytes?.(done);
    }
  }
}

export function closeThere(files: Files, path: string, handle: Buffer): Promise<void> {
  return sftpCall(files, path, (sftp, answer) => sftp.close(handle, answer));
}

/** Replaces what has the name, which SFTP's own rename does not; hosts without that extension have it removed first. */
export async function renameThere(files: Files, from: string, to: string): Promise<void> {
  try {
    await sftpCall<void>(files, to, (sftp, answer) => sftp.ext_openssh_rename(from, to, answer));
  } catch (error) {
    if (!/does not support/i.test((error as Error).message)) throw error;
    await sftpCall<void>(files, to, (sftp, answer) => sftp.unlink(to, () => answer(null)));
    await sftpCall<void>(files, to, (sftp, answer) => sftp.rename(from, to, answer));
  }
}

/** Makes a folder and those above it. */
export async function makeFolderThere(files: Files, path: string): Promise<void> {
  try {
    await sftpCall<void>(files, path, (sftp, answer) => sftp.mkdir(path, answer));
  } catch (error) {
    if (isMissing(error) && dirname(path) !== path) {
      await makeFolderThere(files, dirname(path));
      return makeFolderThere(files, path);
    }
    // A failure without a reason is what there is to say of a folder that exists.
    const isFolder = await sftpCall<boolean>(files, path, (sftp, answer) =>
      sftp.stat(path, (trouble, stats) => answer(null, !trouble && stats.isDirectory())),
    );
    if (!isFolder) throw error;
  }
}

/** A full disc or quota has no words of its own in SFTP; what is left there tells. */
export async function withRoom(files: Files, path: string, error: unknown): Promise<unknown> {
  if (isForbidden(error) || !isPlainFailure(error)) return error;
  const free = await freeBytes(files, dirname(path)).catch(() => null);
  const said = `${files.host}:${dirname(path)}`;
  if (free !== null && free < 2 ** 20)
    return new LlcError(
      75,
      `The disc of ${said} is full: ${Math.floor(free / 1024)} KiB are left.`,
      'Make room there; it goes on by itself.',
      { cause: error },
    );
  return new LlcError(
    75,
    `${files.host}:${path} could not be written; its server gives no reason.`,
    'A quota may be used up: see what `quota -s` says there.',
    { cause: error },
  );
}

async function freeBytes(files: Files, dir: string): Promise<number> {
  const { f_bavail, f_frsize } = await sftpCall<{ f_bavail: number; f_frsize: number }>(
    files,
    dir,
    (sftp, answer) => sftp.ext_openssh_statvfs(dir, answer),
  );
  return Number(f_bavail) * Number(f_frsize);
}
