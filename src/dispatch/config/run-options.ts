type BackendName = 'local' | 'submitit' | 'modal';
type GpuMode = 'off' | 'vectorized' | 'sequential';

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
export const FALLBACK_GPU = 'L40S';

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
  /** The environment is heard on this backend alone. */
  readonly envOnly?: BackendName;
  /** Seconds in the environment, minutes here. */
  readonly envInSeconds?: boolean;
  /** `llc config` can remember it. */
  readonly remembered?: boolean;
}

export const MOST = 1e7;

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
    envOnly: 'modal',
    envInSeconds: true,
    remembered: true,
  },
  cpus: {
    kind: 'int',
    default: 4,
    min: 1,
    max: 1024,
    defaultText: '4, here as many as get all jobs done soonest',
    help: 'cores a job',
    remembered: true,
  },
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
    envOnly: 'modal',
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
