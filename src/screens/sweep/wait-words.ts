import type { JobRecord } from '../../dispatch/journal/sweep-state.ts';
import { spanText } from '../../ui/format/numbers.ts';

/**
 * `40 s of 3 min`: how long a job has waited for a machine, and after how long it is tried otherwise. Empty where it
 * may wait for ever, or waits no longer.
 *
 * @param limitS - the clock's limit to serve a job, seconds; null: none
 * @param now - milliseconds since 1970
 */
export function waitWords(
  { queuedAt, startedAt }: Pick<JobRecord, 'queuedAt' | 'startedAt'>,
  limitS: number | null,
  now: number,
): string {
  if (queuedAt === null || startedAt !== null || limitS === null) return '';
  return `${spanText(Math.max(0, Math.floor((now - queuedAt) / 1000)))} of ${spanText(limitS)}`;
}
