import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path/posix';
import { pipeline } from 'node:stream/promises';
import { LlcError } from '../../../dispatch/errors.ts';
import type { Link } from './link.ts';
import { runScript } from './run-script.ts';
import { type Files, sftpCall } from './sftp-call.ts';
import { shellWord } from './shell-script.ts';
import { closeThere, makeFolderThere, renameThere, withRoom, writeFrom } from './write-there.ts';

const BLOCK_BYTES = 4 * 2 ** 20;
const HASH_LIMIT_MS = 120_000;

/**
 * Copies a large file there, going on where an earlier call was broken off. It gets its name once its hash is right.
 *
 * @param from - a file here
 * @param mode - of the copy
 * @throws LlcError 75; where it was called off, with how far it has come
 */
export async function putLarge(
  link: Link,
  from: string,
  to: string,
  mode: number,
  signal: AbortSignal,
): Promise<void> {
  const part = `${to}.part`;
  const hash = await hashHere(from);
  for (const isLast of [false, true]) {
    const resumed = await append(link, from, part, mode, signal);
    if ((await hashThere(link, part, signal)) === hash) break;
    await link.files(
      (sftp, either) =>
        sftpCall<void>({ host: link.host, sftp, signal: either }, part, (channel, answer) =>
          channel.unlink(part, answer),
        ),
      signal,
    );
    if (isLast || !resumed)
      throw new LlcError(
        75,
        `${link.host}:${to} did not arrive as it was sent; what came was thrown away.`,
        'It is sent again.',
      );
  }
  await link.files(
    (sftp, either) => renameThere({ host: link.host, sftp, signal: either }, part, to),
    signal,
  );
}

/** @returns whether something was there before */
function append(
  { host, files }: Link,
  from: string,
  part: string,
  mode: number,
  signal: AbortSignal,
): Promise<boolean> {
  return files(async (sftp, either) => {
    const there: Files = { host, sftp, signal: either };
    const { size } = await stat(from);
    await makeFolderThere(there, dirname(part));
    const found = await sftpCall<number>(there, part, (channel, answer) =>
      channel.stat(part, (error, stats) => answer(null, error ? 0 : stats.size)),
    );
    const begin = found <= size ? found : 0;
    const handle = await sftpCall<Buffer>(there, part, (channel, answer) =>
      channel.open(part, begin > 0 ? 'r+' : 'w', { mode }, answer),
    );
    let at = begin;
    try {
      for await (const block of createReadStream(from, {
        start: begin,
        highWaterMark: BLOCK_BYTES,
      })) {
        await writeFrom(there, part, handle, block, at);
        at += block.length;
      }
    } catch (error) {
      sftp.close(handle, () => {});
      if (signal.aborted) throw unfinished(host, from, at, size, signal.reason);
      throw await withRoom(there, part, error);
    }
    await closeThere(there, part, handle);
    return begin > 0;
  }, signal);
}

function unfinished(
  host: string,
  from: string,
  at: number,
  size: number,
  cause: unknown,
): LlcError {
  const [some, all] = [at, size].map((bytes) => `${(bytes / 2 ** 20).toFixed(0)} MiB`);
  return new LlcError(
    75,
    `${basename(from)} is being copied to ${host}: ${some} of ${all} are there.`,
    'Start again: it goes on from there.',
    { cause },
  );
}

async function hashHere(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Of a file there; empty where there is none. */
export async function hashThere(link: Link, path: string, signal: AbortSignal): Promise<string> {
  const script = `sha256sum < ${shellWord(path)} 2>/dev/null || true`;
  const { stdout } = await runScript(link, script, { signal, limitMs: HASH_LIMIT_MS });
  return /^[0-9a-f]{64}/.exec(stdout.toString('latin1'))?.[0] ?? '';
}
