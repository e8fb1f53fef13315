import { join, relative } from 'node:path';
import { failureLog } from '../dispatch/artifacts/failure-log.ts';
import type { sweepLayout } from '../dispatch/artifacts/layout.ts';
import { harmlessText } from '../dispatch/job/harmless-text.ts';
import { type ErrorType, TERMINAL_STATES } from '../dispatch/job/words.ts';
import type { PlannedJob, SweepEvent } from '../dispatch/journal/events.ts';
import type { Outcome } from '../dispatch/journal/outcome.ts';
import type { SweepState } from '../dispatch/journal/sweep-state.ts';
import { ERROR_WORDS } from '../screens/sweep/error-words.ts';
import { samplerName } from '../screens/sweep/families.ts';
import { asciiText } from './ascii-text.ts';
import { localTime } from './local-time.ts';

type Files = ReturnType<typeof sweepLayout>;
type Pair = readonly [name: string, value: string | number | null];

/**
 * One ASCII line an event, for a sweep without a terminal: the time, a word, the job, then `name=value` with quotes
 * where a value has a blank. Null for events that tell a person nothing.
 *
 * @param files - of the sweep, for where logs are
 * @param sweep - as it stands after the event
 */
export function eventLine(event: SweepEvent, files: Files, sweep: SweepState): string | null {
  const told = toldOf(event, files, sweep);
  if (told === null) return null;
  const [word, pairs] = told;
  const job = 'jobId' in event ? sweep.jobs.get(event.jobId) : undefined;
  const subject = job === undefined ? [] : [jobPath(job)];
  const values = pairs.flatMap(([name, value]) =>
    value === null || value === '' ? [] : [`${name}=${valueText(value)}`],
  );
  return asciiText([localTime(event.time), word, ...subject, ...values].join(' '));
}

/** `medium/s1/sgld`. */
function jobPath(job: PlannedJob): string {
  return harmlessText(`${job.problem}/s${job.seed}/${samplerName(job)}`).replace(/\s+/g, '_');
}

function toldOf(
  event: SweepEvent,
  files: Files,
  sweep: SweepState,
): readonly [word: string, pairs: readonly Pair[]] | null {
  switch (event.kind) {
    case 'sweep_planned':
      return [
        'planned',
        [
          ['sweep', event.sweepId],
          ['jobs', event.jobs.length],
          ['backend', event.backend],
        ],
      ];
    case 'preflight_passed':
      return event.notes.length > 0 ? ['preflight', [['notes', event.notes.join('; ')]]] : null;
    case 'preflight_refused':
      return [
        'refused',
        [
          ['type', word(event.failure.errorType)],
          ['error', event.failure.error],
          ['next', event.hint],
        ],
      ];
    case 'preflight_deferred':
      return [
        'not-ready',
        [
          ['error', event.failure.error],
          ['again', localTime(event.until)],
        ],
      ];
    case 'job_running':
      return [
        'running',
        [
          ['on', event.on],
          ['attempt', again(event.attempt)],
        ],
      ];
    case 'attempt_given_up':
      return [
        'given-up',
        [
          ['attempt', again(event.attempt)],
          ['type', word(event.failure.errorType)],
          ['error', firstLine(event.failure.error)],
        ],
      ];
    case 'attempt_failed':
      return [
        'retrying',
        [
          ['attempt', event.attempt + 1],
          ['reason', word(event.failure.errorType)],
        ],
      ];
    case 'job_failed': {
      const { errorType, error } = event.failure;
      const log = shortPath(failureLog(event, files), files);
      return [
        'error',
        [
          ['type', word(errorType)],
          ['attempts', event.attempt],
          // Where no log says it.
          ['error', log === null ? firstLine(error) : null],
          ['log', log],
          ['next', NEXT[errorType]],
        ],
      ];
    }
    case 'job_finished':
    case 'job_cached':
      return [
        event.kind === 'job_cached' ? 'cached' : 'ok',
        [...outcomePairs(event.outcome), ['done', doneText(sweep)]],
      ];
    case 'job_cancelled':
      return ['cancelled', [['done', doneText(sweep)]]];
    case 'job_held':
      return [
        'asked-again',
        [
          ['at', localTime(event.until)],
          ['undo', 'llc retry --undo'],
        ],
      ];
    case 'job_hold_undone':
      return ['taken-back', []];
    case 'job_requeued':
      return ['queued-again', []];
    case 'submission_deferred':
      return [
        'not-handed-over',
        [
          ['error', firstLine(event.failure.error)],
          ['again', localTime(event.until)],
        ],
      ];
    case 'pull_ended':
      return event.failure === null
        ? ['pulled', []]
        : ['not-pulled', [['error', firstLine(event.failure.error)]]];
    case 'order_answered':
      return event.action === 'cancel'
        ? [
            'cancel',
            [
              ['by', event.by],
              ['jobs', event.done.length],
            ],
          ]
        : null;
    case 'sweep_paused':
      return [
        'paused',
        [
          ['type', word(event.failure.errorType)],
          ['error', event.failure.error],
        ],
      ];
    case 'sweep_resumed':
      return ['goes-on', []];
    case 'dispatcher_started': {
      const { died } = event;
      if (died === null) return null;
      return [
        'supervisor-died',
        [
          ['pid', died.pid],
          ['host', died.host],
          ['last', localTime(died.lastWord)],
          ['now', `${event.host}:${event.pid}`],
        ],
      ];
    }
    case 'dispatcher_stopped':
      return [
        'supervisor-left',
        [
          ['why', event.why],
          ['jobs', 'go on'],
        ],
      ];
    case 'sweep_recovered':
      return [
        'recovered',
        [
          ['running', event.adopted],
          ['finished', event.finished],
          ['requeued', event.requeued],
          ['failed', event.failed],
          ['lost', 0],
        ],
      ];
    case 'sweep_ended':
      return [
        'ended',
        [
          ['outcome', event.outcome],
          ['done', doneText(sweep)],
        ],
      ];
    default:
      return null;
  }
}

/** What a person does about a failure at a shell. */
const NEXT: Readonly<Record<ErrorType, string>> = {
  oom: 'llc retry, more --mem-gb',
  timeout: 'llc retry, more --timeout-min',
  stalled: 'llc retry, more --gpu-types',
  silent: 'llc doctor, llc retry',
  lost: 'llc retry',
  crash: 'read its log, llc retry',
  preempted: 'llc retry',
  node_failure: 'llc retry',
  diverged: 'a new sweep, smaller steps',
  schema: 'one llc here and there, llc retry',
  config: 'mend the field, a new sweep',
  auth: 'log in again, llc retry',
  billing: 'top up the balance, llc retry',
  permission: 'ask for the rights, llc retry',
  throttled: 'llc retry',
  unavailable: 'llc retry',
  image: 'llc doctor, llc retry',
  disk_full: 'llc clean, llc retry',
  cancelled_by_site: 'ask the site, llc retry',
  internal: 'read its log, report it',
};

function outcomePairs({ llcMean, llcSe, verdict }: Outcome): readonly Pair[] {
  const places = llcSe === null || !(llcSe > 0) ? null : placesOf(llcSe);
  const text = (value: number | null) =>
    value === null ? null : places === null ? value.toPrecision(5) : value.toFixed(places);
  return [
    ['llc', text(llcMean)],
    ['se', places === null ? null : text(llcSe)],
    ['verdict', verdict],
  ];
}

/** Decimal places that show one digit of the error, two where it begins with 1. */
function placesOf(error: number): number {
  const exponent = Math.floor(Math.log10(error));
  const digits = Math.floor(error / 10 ** exponent) === 1 ? 2 : 1;
  return Math.min(12, Math.max(0, digits - 1 - exponent));
}

function doneText({ jobs, byState }: SweepState): string {
  const done = [...TERMINAL_STATES].reduce((sum, state) => sum + byState[state].size, 0);
  return `${done}/${jobs.size}`;
}

function word(errorType: ErrorType): string {
  return ERROR_WORDS[errorType].replaceAll(' ', '-').replace(/\.$/, '');
}

/** Of a first attempt nothing is said. */
function again(attempt: number): number | null {
  return attempt > 1 ? attempt : null;
}

/** From the working directory, where `sweeps/` lies. */
function shortPath(path: string | null, { dir }: Files): string | null {
  if (path === null) return null;
  const short = relative(join(dir, '..', '..'), path);
  return short.startsWith('..') ? path : short;
}

function valueText(value: string | number): string {
  const text = harmlessText(String(value)).replace(/\s+/g, ' ').trim();
  return /[\s"=]/.test(text) ? `"${text.replaceAll('"', "'")}"` : text;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
