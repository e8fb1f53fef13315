import { type JobState, TERMINAL_STATES } from '../../src/dispatch/job/words.ts';

/** What has become of a job of the example. */
export interface Fate {
  readonly state: JobState;
  /** The newest attempt; those before it failed. 0: none yet. */
  readonly attempt: number;
  /** Final, or running so far; null where there is none. */
  readonly llc: number | null;
  readonly se: number | null;
  readonly isDoubtful: boolean;
  /** Of what runs. */
  readonly percent: number;
  /** Why it waits; of what failed, how. */
  readonly word: string;
}

/**
 * The sweep of the design's frames, a row for each problem and seed, sgld, sghmc, hmc and mclmc beside each other.
 * `32.3±0.8` is ok, `?` behind it doubtful, `=` before it cached; `92%31.7` runs; `w:Priority` waits; `x:oom` failed;
 * `*2` says which attempt. Its counts: ok 58, cached 8, running 16, collecting 1, starting 2, waiting 22, planned 8,
 * retrying 1, error 3, cancelled 1.
 */
const FATES: Readonly<Record<string, string>> = {
  'small 0': '12.4±0.3    12.6±0.4    12.4±0.2      12.4±0.2',
  'small 1': '=12.5±0.3   12.5±0.4    12.4±0.2      12.5±0.2',
  'small 2': '12.6±0.3    =12.7±0.4   =12.5±0.2     12.4±0.2',
  'small 3': '12.4±0.3    12.5±0.3    12.4±0.2      =12.3±0.2',
  'small 4': '12.5±0.3    12.6±0.4    x:lost*4      12.4±0.2',
  'small 5': '12.3±0.3    12.6±0.4    12.5±0.2      12.5±0.2',
  'small 6': '12.6±0.4    12.4±0.3    12.4±0.2      12.4±0.2',
  'small 7': '12.5±0.3    cancelled   12.3±0.2      12.3±0.2',
  'small 8': '12.5±0.3    12.7±0.4    12.4±0.2      12.5±0.2',
  'small 9': '12.6±0.3    12.5±0.3    64%12.2       12.3±0.2',
  'medium 0': '=31.9±0.8   =32.4±1.1   =31.6±0.4     =31.8±0.5',
  'medium 1': '32.2±0.8    32.0±0.9    31.4±0.4      31.5±0.5',
  'medium 2': '31.7±0.7    32.6±1.0    x:oom*2       31.9±0.5',
  'medium 3': '32.5±0.8    32.1±0.9    31.7±0.4      30.2±0.6?',
  'medium 4': '33.9±1.4?   32.3±1.0    retrying*2    31.6±0.5',
  'medium 5': '31.8±0.7    32.2±0.9    31.5±0.4      92%31.7',
  'medium 6': '32.0±0.8    31.9±0.8    77%31.3       x:diverged',
  'medium 7': '32.3±0.8*2  collecting  58%31.8       83%31.6',
  'medium 8': '31.6±0.7    90%32.5     23%33.1       starting',
  'medium 9': '95%32.1     w:Resources w:Priority    w:Priority',
  'large 0': '98.1±2.2    97.6±2.4?   41%95.2       95.7±1.8',
  'large 1': '97.9±2.3    88%96.9     37%94.8       71%95.5',
  'large 2': '52%98.8     47%96.1     starting      30%94.9',
  'large 3': '12%104      w:Resources w:Priority    w:Priority',
  'large 4': 'w:Priority  w:Priority  w:QOSMaxJobsPerUserLimit planned',
  'large 5': 'w:Resources w:Priority  w:Priority    w:Priority',
  'large 6': 'w:Resources w:Priority  w:Priority    w:Priority',
  'large 7': 'w:Resources w:Priority  w:Priority    w:QOSMaxJobsPerUserLimit',
  'large 8': 'w:QOSMaxJobsPerUserLimit planned planned planned',
  'large 9': 'planned     planned     planned       planned',
};

/** States that the frames do not have, in the places of others. */
const EVERY_STATE: Readonly<Record<string, string>> = {
  'small 4': '12.5±0.3    12.6±0.4    held*4        12.4±0.2',
  'large 8': 'w:JobHeldUser submitted submitted     planned',
};

const SAMPLERS = ['sgld', 'sghmc', 'hmc', 'mclmc'] as const;
const LIVE = ['submitted', 'starting', 'collecting'];

/**
 * By job id, in the plan's order.
 *
 * @param hasEveryState - also jobs that are held, submitted, and held by the site; the counts are others then
 */
export function exampleFates(hasEveryState: boolean): ReadonlyMap<string, Fate> {
  const rows = hasEveryState ? { ...FATES, ...EVERY_STATE } : FATES;
  const fates = new Map<string, Fate>();
  for (const problem of ['small', 'medium', 'large'])
    for (const [at, sampler] of SAMPLERS.entries())
      for (let seed = 0; seed < 10; seed++) {
        const word = rows[`${problem} ${seed}`]!.split(/ +/)[at]!;
        fates.set(`${problem}-${sampler}-${seed}`, fateOf(word));
      }
  return fates;
}

const TYPICAL: Readonly<Record<string, number>> = { small: 12.4, medium: 31.8, large: 96.7 };

/** The same when the sweep has ended: what had not ended before is ok. */
export function allDone(fates: ReadonlyMap<string, Fate>): ReadonlyMap<string, Fate> {
  return new Map(
    [...fates].map(([jobId, fate]): [string, Fate] => {
      if (TERMINAL_STATES.has(fate.state)) return [jobId, fate];
      const llc = fate.llc ?? TYPICAL[jobId.split('-')[0]!]!;
      const attempt = Math.max(1, fate.attempt);
      const rest = { attempt, llc, se: llc / 50, percent: 100, word: '' };
      return [jobId, { ...fate, ...rest, state: 'ok' }];
    }),
  );
}

function fateOf(text: string): Fate {
  const [, word = '', attempt] = /^([^*]*)(?:\*(\d+))?$/.exec(text)!;
  const fate = { attempt: Number(attempt ?? 1), llc: null, se: null, isDoubtful: false };
  const value = /^(=?)([\d.]+)±([\d.]+)(\??)$/.exec(word);
  if (value !== null) {
    const [, cached, llc, se, doubt] = value;
    return {
      ...fate,
      state: cached === '=' ? 'cached' : 'ok',
      attempt: cached === '=' ? 0 : fate.attempt,
      llc: Number(llc),
      se: Number(se),
      isDoubtful: doubt === '?',
      percent: 100,
      word: '',
    };
  }
  const running = /^(\d+)%([\d.]+)$/.exec(word);
  if (running !== null) {
    const [, percent, llc] = running;
    const se = Number(llc) / Math.sqrt(10 * Number(percent));
    return { ...fate, state: 'running', llc: Number(llc), se, percent: Number(percent), word: '' };
  }
  if (word.startsWith('w:')) return { ...fate, state: 'waiting', percent: 0, word: word.slice(2) };
  if (word.startsWith('x:')) return { ...fate, state: 'error', percent: 70, word: word.slice(2) };
  if (word === 'held') return { ...fate, state: 'held', percent: 70, word: 'lost' };
  if (word === 'retrying') return { ...fate, state: 'retrying', percent: 40, word: 'node_failure' };
  const isLive = LIVE.includes(word);
  return {
    ...fate,
    state: word as JobState,
    attempt: isLive || word === 'cancelled' ? 1 : 0,
    percent: word === 'collecting' ? 100 : 0,
    word: '',
  };
}
