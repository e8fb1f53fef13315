import { jobsOf } from '../../dispatch/journal/selectors.ts';
import type { SweepState } from '../../dispatch/journal/sweep-state.ts';
import { hmText } from '../../ui/format/time-text.ts';

/** `Since you left at 13:02: 14 ok, 1 error. ! goes to it`; null where nothing has ended since. */
export function sinceYouLeft(sweep: SweepState, leftAt: number, problemKey: string): string | null {
  const ended = jobsOf(sweep).filter(({ endedAt }) => endedAt !== null && endedAt > leftAt);
  const count = (state: string) => ended.filter((job) => job.state === state).length;
  const [ok, error] = [count('ok'), count('error')];
  const parts = [...(ok > 0 ? [`${ok} ok`] : []), ...(error > 0 ? [`${error} error`] : [])];
  if (parts.length === 0) return null;
  const text = `Since you left at ${hmText(leftAt)}: ${parts.join(', ')}.`;
  return error > 0 ? `${text} ${problemKey} goes to ${error === 1 ? 'it' : 'them'}` : text;
}
