import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { writeWhole } from '../artifacts/atomic-write.ts';
import { cannotWrite } from '../artifacts/cannot-write.ts';
import type { RunOptions } from '../config/run-options.ts';
import type { Config } from '../config/schema.ts';
import { LlcError } from '../errors.ts';
import type { JobSpec } from '../job/job-spec.ts';
import type { Plan } from './plan.ts';

/** `plan.json`: all that a dispatcher needs to run the sweep, now or after any crash. */
export interface SweepFile extends Plan {
  /** Grows when an older program would misread a newer file. */
  readonly version: typeof SWEEP_FILE_VERSION;
  /** A sweep's tables are copied to the working directory, a run's are not. */
  readonly command: 'run' | 'sweep';
  /** Of the program that planned it; workers of another refuse the jobs. */
  readonly schemaHash: string;
  readonly codeVersion: string;
  readonly options: RunOptions;
}

export const SWEEP_FILE_VERSION = 2;

/** @throws LlcError 75 where it cannot be written */
export async function writeSweepFile(path: string, file: SweepFile): Promise<void> {
  await writeWhole(path, `${JSON.stringify(packed(file))}\n`).catch((error: unknown) => {
    throw cannotWrite('the plan', path, error);
  });
}

/**
 * As it lies on the disc: what the jobs' configurations have in common once, and of each the rest. Thousands of whole
 * ones would take tens of megabytes in the file and in whoever reads it.
 */
interface PackedFile extends Omit<SweepFile, 'jobs'> {
  readonly common: Config;
  readonly jobs: readonly (Omit<JobSpec, 'config'> & { readonly config: Partial<Config> })[];
}

function packed({ jobs, ...file }: SweepFile): PackedFile {
  const common = jobs[0].config;
  return {
    ...file,
    common,
    jobs: jobs.map((job) => ({ ...job, config: differences(common, job.config) })),
  };
}

function unpacked({ common, jobs, ...file }: PackedFile): SweepFile {
  return {
    ...file,
    jobs: jobs.map((job) => ({ ...job, config: { ...common, ...job.config } })),
  };
}

function differences(common: Config, config: Config): Partial<Config> {
  const others = Object.entries(config).filter(
    ([name, value]) => !isDeepStrictEqual(value, common[name as keyof Config]),
  );
  return Object.fromEntries(others);
}

/** @throws LlcError 78 where it is none of this version, 75 where it cannot be read */
export async function readSweepFile(path: string): Promise<SweepFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new LlcError(
      75,
      `Cannot read the plan ${path}: ${message}.`,
      code === 'ENOENT' ? 'Start a new sweep.' : 'Is the directory readable?',
      { cause: error },
    );
  }
  let file: Partial<PackedFile> | null;
  try {
    file = JSON.parse(text);
  } catch (error) {
    throw new LlcError(78, `The plan ${path} is damaged.`, 'Start a new sweep.', { cause: error });
  }
  if (file?.version !== SWEEP_FILE_VERSION || !file.jobs || !file.common || !file.options)
    throw new LlcError(
      78,
      `The plan ${path} is of another version of llc.`,
      'Use the version that made it, or start a new sweep: finished runs are found.',
    );
  return unpacked(file as PackedFile);
}
