import { TERMINAL_STATES } from '../../dispatch/job/words.ts';
import { isLive } from '../../dispatch/journal/events.ts';
import type { JobRecord } from '../../dispatch/journal/sweep-state.ts';
import { timeText } from '../../ui/format/time-text.ts';
import type { Context } from '../console/screen.ts';
import { loadedValue } from '../known/loaded.ts';
import type { SweepWatched } from '../known/sweep-watched.ts';
import { jobLabel } from './job-words.ts';

/** Why something cannot be done to a job, in a sentence; null where it can. */
export type WhyOff = (job: JobRecord, watched: SweepWatched, context: Context) => string | null;

export const whyNoRetry: WhyOff = (job, _watched, context) => {
  const { state } = job;
  if (context.asked.get(job.jobId) === 'retry' || state === 'held')
    return `It is asked for already. ${context.keyOf('undo')} takes it back.`;
  if (isLive(state))
    return `${jobLabel(job)} is ${state}. ${context.keyOf('cancel')} cancels it first.`;
  if (state === 'planned') return `${jobLabel(job)} stands in the queue already.`;
  if (state === 'retrying')
    return `${jobLabel(job)} is tried again at ${clock(job.dueAt, context)} by itself.`;
  if (state === 'ok' || state === 'cached')
    return `It is ${state}. ${context.keyOf('recompute')} computes it again.`;
  return null;
};

export const whyNoRecompute: WhyOff = (job, watched, context) =>
  job.state === 'ok' || job.state === 'cached' ? null : whyNoRetry(job, watched, context);

export const whyNoCancel: WhyOff = (job, _watched, context) => {
  if (TERMINAL_STATES.has(job.state))
    return `Nothing to cancel: it ended ${clock(job.endedAt, context)}.`;
  return job.cancelling || context.asked.get(job.jobId) === 'cancel'
    ? 'It is being cancelled already.'
    : null;
};

export const whyNoPull: WhyOff = (job, watched, { known }) => {
  if (job.outcome === null) return 'No result yet.';
  if (watched.live?.keepsRuns !== true) return 'Its run is here already.';
  if (job.pull !== null) return 'It is being brought already.';
  const run = loadedValue(known.stored)?.runs.find(({ runId }) => runId === job.runId);
  return run?.here != null && run.state === 'whole' ? 'Its run is here already.' : null;
};

function clock(time: number | null, { known }: Context): string {
  return time === null ? 'before' : timeText(new Date(time), new Date(known.now));
}
