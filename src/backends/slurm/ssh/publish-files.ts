import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Link } from './link.ts';
import { type HereDirs, pathThere, payloadThere, type RemoteLayout } from './remote-layout.ts';
import { writeThere } from './write-there.ts';

const AT_ONCE = 16;
const PAYLOAD = 'payload.json';

/** Puts files of a sweep where they lie there, each whole or not at all. */
export function publishFiles(
  link: Link,
  paths: readonly string[],
  here: HereDirs,
  there: RemoteLayout,
  signal: AbortSignal,
): Promise<void> {
  return link.files(async (sftp, either) => {
    const files = { host: link.host, sftp, signal: either };
    const queue = paths.values();
    const lane = async () => {
      for (const path of queue) {
        const bytes = await readFile(path);
        const content =
          basename(path) === PAYLOAD
            ? Buffer.from(payloadThere(bytes.toString('utf8'), there))
            : bytes;
        const { mode } = await stat(path);
        await writeThere(files, pathThere(path, here, there), content, mode & 0o777);
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, paths.length) }, lane));
  }, signal);
}
