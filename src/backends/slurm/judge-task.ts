import type { EndMark } from './end-mark.ts';
import { meaningOf } from './slurm-state.ts';
import type { QueueRow } from './squeue.ts';

/** How long more may be about to come, milliseconds. */
export interface Patience {
  /** Of a job that has vanished from squeue: file systems of clusters show new files late. */
  readonly goneMs: number;
  /** Of one that Slurm calls ended, or whose script has told that it was ended from outside. */
  readonly endingMs: number;
  /** Of one that this sweep has had cancelled. */
  readonly cancelledMs: number;
}
export const PATIENCE: Patience = { goneMs: 45_000, endingMs: 8000, cancelledMs: 2000 };

export interface Evidence {
  readonly hasResult: boolean;
  /** Of the latest start that has told its end. */
  readonly mark: EndMark | null;
  /** Null where squeue does not show it. */
  readonly row: QueueRow | null;
  /** squeue has answered since the task, and its latest mark, is known. */
  readonly rowIsNew: boolean;
  /** Why squeue does not answer; null where it does. */
  readonly trouble: string | null;
  /** Milliseconds; null where it is not so. */
  readonly missingForMs: number | null;
  /** It waited a moment before squeue showed it no more: whoever takes a single task out of a queue leaves no trace. */
  readonly vanishedWaiting: boolean;
  readonly endingForMs: number | null;
  readonly accountsAsked: boolean;
  /** This process has asked Slurm to end it. */
  readonly cancelled: boolean;
}

/** Where an attempt stands. `ask`: only Slurm's word, soon, can tell more. */
export type Standing =
  | { readonly kind: 'finished' }
  /** The result is there, the job's end not yet. */
  | { readonly kind: 'finishing' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'queued'; readonly reason: string }
  | { readonly kind: 'paused'; readonly row: QueueRow }
  | { readonly kind: 'alive'; readonly row: QueueRow }
  /** As it was; more will be known soon. */
  | { readonly kind: 'ending'; readonly ask: boolean }
  /** The accounts may tell what has become of it. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'unknown'; readonly reason: string };

/** The order of truth: the result file, the script's word, squeue, the accounts. */
export function judge(evidence: Evidence, patience: Patience = PATIENCE): Standing {
  const { hasResult, mark, row, rowIsNew, trouble } = evidence;
  const meaning = row === null ? null : meaningOf(row.state);
  const ending = evidence.endingForMs ?? 0;

  if (hasResult) {
    const hasEnded = mark?.state === 'ended' || (rowIsNew && (row === null || meaning === 'over'));
    return hasEnded || ending >= patience.endingMs ? { kind: 'finished' } : { kind: 'finishing' };
  }
  if (mark?.state === 'checkpointed') return { kind: 'failed' };
  if (mark?.state === 'requeued' && !rowIsNew) return { kind: 'queued', reason: QUEUED_AGAIN };
  if (mark?.state === 'ended') {
    // A worker that ended by itself has said all. What was ended from outside, Slurm says by what, and whether it queues
    // the job again.
    // Whoever looks next is to find that it has ended.
    if (evidence.cancelled)
      return (rowIsNew && meaning !== 'ends') || ending >= patience.cancelledMs
        ? { kind: 'failed' }
        : { kind: 'ending', ask: true };
    if (endedByItself(mark))
      return mark.code === 0 && ending < patience.endingMs
        ? { kind: 'ending', ask: false }
        : { kind: 'failed' };
    if (!rowIsNew)
      return ending >= patience.goneMs ? { kind: 'failed' } : { kind: 'ending', ask: true };
    if (row?.state === 'CANCELLED' && !evidence.accountsAsked) return { kind: 'gone' };
    if (row === null || meaning === 'over') return { kind: 'failed' };
    if (!isNewStart(row, mark))
      return ending >= patience.goneMs ? { kind: 'failed' } : { kind: 'ending', ask: true };
  }
  if (row === null) {
    if (!rowIsNew) return { kind: 'unknown', reason: trouble ?? 'Slurm has not answered yet' };
    const { accountsAsked, cancelled, vanishedWaiting, missingForMs } = evidence;
    if (accountsAsked || (cancelled && vanishedWaiting)) return { kind: 'failed' };
    const limit = vanishedWaiting ? patience.endingMs : patience.goneMs;
    return (missingForMs ?? 0) >= limit ? { kind: 'gone' } : { kind: 'ending', ask: false };
  }
  switch (meaning) {
    case 'waits':
      return { kind: 'queued', reason: HOLDS[row.state] ?? reasonAfter(mark, row) };
    case 'paused':
      return { kind: 'paused', row };
    case 'over': {
      const neverStarted = row.state === 'CANCELLED' && row.nodes === '';
      // squeue does not tell by whom.
      const byOthers = row.state === 'CANCELLED' && !evidence.cancelled && !evidence.accountsAsked;
      if (neverStarted) return byOthers ? { kind: 'gone' } : { kind: 'failed' };
      // One that ended well has left a word, which may be on its way.
      const limit = evidence.cancelled
        ? patience.cancelledMs
        : row.state === 'COMPLETED'
          ? patience.goneMs
          : patience.endingMs;
      if (ending < limit) return { kind: 'ending', ask: false };
      return byOthers ? { kind: 'gone' } : { kind: 'failed' };
    }
    case 'ends':
      return { kind: 'ending', ask: false };
    default:
      return { kind: 'alive', row };
  }
}

/** Slurm's own name for it. */
const QUEUED_AGAIN = 'BeginTime';

/** Of a job that was queued again Slurm first gives no reason, as of one that just arrived. */
function reasonAfter(mark: EndMark | null, { reason }: QueueRow): string {
  const isUntold = reason === 'None' || reason === '(None)';
  return mark?.state === 'requeued' && isUntold ? QUEUED_AGAIN : reason;
}

/** States that say why a job waits better than its reason. */
const HOLDS: Readonly<Record<string, string>> = {
  REQUEUE_HOLD: 'job requeued in held state',
  SPECIAL_EXIT: 'job requeued in held state',
};

/** No warning, no signal of others. A kill may be for lack of memory, as only Slurm knows. */
export function endedByItself({ cause, code }: Pick<EndMark, 'cause' | 'code'>): boolean {
  return cause === '' && ![129, 130, 137, 143].includes(code);
}

/** Whether squeue shows a start after this end: Slurm has queued the job again. Clocks may differ by seconds. */
function isNewStart(row: QueueRow, { began, ended }: EndMark): boolean {
  const meaning = meaningOf(row.state);
  if (meaning === 'waits') return true;
  if (meaning !== 'runs' && meaning !== 'starts' && meaning !== 'paused') return false;
  return row.start !== null && row.start / 1000 > Math.max(began + 1, ended - 5);
}
