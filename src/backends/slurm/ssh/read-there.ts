import { type Files, sftpCall } from './sftp-call.ts';

/** What every server of SFTP gives in one answer. */
const CHUNK_BYTES = 32 * 1024;
/** Questions under way, so that a distant host is not waited for after each answer: 2 MiB, as the channel takes. */
const AHEAD = 64;
const SHORTER = 'it has become shorter';

/**
 * The bytes of a file from some point on, in order. More than `until` is not asked for, whatever the file has.
 *
 * @throws LlcError where the connection is lost, or the file is shorter
 */
export async function* readThere(
  files: Files,
  path: string,
  from: number,
  until: number,
): AsyncGenerator<Buffer> {
  const handle = await sftpCall<Buffer>(files, path, (sftp, answer) =>
    sftp.open(path, 'r', answer),
  );
  try {
    const under: Promise<Buffer>[] = [];
    let asked = from;
    for (;;) {
      while (under.length < AHEAD && asked < until) {
        const length = Math.min(CHUNK_BYTES, until - asked);
        const part = readPart(files, path, handle, asked, length);
        // Heard when its turn comes.
        part.catch(() => {});
        under.push(part);
        asked += length;
      }
      const next = under.shift();
      if (next === undefined) return;
      yield await next;
    }
  } finally {
    files.sftp.close(handle, () => {});
  }
}

/** At most `limit` bytes of a file from some point on. */
export async function bytesThere(
  files: Files,
  path: string,
  from: number,
  until: number,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of readThere(files, path, from, until)) parts.push(part);
  return Buffer.concat(parts);
}

/** Whether a file ended before it should. */
export function isShorter(error: unknown): boolean {
  return ((error as Error | null)?.cause as Error | undefined)?.message === SHORTER;
}

/** Asks again for what an answer lacks. */
async function readPart(
  files: Files,
  path: string,
  handle: Buffer,
  at: number,
  length: number,
): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const read = await sftpCall<number>(files, path, (sftp, answer) =>
      sftp.read(handle, bytes, filled, length - filled, at + filled, (error, count) =>
        // An end where more was promised.
        answer(error ?? (count === 0 ? new Error(SHORTER) : null), count),
      ),
    );
    filled += read;
  }
  return bytes;
}
