import type { RunSource } from '../../dispatch/artifacts/pull-run.ts';

const CHUNK_BYTES = 16 * 1024;

/**
 * A run of the volume as the place delivers it.
 *
 * @param breaksOffAfter - bytes after which no more come; null = all come
 * @param pace - waits as long as so many bytes take
 */
export function runSource(
  files: ReadonlyMap<string, Uint8Array> | null,
  breaksOffAfter: number | null,
  corrupt: boolean,
  pace: (bytes: number) => Promise<void>,
): RunSource {
  if (files === null) return null;
  let left = breaksOffAfter ?? Number.POSITIVE_INFINITY;
  return new Map(
    [...files].map(([name, content]) => [
      name,
      {
        bytes: content.length,
        async *read(from: number) {
          for (let at = from; at < content.length; at += CHUNK_BYTES) {
            const chunk = Uint8Array.from(content.subarray(at, at + CHUNK_BYTES));
            if (corrupt) chunk[0] = (chunk[0] as number) ^ 1;
            const part = chunk.subarray(0, Math.max(0, left));
            left -= part.length;
            await pace(part.length);
            yield part;
            if (part.length < chunk.length) throw new Error('broken off');
          }
        },
      },
    ]),
  );
}
