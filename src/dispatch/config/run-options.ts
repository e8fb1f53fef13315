import { below, type Issue, isRecord, shown } from './issue.ts';
import { didYouMean } from './nearest-name.ts';

export type BackendName = 'local' | 'submitit' | 'modal';
export type GpuMode = 'off' | 'vectorized' | 'sequential';

/** How jobs are run, as against what they compute. */
export interface RunOptions {
  readonly backend: BackendName;
  /** `quick`, `full` or the path of a file of fields. */
  readonly preset: string | null;
  readonly gpuMode: GpuMode;
  /** In order of preference. */
  readonly gpuTypes: readonly string[];
  readonly slurmPartition: string | null;
  readonly slurmAccount: string | null;
  readonly slurmQos: string | null;
  readonly slurmConstraint: string | null;
  readonly slurmExtra: Readonly<Record<string, string>>;
  /** Minutes. */
  readonly timeoutMin: number;
  /** Somebody asked for `timeoutMin`, so that it is the job's limit on every backend. */
  readonly timeoutGiven: boolean;
  readonly cpus: number;
  readonly memGb: number;
  readonly slurmSignalDelayS: number;
  readonly ssh: string | null;
  readonly remoteDir: string;
  readonly remoteNode: string | null;
  readonly skip: boolean;
  /** Null: the machine's cores over a job's. */
  readonly workers: number | null;
  /** Null: the study's seeds, else `DEFAULT_SEEDS`. */
  readonly nSeeds: number | null;
  readonly study: string | null;
  /** Parsed JSON; `readGrid` reads it. */
  readonly samplerGrid: unknown;
  readonly problemGrid: unknown;
  readonly maxRetries: number;
  readonly backoff: number;
  readonly initialDelayS: number;
  /** The scheduler's limit to start a job, seconds; null = none. */
  readonly hangTimeoutS: number | null;
  /** A started job's limit without a word, seconds; null = 600 to the first and 300 between later ones. */
  readonly silentTimeoutS: number | null;
  /** The limit of waiting in a queue, minutes; null = none. */
  readonly maxWaitMin: number | null;
  /** Null: the backend's own limit. */
  readonly maxConcurrent: number | null;
  readonly detach: boolean;
  readonly dryRun: boolean;
  readonly takeOver: boolean;
  readonly artifacts: boolean;
}
export type RunOptionName = keyof Omit<RunOptions, 'timeoutGiven'>;

export const DEFAULT_SEEDS = 2;
export const GPU_TYPES = ['H100', 'A100', 'L40S', 'T4', 'A10G'] as const;
const FALLBACK_GPU = 'L40S';

/** Where a value may come from besides its flag, and what it may be. */
export interface RunOptionSpec {
  readonly kind: 'int' | 'float' | 'choice' | 'text' | 'bool' | 'names' | 'pairs' | 'json';
  readonly default: unknown;
  /** In help, where the default is not a value. */
  readonly defaultText?: string;
  readonly help: string;
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly env?: string;
  /** Seconds in the environment, minutes here. */
  readonly envInSeconds?: boolean;
  /** `llc config` can remember it. */
  readonly remembered?: boolean;
}

const MOST = 1e7;

export const RUN_OPTIONS: Readonly<Record<RunOptionName, RunOptionSpec>> = {
  backend: {
    kind: 'choice',
    default: 'local',
    choices: ['local', 'submitit', 'slurm', 'modal'],
    help: 'where jobs run; slurm is the same as submitit',
    remembered: true,
  },
  preset: {
    kind: 'text',
    default: null,
    value: 'quick|full|FILE',
    help: 'applied first; explicit flags win',
  },
  gpuMode: {
    kind: 'choice',
    default: 'off',
    choices: ['off', 'vectorized', 'sequential'],
    help: 'vectorized: all chains in one batch on the GPU; sequential: chain after chain; off: CPU',
  },
  gpuTypes: {
    kind: 'names',
    default: [FALLBACK_GPU],
    value: 'TYPES',
    help: `Modal: in order of preference, of ${GPU_TYPES.join(', ')}`,
    env: 'LLC_MODAL_GPU_LIST',
    remembered: true,
  },
  slurmPartition: { kind: 'text', default: null, help: 'partition', remembered: true },
  slurmAccount: { kind: 'text', default: null, help: 'account', remembered: true },
  slurmQos: { kind: 'text', default: null, help: 'quality of service', remembered: true },
  slurmConstraint: { kind: 'text', default: null, help: 'features of the node', remembered: true },
  slurmExtra: {
    kind: 'pairs',
    default: {},
    value: 'KEY=VALUE',
    defaultText: 'none',
    help: 'any other option of sbatch; may be repeated',
    remembered: true,
  },
  timeoutMin: {
    kind: 'float',
    default: 180,
    min: 0.1,
    max: MOST,
    help: 'a job’s limit; given explicitly, on every backend',
    env: 'LLC_MODAL_TIMEOUT_S',
    envInSeconds: true,
    remembered: true,
  },
  cpus: { kind: 'int', default: 4, min: 1, max: 1024, help: 'cores a job', remembered: true },
  memGb: {
    kind: 'float',
    default: 16,
    min: 0.1,
    max: 1e5,
    help: 'memory a job',
    remembered: true,
  },
  slurmSignalDelayS: {
    kind: 'int',
    default: 120,
    min: 0,
    max: MOST,
    help: 'how long before its limit a job is told to stop',
    remembered: true,
  },
  ssh: {
    kind: 'text',
    default: null,
    value: 'HOST',
    help: 'drive Slurm on HOST, an alias of ssh’s own configuration',
    remembered: true,
  },
  remoteDir: {
    kind: 'text',
    default: '~/llc',
    value: 'DIR',
    help: 'where on HOST',
    remembered: true,
  },
  remoteNode: {
    kind: 'text',
    default: null,
    value: 'PATH',
    defaultText: 'the running Node',
    help: 'the Node that compute nodes use',
    remembered: true,
  },
  skip: { kind: 'bool', default: true, help: 'use a run that exists' },
  workers: {
    kind: 'int',
    default: null,
    min: 1,
    max: 4096,
    defaultText: 'cores / cpus of a job',
    help: 'jobs at once on this machine',
    remembered: true,
  },
  nSeeds: {
    kind: 'int',
    default: null,
    min: 1,
    max: 10_000,
    defaultText: String(DEFAULT_SEEDS),
    help: 'seeds of each problem: seed, seed + 1, …',
  },
  study: { kind: 'text', default: null, value: 'FILE.yaml', help: 'problems, samplers and seeds' },
  samplerGrid: {
    kind: 'json',
    default: null,
    value: 'JSON',
    help: 'a list of {name, overrides} or an object of lists, all combinations',
  },
  problemGrid: { kind: 'json', default: null, value: 'JSON', help: 'the same for problems' },
  maxRetries: {
    kind: 'int',
    default: 3,
    min: 0,
    max: 1000,
    help: 'further attempts of a job',
    env: 'LLC_MODAL_MAX_RETRIES',
    remembered: true,
  },
  backoff: {
    kind: 'float',
    default: 2,
    min: 1,
    max: 100,
    help: 'each delay is this many times the one before',
    env: 'LLC_MODAL_BACKOFF',
    remembered: true,
  },
  initialDelayS: {
    kind: 'float',
    default: 10,
    min: 0,
    max: MOST,
    help: 'delay before the second attempt',
    env: 'LLC_MODAL_INITIAL_DELAY_S',
    remembered: true,
  },
  hangTimeoutS: {
    kind: 'float',
    default: null,
    min: 1,
    max: MOST,
    defaultText: '180 on Modal, else none',
    help: 'limit of waiting for the scheduler to start a job',
    env: 'LLC_MODAL_CLIENT_HANG_TIMEOUT_S',
    remembered: true,
  },
  silentTimeoutS: {
    kind: 'float',
    default: null,
    min: 1,
    max: MOST,
    defaultText: '600 to the first word, 300 between heartbeats',
    help: 'limit of a started job without a word',
    remembered: true,
  },
  maxWaitMin: {
    kind: 'float',
    default: null,
    min: 0.01,
    max: MOST,
    help: 'limit of waiting in a queue',
    remembered: true,
  },
  maxConcurrent: {
    kind: 'int',
    default: null,
    min: 1,
    max: 1e6,
    defaultText: 'the backend’s own limit',
    help: 'jobs at once',
    remembered: true,
  },
  detach: { kind: 'bool', default: false, help: 'hand to the background at once' },
  dryRun: { kind: 'bool', default: false, help: 'print the plan and stop' },
  takeOver: { kind: 'bool', default: false, help: 'take a sweep from a host that is gone' },
  artifacts: {
    kind: 'bool',
    default: true,
    help: 'keep draws and configuration beside the metrics',
  },
};

export const RUN_OPTION_NAMES = Object.keys(RUN_OPTIONS) as RunOptionName[];

/** `slurmPartition` as files write it: `slurm_partition`. */
export function snakeName(name: RunOptionName): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
export function flagName(name: RunOptionName): string {
  return `--${snakeName(name).replaceAll('_', '-')}`;
}
/** What `llc config` may remember, in snake_case. */
export const REMEMBERED_NAMES = RUN_OPTION_NAMES.filter(
  (name) => RUN_OPTIONS[name].remembered === true,
).map(snakeName);

export interface RunOptionSources {
  /** What flags gave, by option name. */
  readonly flags: Readonly<Partial<Record<RunOptionName, unknown>>>;
  /** `backend`, `gpu_mode`, `gpu_types` of a study. */
  readonly study?: Readonly<Record<string, unknown>> | undefined;
  /** Where the study stands. */
  readonly studyAt?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Remembered defaults, snake_case; unknown names are left alone. */
  readonly remembered: Readonly<Record<string, unknown>>;
}

export type ResolvedRunOptions =
  | { readonly ok: true; readonly options: RunOptions; readonly notes: readonly string[] }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/**
 * The options that are in force: a flag wins over the study, which wins over the environment, which wins
 * over remembered defaults, which win over the built-in ones. Only what wins is checked. GPU types that
 * nobody knows become L40S, with a note.
 */
export function resolveRunOptions(sources: RunOptionSources): ResolvedRunOptions {
  const issues: Issue[] = [];
  const notes: string[] = [];
  const found: Record<string, unknown> = {};
  const given = new Set<RunOptionName>();
  for (const name of RUN_OPTION_NAMES) {
    const origin = winner(name, sources);
    if (origin === null) {
      found[name] = RUN_OPTIONS[name].default;
      continue;
    }
    given.add(name);
    const read = readOption(name, origin.value, origin.at);
    if (read.ok) found[name] = read.value;
    else issues.push(read.issue);
  }
  if (issues.length > 0) return { ok: false, issues };
  if (found['backend'] === 'slurm') found['backend'] = 'submitit';
  if (found['backend'] === 'modal') found['hangTimeoutS'] ??= 180;
  found['gpuTypes'] = knownGpus(found['gpuTypes'] as readonly string[], notes);
  found['timeoutGiven'] = given.has('timeoutMin');
  return { ok: true, options: found as unknown as RunOptions, notes };
}

function winner(
  name: RunOptionName,
  { flags, study = {}, studyAt = '', env, remembered }: RunOptionSources,
): { value: unknown; at: string } | null {
  const { env: variable, envInSeconds } = RUN_OPTIONS[name];
  const snake = snakeName(name);
  if (flags[name] !== undefined) return { value: flags[name], at: flagName(name) };
  if (isGiven(study, snake)) return { value: study[snake], at: below(studyAt, snake) };
  const text = variable === undefined ? undefined : env[variable];
  if (variable !== undefined && text !== undefined && text !== '') {
    const seconds = Number(text);
    const value =
      envInSeconds && text.trim() !== '' && !Number.isNaN(seconds) ? seconds / 60 : text;
    return { value, at: variable };
  }
  const isRemembered = RUN_OPTIONS[name].remembered && isGiven(remembered, snake);
  return isRemembered ? { value: remembered[snake], at: `remembered ${snake}` } : null;
}

function isGiven(values: Readonly<Record<string, unknown>>, key: string): boolean {
  return Object.hasOwn(values, key) && values[key] !== undefined && values[key] !== null;
}

export type ReadOption =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly issue: Issue };

/**
 * Reads one option's value, text or already typed, as a flag, the environment and files give it.
 *
 * @param at - where it came from, for messages
 */
export function readOption(name: RunOptionName, given: unknown, at: string): ReadOption {
  const spec = RUN_OPTIONS[name];
  const refused = (expected: string, hint = ''): ReadOption => ({
    ok: false,
    issue: { path: at, got: shown(given), expected, hint },
  });
  if (given === 'none' && spec.default === null) return { ok: true, value: null };
  switch (spec.kind) {
    case 'int':
    case 'float': {
      const { min = -MOST, max = MOST } = spec;
      const number = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
      const isNumber = typeof number === 'number' && number >= min && number <= max;
      if (isNumber && (spec.kind === 'float' || Number.isInteger(number))) {
        return { ok: true, value: number };
      }
      return refused(`${spec.kind === 'int' ? 'an integer' : 'a number'} from ${min} to ${max}`);
    }
    case 'choice': {
      const choices = spec.choices ?? [];
      if (typeof given === 'string' && choices.includes(given)) return { ok: true, value: given };
      const hint = typeof given === 'string' ? didYouMean(given, choices) : '';
      return refused(`one of ${choices.join(', ')}`, hint);
    }
    case 'text':
      // Texts become arguments of other programs: no control characters, no leading dash.
      return typeof given === 'string' && /^[^-\p{Cc}][^\p{Cc}]{0,4095}$/u.test(given)
        ? { ok: true, value: given }
        : refused('a text of one line that does not start with "-"');
    case 'bool':
      if (given === true || given === false) return { ok: true, value: given };
      if (given === 'true' || given === 'false') return { ok: true, value: given === 'true' };
      return refused('true or false');
    case 'names': {
      const list = typeof given === 'string' ? given.split(',').map((text) => text.trim()) : given;
      const isNames = Array.isArray(list) && list.every((item) => typeof item === 'string');
      const names = isNames ? list.filter((item) => item !== '') : [];
      return names.length > 0 ? { ok: true, value: names } : refused('names, comma-separated');
    }
    case 'pairs':
      return readPairs(given, refused);
    case 'json': {
      if (typeof given !== 'string') return { ok: true, value: given };
      try {
        return { ok: true, value: JSON.parse(given) };
      } catch (error) {
        return refused('JSON', error instanceof Error ? error.message : String(error));
      }
    }
  }
}

function readPairs(given: unknown, refused: (expected: string) => ReadOption): ReadOption {
  const list = typeof given === 'string' ? [given] : given;
  const pairs = isRecord(list)
    ? Object.entries(list).map(([key, value]) => `${key}=${value}`)
    : list;
  const expected = 'KEY=VALUE with an option of sbatch, such as reservation=course';
  if (!Array.isArray(pairs)) return refused(expected);
  const found: Record<string, string> = {};
  for (const pair of pairs) {
    const match =
      typeof pair === 'string' ? /^([a-z][a-z0-9-]{0,60})=([^\p{Cc}]{0,1000})$/u.exec(pair) : null;
    if (match === null) return refused(expected);
    found[match[1]] = match[2];
  }
  return { ok: true, value: found };
}

function knownGpus(asked: readonly string[], notes: string[]): readonly string[] {
  const known: readonly string[] = GPU_TYPES;
  const types = asked.map((name) => {
    if (known.includes(name.toUpperCase())) return name.toUpperCase();
    notes.push(
      `GPU type ${name.slice(0, 100)} is not known (${known.join(', ')}); ${FALLBACK_GPU} is used instead`,
    );
    return FALLBACK_GPU;
  });
  return [...new Set(types)];
}
