import { GPU_TYPES } from '../../dispatch/config/run-options.ts';
import type { Resources } from '../../dispatch/job/job-spec.ts';
import type { ErrorType, Failure } from '../../dispatch/job/words.ts';
import type { JobRecord, SweepState } from '../../dispatch/journal/sweep-state.ts';
import { spanText } from '../../ui/format/numbers.ts';
import { doubtOf } from './doubt-words.ts';
import { ERROR_WORDS } from './error-words.ts';
import { type KeyOf, withKeys } from './keys-in-text.ts';
import { siteHold } from './site-hold.ts';

/** What to do about a job that failed, is doubtful or is held up. */
export interface NextStep {
  /** Why, in a few words: `OOM twice: used 16.0 of 16 GB.` */
  readonly why: string;
  /** What to do, in a sentence: `Press . to retry with 32 GB`. Empty where nothing is to be done. */
  readonly advice: string;
  /** What `.` puts on the command line, without the colon: `retry mem-gb=32`; null where there is none. */
  readonly command: string | null;
}

/** Null where nothing is the matter. */
export function nextStep(job: JobRecord, sweep: SweepState, keyOf: KeyOf): NextStep | null {
  if (job.state === 'error')
    return job.failure === null ? null : afterFailure(job, job.failure, sweep, keyOf);
  if (job.state === 'retrying') return job.failure === null ? null : triedAgain(job, job.failure);
  if (job.state === 'waiting' || job.state === 'submitted')
    return siteHold(job.detail, job.handle?.id ?? '', keyOf);
  if (job.state === 'ok' || job.state === 'cached') return doubtOf(job);
  return null;
}

/** What a job asks for: what was changed for it alone, else what all ask for. */
export function resourcesOf(job: JobRecord, sweep: SweepState): Resources {
  return { ...sweep.resources, ...job.resources };
}

/** Its advice names keys by their commands: `{next-step}`. */
type Ask = Pick<NextStep, 'advice' | 'command'>;

const RETRY: Ask = { advice: 'Safe to retry: press {next-step}', command: 'retry' };

function afterFailure(job: JobRecord, failure: Failure, sweep: SweepState, keyOf: KeyOf): NextStep {
  const { advice, command } = askOf(job, failure, sweep);
  return { why: whyOf(job, failure, sweep), advice: withKeys(advice, keyOf), command };
}

/** It is tried again by itself: nothing to do, only to know. */
function triedAgain(job: JobRecord, failure: Failure): NextStep {
  const when = job.dueAt === null ? '' : ` at ${clock(job.dueAt)}`;
  const again =
    failure.errorType === 'preempted'
      ? `Queued again${when}; no fault of the job.`
      : `Tried again${when}.`;
  return { why: `${wordOf(job, failure)}: ${briefly(failure)}`, advice: again, command: null };
}

function whyOf(job: JobRecord, failure: Failure, sweep: SweepState): string {
  const cause = causeOf(failure, resourcesOf(job, sweep));
  if (failure.errorType === 'timeout') return `${cause}.`;
  return `${wordOf(job, failure)}: ${cause}${/[.!?…]$/.test(cause) ? '' : '.'}`;
}

/** What was behind a failure in a few words, to stand after its word: `used 16.0 of 16 GB`. */
export function causeOf(failure: Failure, asked: Resources): string {
  switch (failure.errorType) {
    case 'oom':
      return usedMemory(failure) ?? `${plain(asked.memoryGb)} GB were too little`;
    case 'timeout':
      return `Time limit of ${plain(asked.timeoutMin)} min reached`;
    case 'stalled': {
      const limit = secondsIn(failure, /within (\d+(?:\.\d+)?) ?s/);
      const within = limit === null ? '' : ` within ${limit}`;
      // `no H100`, of several types the one that this attempt asked for.
      const lacking = /The scheduler says: (no \w+)\./.exec(failure.error)?.[1];
      if (lacking !== undefined) return `${lacking}${within}`;
      const isGpu = asked.gpuMode !== 'off' && asked.gpuTypes.length > 0;
      return `not started${within}${isGpu ? `: no ${asked.gpuTypes.join(', ')}` : ''}`;
    }
    case 'silent': {
      const first = secondsIn(failure, /no word within (\d+(?:\.\d+)?) ?s/);
      if (first !== null) return `no first word ${first} after its start`;
      const limit = secondsIn(failure, /nothing new for (\d+(?:\.\d+)?) ?s/);
      return `heartbeat stopped${limit === null ? '' : `, limit ${limit}`}`;
    }
    case 'diverged': {
      const at = /recorded draw (\d+)/.exec(failure.error)?.[1];
      return `loss not finite${at === undefined ? '' : ` from draw ${at}`}`;
    }
    case 'lost':
      return 'gone without a result';
    default:
      return briefly(failure);
  }
}

/** A step for each kind of failure. */
function askOf(job: JobRecord, failure: Failure, sweep: SweepState): Ask {
  const { memoryGb, timeoutMin } = resourcesOf(job, sweep);
  switch (failure.errorType) {
    case 'oom':
      return {
        advice: `Press {next-step} to retry with ${plain(2 * memoryGb)} GB`,
        command: `retry mem-gb=${plain(2 * memoryGb)}`,
      };
    case 'timeout':
      return {
        advice: `Press {next-step} to retry with ${plain(2 * timeoutMin)} min`,
        command: `retry timeout-min=${plain(2 * timeoutMin)}`,
      };
    case 'stalled':
      return moreTypes(resourcesOf(job, sweep).gpuTypes);
    case 'diverged':
      return { advice: AIM_LOWER[job.sampler] ?? 'Take smaller steps.', command: null };
    case 'schema':
      return {
        advice: `${sweep.backend === 'modal' ? 'Update it: llc modal setup.' : 'Use one llc here and there.'} Then press {next-step}`,
        command: 'retry',
      };
    default:
      return BY_TYPE[failure.errorType];
  }
}

const BY_TYPE: Readonly<
  Record<Exclude<ErrorType, 'oom' | 'timeout' | 'stalled' | 'diverged' | 'schema'>, Ask>
> = {
  silent: { advice: 'Is node there? llc doctor. Then press {next-step}', command: 'retry' },
  lost: RETRY,
  crash: { advice: 'Its log says more. Press {next-step} to retry', command: 'retry' },
  preempted: RETRY,
  node_failure: RETRY,
  unavailable: RETRY,
  throttled: RETRY,
  config: { advice: 'Mend the field, then start a new sweep.', command: null },
  auth: {
    advice: 'Log in again where jobs run: llc doctor. Then press {next-step}',
    command: 'retry',
  },
  billing: {
    advice: 'Top up the balance or raise the limit. Then press {next-step}',
    command: 'retry',
  },
  permission: {
    advice: 'Ask for the rights there: llc doctor. Then press {next-step}',
    command: 'retry',
  },
  image: {
    advice: 'Mend the image of the worker: llc doctor. Then press {next-step}',
    command: 'retry',
  },
  disk_full: { advice: 'Free some space: {clean}. Then press {next-step}', command: 'retry' },
  cancelled_by_site: { advice: 'Ask the site why. Press {next-step} to retry', command: 'retry' },
  internal: { advice: 'A fault of llc; its log says more. Please report it.', command: null },
};

/** Against divergence: the same seed fails the same way, so these are fields of a new sweep. */
const AIM_LOWER: Readonly<Record<string, string>> = {
  sgld: 'Halve sgld_step_size or raise gamma, in a new sweep.',
  sghmc: 'Halve sghmc_step_size or raise gamma, in a new sweep.',
  hmc: 'Raise hmc_target_accept towards 0.95, in a new sweep.',
  mclmc: 'Divide mclmc_desired_energy_var by 10, in a new sweep.',
};

/** Two further types, so that the next does not wait for the same machines. */
function moreTypes(had: readonly string[]): Ask {
  const further = GPU_TYPES.filter((type) => !had.includes(type)).slice(0, 2);
  if (had.length === 0 || further.length === 0)
    return { advice: 'Ask for less or wait longer. Press {next-step} to retry', command: 'retry' };
  return {
    advice: `Check the balance, or press {next-step} to add ${further.join(', ')}`,
    command: `retry gpu-types=${[...had, ...further].join(',')}`,
  };
}

function wordOf({ failures }: JobRecord, { errorType }: Failure): string {
  const times = failures < 2 ? '' : failures === 2 ? ' twice' : ` ${failures} times`;
  return `${ERROR_WORDS[errorType]}${times}`;
}

/** What a backend could tell of the memory used: `used 16.0 of 16 GB`. */
function usedMemory({ error }: Failure): string | null {
  const found = /used (?:all of the )?([\d.]+) of (?:the |its )?([\d.]+) GB/i.exec(error);
  return found === null ? null : `used ${found[1]} of ${found[2]} GB`;
}

function secondsIn({ error }: Failure, pattern: RegExp): string | null {
  const found = pattern.exec(error)?.[1];
  return found === undefined ? null : spanText(Number(found));
}

const BRIEF = 80;

/** The first sentence, on one line. */
function briefly({ error }: Failure): string {
  const sentence = (/^[\s\S]*?[.!?](?=\s|$)/.exec(error)?.[0] ?? error).replace(/\s+/g, ' ').trim();
  return sentence.length <= BRIEF ? sentence : `${sentence.slice(0, BRIEF - 1).toWellFormed()}…`;
}

/** `16`, `1.5`: a number as a person would type it. */
function plain(number: number): string {
  return String(Number(number.toFixed(2)));
}

function clock(time: number): string {
  return new Date(time).toTimeString().slice(0, 5);
}
