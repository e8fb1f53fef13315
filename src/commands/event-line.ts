import { harmlessText } from '../dispatch/job/harmless-text.ts';
import type { SweepEvent } from '../dispatch/journal/events.ts';
import { estimateText } from './estimate-text.ts';

/** One line an event, for a sweep without a terminal; null for events that tell a person nothing. */
export function eventLine(event: SweepEvent): string | null {
  const text = eventText(event);
  if (text === null) return null;
  const time = new Date(event.time).toTimeString().slice(0, 8);
  const subject = 'jobId' in event ? `${event.jobId}  ` : '';
  return harmlessText(`${time}  ${subject}${text}`);
}

function eventText(event: SweepEvent): string | null {
  switch (event.kind) {
    case 'sweep_planned':
      return `sweep ${event.sweepId}: ${event.jobs.length} ${event.jobs.length === 1 ? 'job' : 'jobs'} on ${event.backend}`;
    case 'preflight_passed':
      return event.notes.length > 0 ? `preflight: ${event.notes.join('; ')}` : null;
    case 'preflight_refused':
      return `refused: ${event.failure.error} ${event.hint}`;
    case 'job_waiting':
      return `waiting: ${event.reason}`;
    case 'job_running':
      return `running on ${event.on}${event.attempt > 1 ? `, attempt ${event.attempt}` : ''}`;
    case 'attempt_given_up':
      return `given up: ${event.failure.error}`;
    case 'attempt_failed': {
      const delay = Math.max(0, Math.round((event.retryAt - event.time) / 1000));
      return `retrying in ${delay} s after ${event.failure.errorType}: ${firstLine(event.failure.error)}`;
    }
    case 'job_failed':
      return `error ${event.failure.errorType} at ${event.failure.stage}: ${event.failure.error}`;
    case 'job_finished':
      return `ok  ${estimateText(event.outcome)}  (${event.durationS.toFixed(1)} s)`;
    case 'job_cached':
      return `cached  ${estimateText(event.outcome)}`;
    case 'job_cancelled':
      return 'cancelled';
    case 'sweep_paused':
      return `paused: every job would fail the same way: ${event.failure.error}`;
    case 'sweep_interrupted':
      return 'interrupted: running jobs are being ended';
    default:
      return null;
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0];
}
