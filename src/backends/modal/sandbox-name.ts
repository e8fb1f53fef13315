import { createHash } from 'node:crypto';
import type { Attempt } from '../../dispatch/backend.ts';
import type { Payload } from '../../dispatch/job/protocol.ts';

/** Modal takes letters, digits, dashes, dots and underscores, at most 64 of them. */
const LONGEST_READABLE = 36;

/**
 * The name of an attempt's sandbox: the same whoever asks, so that a second sandbox of one attempt is refused by
 * Modal itself, and readable in its dashboard.
 */
export function sandboxName({ job, attempt, owner }: Attempt): string {
  const readable = plain(job.jobId).slice(0, LONGEST_READABLE);
  const hash = createHash('sha256').update(`${owner}/${job.jobId}/${attempt}`).digest('hex');
  return `llc-${readable}-a${attempt}-${hash.slice(0, 12)}`;
}

/** What our sandboxes can be found by. */
export function sandboxTags({ job, attempt }: Attempt, payload: Payload): Record<string, string> {
  const tags = {
    'llc-sweep': payload.sweepId ?? 'none',
    'llc-job': job.jobId,
    'llc-attempt': String(attempt),
    'llc-schema': payload.schemaHash ?? 'none',
  };
  return Object.fromEntries(
    Object.entries(tags).map(([name, value]) => [name, plain(value).slice(0, 63)]),
  );
}

/** Set before a sandbox is ended by `llc modal stop`: Modal itself does not tell a person from its scheduler. */
export const STOPPED_TAG = 'llc-stopped';

function plain(text: string): string {
  return text.replace(/[^\w.-]/g, '_');
}
