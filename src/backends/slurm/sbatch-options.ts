import { LlcError } from '../../dispatch/errors.ts';
import type { Resources } from '../../dispatch/job/job-spec.ts';

/** What a person asked of Slurm for every job of a sweep. */
export interface SlurmOptions {
  readonly partition: string | null;
  readonly account: string | null;
  readonly qos: string | null;
  readonly constraint: string | null;
  /** Any other option of sbatch, by its long name without dashes; an empty value is a bare flag. */
  readonly extra: Readonly<Record<string, string>>;
  /** How long before its limit a job is told to stop, seconds. */
  readonly warningS: number;
  /** The site's name of a GPU type; null where any will do. */
  readonly gpuType: string | null;
}

/** What of its resources decides in which array a job goes. */
export type Shape = Pick<Resources, 'cpus' | 'memoryGb' | 'timeoutMin' | 'gpuMode'>;

/** An option of sbatch, by its long name; null for a bare flag. */
export type SbatchOption = readonly [name: string, value: string | null];

/** Options that the script itself depends on. */
const OURS: ReadonlySet<string> = new Set([
  'array',
  'chdir',
  'comment',
  'error',
  'export',
  'export-file',
  'input',
  'job-name',
  'open-mode',
  'output',
  'parsable',
  'signal',
  'test-only',
  'wait',
  'wrap',
]);

/** sbatch takes no longer one. */
const LONGEST_WARNING_S = 65_535;
/** Of a short limit at most this share is left after the warning: Slurm gives it up to a minute early, and one that comes as the job starts is lost. */
const WARNING_SHARE = 0.4;

/** How long before its limit such a job is warned, seconds. */
export function warningOf(shape: Pick<Shape, 'timeoutMin'>, { warningS }: SlurmOptions): number {
  return Math.min(
    warningS,
    LONGEST_WARNING_S,
    Math.floor(WARNING_SHARE * 60 * limitMinutes(shape)),
  );
}

/** What a job asks of Slurm; what the person gave beside comes last and so wins. */
export function resourceOptions(shape: Shape, options: SlurmOptions): readonly SbatchOption[] {
  const { extra } = options;
  const warningS = warningOf(shape, options);
  const asked: (readonly [string, string | null] | null)[] = [
    ...placeOptions(options),
    ['nodes', '1'],
    ['ntasks', '1'],
    ['cpus-per-task', String(shape.cpus)],
    ['mem', `${Math.ceil(1024 * shape.memoryGb)}M`],
    ['time', String(limitMinutes(shape))],
    shape.gpuMode === 'off' ? null : ['gres', gresOf(options.gpuType)],
    // Without B: steps alone would hear it.
    warningS === 0 ? null : ['signal', `B:USR2@${warningS}`],
    ['requeue', null],
  ];
  const given = Object.entries(extra).map(([name, value]): SbatchOption => {
    const plain = name.replace(/^--/, '');
    if (!/^[a-z][a-z0-9-]*$/i.test(plain) || OURS.has(plain))
      throw new LlcError(
        78,
        `--slurm-extra ${name}=… cannot be used: ${OURS.has(plain) ? 'llc sets that option itself' : 'that is no option of sbatch'}.`,
        'Give the long name of an option of sbatch, without dashes: --slurm-extra nice=100',
      );
    return [plain, value === '' ? null : value];
  });
  return [...asked.filter((option) => option !== null), ...given];
}

/** Where a job goes and on whose account, as words that srun takes as well. */
export function sharedOptions(options: SlurmOptions): readonly string[] {
  return asWords(placeOptions(options));
}

function placeOptions(options: SlurmOptions): readonly SbatchOption[] {
  const { partition, account, qos, constraint } = options;
  const named = Object.entries({ partition, account, qos, constraint });
  return named.filter(([, value]) => value !== null);
}

/** Slurm counts whole minutes. */
export function limitMinutes({ timeoutMin }: Pick<Shape, 'timeoutMin'>): number {
  return Math.max(1, Math.ceil(timeoutMin));
}

function gresOf(type: string | null): string {
  return type === null ? 'gpu:1' : `gpu:${type}:1`;
}

/** As words of a command line. */
export function asWords(options: readonly SbatchOption[]): readonly string[] {
  return options.map(([name, value]) => (value === null ? `--${name}` : `--${name}=${value}`));
}

/**
 * As a line of a script. sbatch reads a quoted word with backslashes before quotes and backslashes.
 *
 * @throws LlcError 78 for a line end, which no such line can hold
 */
export function asDirective(option: SbatchOption): string {
  const [word = ''] = asWords([option]);
  if (/[\n\r\0]/.test(word))
    throw new LlcError(
      78,
      `An option of sbatch cannot hold a line end: ${JSON.stringify(word)}.`,
      'Give it in one line.',
    );
  const isPlain = /^[\w=:%@.,/+-]+$/.test(word);
  return `#SBATCH ${isPlain ? word : `"${word.replaceAll(/[\\"]/g, '\\$&')}"`}`;
}
