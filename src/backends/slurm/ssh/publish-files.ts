import { randomUUID } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { dirname } from 'node:path/posix';
import type { Link } from './link.ts';
import { type HereDirs, pathThere, payloadThere, type RemoteLayout } from './remote-layout.ts';
import { runScript } from './run-script.ts';
import { writeThere } from './write-there.ts';

const FOLDERS_LIMIT_MS = 30_000;
/** Files written at once: each asks four questions, one after the other. */
const AT_ONCE = 64;
const PAYLOAD = 'payload.json';

/** Puts files of a sweep where they lie there, each whole or not at all. */
export async function publishFiles(
  link: Link,
  paths: readonly string[],
  here: HereDirs,
  there: RemoteLayout,
  signal: AbortSignal,
): Promise<void> {
  const places = paths.map((path) => ({ path, place: pathThere(path, here, there) }));
  await makeFolders(link, [...new Set(places.map(({ place }) => dirname(place)))], signal);
  await link.files(async (sftp, either) => {
    const files = { host: link.host, sftp, signal: either };
    const queue = places.values();
    const lane = async () => {
      for (const { path, place } of queue) {
        const bytes = await readFile(path);
        const content =
          basename(path) === PAYLOAD
            ? Buffer.from(payloadThere(bytes.toString('utf8'), there))
            : bytes;
        const { mode } = await stat(path);
        await writeThere(files, place, content, mode & 0o777);
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, paths.length) }, lane));
  }, signal);
}

/** All at once, whatever their number. What cannot be made is told by the first file that needs it. */
async function makeFolders(
  link: Link,
  dirs: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const mark = `end-${randomUUID()}`;
  const script = `tr '\\n' '\\0' <<'${mark}' | xargs -0 mkdir -p -- 2>/dev/null
${dirs.join('\n')}
${mark}`;
  await runScript(link, script, { signal, limitMs: FOLDERS_LIMIT_MS });
}
