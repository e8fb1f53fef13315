import { setTimeout as timer } from 'node:timers/promises';

/** How long a call may take to notice that it was aborted. */
const PROMPT_MS = 10_000;

/** Whether a call returns or rejects in time. */
export async function comesBack(call: Promise<unknown> | undefined): Promise<boolean> {
  const rest = new AbortController();
  const limit = timer(PROMPT_MS, false, { signal: rest.signal }).catch(() => false);
  const settled = Promise.resolve(call).then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([settled, limit]);
  rest.abort();
  return inTime;
}
