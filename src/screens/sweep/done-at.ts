import type { Progress } from '../../dispatch/job/protocol.ts';

/**
 * When a running job is done at its own pace so far, milliseconds since 1970; null where nobody can tell. Told from its
 * last word, so that it moves only when there is news.
 *
 * @param heardAt - when the progress was heard, milliseconds since 1970
 */
export function doneAt(
  startedAt: number | null,
  heardAt: number | null,
  progress: Progress | null,
): number | null {
  if (startedAt === null || heardAt === null || progress === null || progress.done <= 0)
    return null;
  const spent = heardAt - startedAt;
  return spent <= 0 ? null : startedAt + (spent * progress.total) / progress.done;
}
