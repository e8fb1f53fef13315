import { randomUUID } from 'node:crypto';
import type { Link } from './link.ts';
import type { ListedFile } from './news-listing.ts';
import { unpacked } from './packed-output.ts';
import { runScript } from './run-script.ts';
import { shellWord } from './shell-script.ts';
import { tarEntries } from './tar-entries.ts';

const LIMIT_MS = 30_000;
/** Larger files come one by one. */
const SMALL_BYTES = 256 * 1024;
/** Of one answer. */
const ANSWER_BYTES = 16 * 2 ** 20;

/**
 * The bytes of small files, by path, in few answers whatever their number: each file by itself costs three. Those that
 * are too large, not there any more or hard to bring are left out.
 *
 * @param dir - the folder there that the paths start from
 */
export async function smallFilesThere(
  link: Link,
  dir: string,
  files: readonly ListedFile[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const batch of batches(files.filter(({ size }) => size <= SMALL_BYTES))) {
    const { stdout } = await runScript(link, archiveScript(dir, batch), {
      signal,
      limitMs: LIMIT_MS,
    });
    const asked = new Set(batch.map(({ path }) => `./${path}`));
    // A file may have grown since it was listed.
    const archive = unpacked(stdout, 4 * ANSWER_BYTES);
    for (const { name, bytes } of archive === null ? [] : tarEntries(archive))
      if (asked.has(name) && bytes.length <= SMALL_BYTES) found.set(name.slice(2), bytes);
  }
  return found;
}

function archiveScript(dir: string, files: readonly ListedFile[]): string {
  const mark = `end-${randomUUID()}`;
  return `cd ${shellWord(dir)} || exit 0
pack=$(command -v gzip >/dev/null && echo 'gzip -1' || echo cat)
tr '\\n' '\\0' <<'${mark}' | tar -cf - --format=gnu --no-recursion --null -T - 2>/dev/null | $pack
${files.map(({ path }) => `./${path}`).join('\n')}
${mark}`;
}

function* batches(files: readonly ListedFile[]): Generator<readonly ListedFile[]> {
  let batch: ListedFile[] = [];
  let bytes = 0;
  for (const file of files) {
    if (bytes + file.size > ANSWER_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(file);
    bytes += file.size;
  }
  if (batch.length > 0) yield batch;
}
