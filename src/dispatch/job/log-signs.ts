/** What Node says when its memory is used up. */
const OUT_OF_MEMORY =
  /heap out of memory|ERR_WORKER_OUT_OF_MEMORY|Array buffer allocation failed|Invalid array buffer length/i;
const DISC_FULL = /\b(ENOSPC|EDQUOT)\b/;

/** What the end of a worker's log tells of its end, beside what its process tells; null where nothing. */
export function signInLog(logTail: string): 'oom' | 'disk_full' | null {
  if (OUT_OF_MEMORY.test(logTail)) return 'oom';
  return DISC_FULL.test(logTail) ? 'disk_full' : null;
}
