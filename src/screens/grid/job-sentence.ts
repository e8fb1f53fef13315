import type { JobRecord } from '../../dispatch/journal/sweep-state.ts';
import { llcText } from '../../ui/format/llc-text.ts';
import { percentText, spanText } from '../../ui/format/numbers.ts';
import { timeText } from '../../ui/format/time-text.ts';
import type { Theme } from '../../ui/theme.ts';
import type { SweepWatched } from '../known/sweep-watched.ts';
import { bareReason } from '../sweep/cell-text.ts';
import { doneAt } from '../sweep/done-at.ts';
import { limitsOf } from '../sweep/limits-of.ts';
import { waitWords } from '../sweep/wait-words.ts';
import { whereWords } from '../sweep/where-words.ts';

/** How a job stands, in a few words without its name: `runs on gpu-05 since 13:47, done ~15:37`. */
export function jobSentence(
  job: JobRecord,
  watched: SweepWatched,
  { now, theme }: { readonly now: number; readonly theme: Theme },
): string {
  const at = (time: number | null) =>
    time === null ? '' : timeText(new Date(time), new Date(now));
  const since = (time: number | null) => (time === null ? '' : ` since ${at(time)}`);
  const where = whereWords(job.detail, job.handle?.id ?? '');
  const on = where === '' ? '' : ` on ${where}`;
  if (job.cancelling) return `is being cancelled${on}`;
  switch (job.state) {
    case 'planned':
      return 'planned: it is handed over when there is room';
    case 'held':
      return `asked for again${job.dueAt === null ? '' : `, queued at ${at(job.dueAt)}`}`;
    case 'submitted':
      return `submitted${since(job.submittedAt ?? job.openedAt)}${job.detail === '' ? '' : `: ${job.detail}`}`;
    case 'waiting': {
      const waited = waitWords(job, limitsOf(watched).notStartedS, now);
      const long = waited === '' ? since(job.queuedAt ?? job.openedAt) : ` ${waited}`;
      return `waits${long}: ${bareReason(job.detail) || 'no reason told'}`;
    }
    case 'starting':
      return `starts${on}${since(job.startedAt)}`;
    case 'running': {
      const live = watched.liveJobs.get(job.jobId);
      const done = doneAt(job.startedAt, live?.heardAt ?? null, live?.progress ?? null);
      return `runs${on}${since(job.startedAt)}${done === null ? '' : `, done ~${at(done)}`}`;
    }
    case 'collecting':
      return 'has a result; its files are coming';
    case 'retrying':
      return `is tried again at ${at(job.dueAt)}`;
    case 'ok':
    case 'cached':
      return resultSentence(job, at(job.endedAt), theme);
    case 'error':
      return `failed at ${at(job.endedAt)}`;
    case 'cancelled':
      return `cancelled at ${at(job.endedAt)}`;
  }
}

function resultSentence(job: JobRecord, at: string, { glyphs }: Theme): string {
  const { llcMean = null, llcSe = null, rhat = null, ess = null } = job.outcome ?? {};
  const took =
    job.durationS === null || job.durationS <= 0 ? '' : ` after ${spanText(job.durationS)}`;
  const head =
    job.state === 'cached' ? 'was there already' : `ok${at === '' ? '' : ` at ${at}`}${took}`;
  const numbers = [
    llcMean === null
      ? 'LLC not finite'
      : `LLC ${llcText(llcMean, llcSe, { columns: 16, plusMinus: glyphs.plusMinus })}`,
    ...(rhat === null ? [] : [`R-hat ${rhat.toFixed(3)}`]),
    ...(ess === null ? [] : [`ESS ${Math.floor(ess)}`]),
  ];
  return `${head}. ${numbers.join('  ')}`;
}

/** `64%`; empty where nothing runs. */
export function progressText(job: JobRecord, { liveJobs }: SweepWatched): string {
  const progress = liveJobs.get(job.jobId)?.progress ?? null;
  if (progress === null || job.state !== 'running' || progress.total === 0) return '';
  return percentText(progress.done, progress.total);
}
