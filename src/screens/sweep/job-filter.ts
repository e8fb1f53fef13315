import { JOB_STATES, type JobState } from '../../dispatch/job/words.ts';
import { standing } from '../../dispatch/journal/selectors.ts';
import type { JobRecord } from '../../dispatch/journal/sweep-state.ts';
import { essPerSecond } from './agreement.ts';
import { ERROR_WORDS } from './error-words.ts';
import { samplerName } from './families.ts';
import { faceOf, isDoubtful } from './job-words.ts';

/** Whether a job is shown. */
export type JobFilter = (job: JobRecord) => boolean;

/**
 * Reads `hmc !small s3 oom try>1 doubt llc>30`: all words must hold, `!` inverts one. A word is a number compared,
 * `doubt`, `hold`, a seed, a state, a sampler's or problem's whole name, else a part of a name, error or reason.
 *
 * @param names - samplers and problems of the sweep, so that `hmc` is not also `sghmc`
 * @returns null where the text has no words
 */
export function parseFilter(text: string, names: ReadonlySet<string>): JobFilter | null {
  const terms = text.split(/\s+/).flatMap((word) => {
    const isInverted = word.startsWith('!');
    const bare = (isInverted ? word.slice(1) : word).toLowerCase();
    if (bare === '') return [];
    const term = termOf(bare, names);
    return [isInverted ? (job: JobRecord) => !term(job) : term];
  });
  return terms.length === 0 ? null : (job) => terms.every((term) => term(job));
}

const COMPARED: Readonly<Record<string, (job: JobRecord) => number | null>> = {
  try: ({ attempt }) => attempt,
  seed: ({ seed }) => seed,
  params: ({ targetParams }) => targetParams,
  llc: ({ outcome }) => outcome?.llcMean ?? null,
  se: ({ outcome }) => outcome?.llcSe ?? null,
  ess: ({ outcome }) => outcome?.ess ?? null,
  'ess/s': essPerSecond,
  rhat: ({ outcome }) => outcome?.rhat ?? null,
  /** Minutes. */
  min: ({ durationS }) => (durationS === null ? null : durationS / 60),
};

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '=': (a, b) => a === b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
};

function termOf(word: string, names: ReadonlySet<string>): JobFilter {
  const comparison = /^([a-z/]+)(>=|<=|>|<|=)(-?[\d.]+(?:e-?\d+)?)$/.exec(word);
  const read = comparison === null ? undefined : COMPARED[comparison[1] ?? ''];
  if (comparison !== null && read !== undefined) {
    const [, , sign = '', bound] = comparison;
    const holds = COMPARISONS[sign] as (a: number, b: number) => boolean;
    return (job) => {
      const value = read(job);
      return value !== null && holds(value, Number(bound));
    };
  }
  if (word === 'doubt') return isDoubtful;
  if (word === 'hold') return (job) => faceOf(job) === 'needs-hands';
  if (/^s\d+$/.test(word)) return ({ seed }) => seed === Number(word.slice(1));
  if (names.has(word))
    return (job) => samplerName(job).toLowerCase() === word || job.problem.toLowerCase() === word;
  // A retry that can still be undone leaves the row where it was.
  if ((JOB_STATES as readonly string[]).includes(word))
    return (job) => job.state === (word as JobState) || standing(job) === word;
  return (job) => wordsOf(job).some((part) => part.includes(word));
}

function wordsOf(job: JobRecord): string[] {
  const { failure, detail, state } = job;
  const isTrouble = failure !== null && (standing(job) === 'error' || state === 'retrying');
  return [
    samplerName(job),
    job.problem,
    standing(job),
    ...(isTrouble ? [failure.errorType, ERROR_WORDS[failure.errorType]] : []),
    ...(state === 'ok' || state === 'cached' ? [] : [detail]),
  ].map((word) => word.toLowerCase());
}
