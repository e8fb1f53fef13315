import { TERMINAL_STATES } from '../../dispatch/job/words.ts';
import { isLive } from '../../dispatch/journal/events.ts';
import { hoursText, spanText } from '../../ui/format/numbers.ts';
import { type Line, line } from '../../ui/line.ts';
import type { Command, Context, Effect, Question } from '../console/screen.ts';
import { retryChanges } from '../sweep/retry-changes.ts';
import { at, type JobSeen } from './job-seen.ts';
import { jobLabel } from './job-words.ts';
import { wrapped } from './wrapped-text.ts';

/** What acts on one job come to: an effect, a question before it, or why not. */
export interface Act {
  readonly effects?: readonly Effect[];
  readonly ask?: Question;
  readonly say?: string;
}

/** Why a retry is off, or null. */
export function retryOff(seen: JobSeen, context: Context): string | null {
  const { job, asked } = seen;
  const { state } = job;
  if (asked === 'retry' || state === 'held')
    return `It is asked for already. ${context.keyOf('undo')} takes it back.`;
  if (isLive(state))
    return `${jobLabel(job)} is ${state}. ${context.keyOf('cancel')} cancels it first.`;
  if (state === 'planned') return `${jobLabel(job)} stands in the queue already.`;
  if (state === 'retrying') {
    const when = job.dueAt === null ? '' : ` at ${at(seen, job.dueAt)}`;
    return `${jobLabel(job)} is tried again${when} by itself.`;
  }
  if (state === 'ok' || state === 'cached')
    return `It is ${state}. ${context.keyOf('recompute')} computes it again.`;
  return null;
}

export function recomputeOff(seen: JobSeen, context: Context): string | null {
  const { state } = seen.job;
  return state === 'ok' || state === 'cached' ? null : retryOff(seen, context);
}

export function cancelOff(seen: JobSeen): string | null {
  const { job, asked } = seen;
  if (job.cancelling || asked === 'cancel') return 'It is being cancelled already.';
  if (!TERMINAL_STATES.has(job.state)) return null;
  const ended = job.endedAt === null ? '' : `: it ended ${at(seen, job.endedAt)}`;
  return `Nothing to cancel${ended}.`;
}

export function pullOff({ job, files, watched }: JobSeen): string | null {
  if (job.outcome === null) return 'No result yet.';
  if (job.pull !== null) return 'It is being brought already.';
  // Elsewhere runs stay until they are asked for.
  const isElsewhere =
    watched.sweep.backend === 'modal' || (watched.plan?.options.ssh ?? null) !== null;
  const isHere = files !== null && files.runDir !== null;
  return isHere || !isElsewhere ? 'Its run is here already.' : null;
}

export function retry(seen: JobSeen, command: Command): Act {
  const changes = retryChanges(command.options);
  if (changes.kind === 'wrong') return { say: changes.why };
  const { resources } = changes;
  const changed = Object.keys(resources).length === 0 ? {} : { resources };
  return { effects: [{ ...order(seen, 'retry'), isHeld: true, ...changed }] };
}

export function recompute(seen: JobSeen): Act {
  const { durationS } = seen.job;
  const cost = durationS === null || durationS === 0 ? '' : ` About ${usedText(seen, durationS)}.`;
  return {
    ask: {
      title: 'Recompute',
      lines: textLines(
        seen,
        `Compute ${jobLabel(seen.job)} again?${cost} Old results stay until new ones are whole.`,
      ),
      answer: { kind: 'letter' },
      yes: 'compute it',
      no: 'leave it',
      effects: [{ ...order(seen, 'retry'), isHeld: false, noSkip: true }],
    },
  };
}

export function cancel(seen: JobSeen): Act {
  const { job, now } = seen;
  const runs = isLive(job.state) && job.startedAt !== null;
  const loses = runs
    ? `It runs and loses ${spanText((now - (job.startedAt as number)) / 1000)} of ${unitOf(seen)} time.`
    : 'It leaves the queue.';
  return {
    ask: {
      title: 'Cancel',
      lines: textLines(seen, `Cancel ${jobLabel(job)}? ${loses}`),
      answer: { kind: 'letter' },
      yes: 'cancel it',
      no: 'keep it',
      effects: [{ ...order(seen, 'cancel'), isHeld: false }],
    },
  };
}

export function pull(seen: JobSeen): Act {
  return { effects: [{ ...order(seen, 'pull'), isHeld: true }] };
}

function textLines({ width }: JobSeen, text: string): readonly Line[] {
  return wrapped(text, width).map((part) => line(part));
}

function order({ watched, job }: JobSeen, action: 'retry' | 'cancel' | 'pull') {
  return {
    kind: 'order',
    sweepId: watched.sweepId,
    action,
    jobs: [{ jobId: job.jobId, attempt: job.attempt }],
  } as const;
}

function unitOf({ resources }: JobSeen): 'GPU' | 'CPU' {
  return resources.gpuMode === 'off' ? 'CPU' : 'GPU';
}

function usedText(seen: JobSeen, seconds: number): string {
  const unit = unitOf(seen);
  return hoursText((seconds / 3600) * (unit === 'GPU' ? 1 : seen.resources.cpus), unit);
}
