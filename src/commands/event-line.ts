import { failureLog } from '../dispatch/artifacts/failure-log.ts';
import type { sweepLayout } from '../dispatch/artifacts/layout.ts';
import { harmlessText } from '../dispatch/job/harmless-text.ts';
import type { SweepEvent } from '../dispatch/journal/events.ts';
import { deathText } from './death-text.ts';
import { estimateText } from './estimate-text.ts';

/**
 * One line an event, for a sweep without a terminal; null for events that tell a person nothing.
 *
 * @param files - of the sweep, for where logs are
 */
export function eventLine(event: SweepEvent, files: ReturnType<typeof sweepLayout>): string | null {
  const text = eventText(event, files);
  if (text === null) return null;
  const time = clockTime(event.time);
  const subject = 'jobId' in event ? `${event.jobId}  ` : '';
  return harmlessText(`${time}  ${subject}${text}`);
}

function eventText(event: SweepEvent, files: ReturnType<typeof sweepLayout>): string | null {
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
      return `error ${event.failure.errorType} at ${event.failure.stage}: ${withLog(event.failure.error, failureLog(event, files))}`;
    case 'job_finished':
      return `ok  ${estimateText(event.outcome)}  (${event.durationS.toFixed(1)} s)`;
    case 'job_cached':
      return `cached  ${estimateText(event.outcome)}`;
    case 'job_cancelled':
      return 'cancelled';
    case 'sweep_paused':
      return `paused: every job would fail the same way: ${event.failure.error}`;
    case 'sweep_resumed':
      return 'goes on';
    case 'dispatcher_started': {
      const { died } = event;
      if (died === null) return null;
      return `${deathText(died, new Date(died.lastWord))}; another goes on`;
    }
    case 'dispatcher_stopped':
      return `the supervisor has left (${event.why}); jobs go on`;
    case 'sweep_recovered': {
      const { adopted, finished, requeued, failed } = event;
      return `recovered: ${adopted} still running, ${finished} had finished, ${requeued} queued again, ${failed} failed, none lost`;
    }
    case 'preflight_deferred':
      return `not ready: ${event.failure.error} Asked again at ${clockTime(event.until)}`;
    case 'job_held':
      return `retry at ${clockTime(event.until)}, llc retry --undo takes it back`;
    case 'job_hold_undone':
      return 'retry taken back';
    case 'job_requeued':
      return 'queued again';
    case 'submission_deferred':
      return `not handed over: ${firstLine(event.failure.error)} Again at ${clockTime(event.until)}`;
    case 'pull_ended':
      return event.failure === null ? 'run is here' : `run not brought: ${event.failure.error}`;
    case 'order_answered':
      return event.action === 'cancel' ? `${event.by} cancels ${event.done.length}` : null;
    default:
      return null;
  }
}

/** The error, and where its log is unless it says so itself. */
export function withLog(error: string, log: string | null): string {
  return log === null || error.includes(log) ? error : `${error} Log: ${log}`;
}

function clockTime(time: number): string {
  return new Date(time).toTimeString().slice(0, 8);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0];
}
