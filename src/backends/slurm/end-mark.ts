import { z } from 'zod';
import { readPart, withPlainFile } from '../../dispatch/job/plain-file.ts';

const count = z.int().nonnegative();
const seconds = z.number().nonnegative();

/**
 * How one start of a task ended, as its script tells. `requeued`: it waits to go on. `checkpointed`: it could go on,
 * but the site does not let it queue again by itself. `ended`: whatever the result file says.
 */
const shape = z.object({
  state: z.enum(['requeued', 'checkpointed', 'ended']),
  /** The worker's exit code; 128 and more for a signal. */
  code: count,
  /** Why it was told to stop; empty where it was not. */
  cause: z.enum(['', 'preempted', 'timeout', 'terminated']).catch(''),
  job: z.string().max(100).catch(''),
  node: z.string().max(300).catch(''),
  gpus: z.string().max(1000).catch(''),
  /** Seconds since 1970 by the node's clock. */
  began: seconds,
  ended: seconds,
});
export type EndMark = z.infer<typeof shape>;

/** Bytes; a longer file is no mark. */
const LIMIT = 16_384;

/** Null where there is none, or something else in its place. */
export async function readEndMark(path: string): Promise<EndMark | null> {
  const text = await withPlainFile(path, async (file, size) =>
    size > LIMIT ? null : (await readPart(file, 0, size)).toString('utf8'),
  );
  return text === null ? null : readEndMarkText(text);
}

/** Null where it is none. */
export function readEndMarkText(text: string): EndMark | null {
  try {
    return shape.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** A mark's name in parts: `4711_3.0`; null for any other name. */
export function readMarkName(name: string): { task: string; restart: number } | null {
  const [, task, restart] = /^(\d+_\d+)\.(\d+)$/.exec(name) ?? [];
  return task === undefined ? null : { task, restart: Number(restart) };
}
