import { dirname, join, resolve } from 'node:path';

/**
 * The only place that knows what files are called (docs/files.md).
 *
 * ```
 * runs/<run_id>/     config.json metrics.json L0.txt <sampler>.nc manifest.json analysis/
 * sweeps/<sweep_id>/ plan.json journal.jsonl live.json supervisor.lock supervisor.log inbox/
 *                    results.csv errors.csv calibration.json jobs/<job_id>/{checkpoint.bin, attempt-N/…} slurm/…
 * .llc/families/<erm_key>/     weights.f64 training.json, shared by jobs of equal data and training
 * .llc/staging/               what is being written
 * .llc/worker/<hash>/         the worker as jobs in a queue will find it, whatever is built meanwhile
 * .llc/worker/webgpu-…node    what they reach GPUs by, where a GPU mode was asked for
 * .llc/visits.json console.log  what the console remembers, and died of
 * ```
 */
export const RUN_FILES = {
  config: 'config.json',
  metrics: 'metrics.json',
  baseline: 'L0.txt',
  manifest: 'manifest.json',
  draws: (sampler: string) => `${sampler}.nc`,
  /** A folder that the manifest does not know: figures and tables made of the draws, and made anew at will. */
  analysis: 'analysis',
} as const;

/** What `llc analyze` leaves of a run, in its `analysis/` or elsewhere. */
export function analysisLayout(dir: string) {
  return {
    summaryCsv: join(dir, 'summary.csv'),
    summaryJson: join(dir, 'summary.json'),
    /** The page of `llc preview`. */
    page: join(dir, 'report.html'),
    figure: (sampler: string, name: string, kind: 'svg' | 'png') =>
      join(dir, `${sampler}_${name}.${kind}`),
  } as const;
}

/** Copies for the newest sweep, in the working directory. */
export const RESULTS_CSV = 'llc_sweep_results.csv';
export const ERRORS_CSV = 'llc_sweep_errors.csv';

/** Whether a name is that of a run: 12 hex digits, so it can lead nowhere but below its folder. */
export function isRunId(name: string): boolean {
  return /^[0-9a-f]{12}$/.test(name);
}

export function runDir(runsDir: string, runId: string): string {
  return join(runsDir, runId);
}

/** The files of one sweep. */
export function sweepLayout(sweepsDir: string, sweepId: string) {
  const dir = join(sweepsDir, sweepId);
  return {
    dir,
    plan: join(dir, 'plan.json'),
    journal: join(dir, 'journal.jsonl'),
    live: join(dir, 'live.json'),
    lock: join(dir, 'supervisor.lock'),
    /** What a supervisor says: its start, its end, trouble. */
    supervisorLog: join(dir, 'supervisor.log'),
    inbox: join(dir, 'inbox'),
    results: join(dir, 'results.csv'),
    errors: join(dir, 'errors.csv'),
    page: join(dir, 'report.html'),
    /** What a map of `llc calibrate` was made around. */
    calibration: join(dir, 'calibration.json'),
    /** Its heat map of one sampler. */
    map: (sampler: string, kind: 'svg' | 'png') => join(dir, `map-${sampler}.${kind}`),
    job: (jobId: string) => join(dir, 'jobs', jobId),
    attempt: (jobId: string, attempt: number) => join(dir, 'jobs', jobId, `attempt-${attempt}`),
  } as const;
}

/** The sweep that an attempt's folder lies in. */
export function sweepDirOfAttempt(attemptDir: string): string {
  return dirname(dirname(dirname(attemptDir)));
}

/** What a sweep keeps of its jobs in Slurm. */
export function slurmLayout(sweepDir: string) {
  const dir = join(sweepDir, 'slurm');
  return {
    dir,
    /** `<array>_<task>.<restart>`: how each start of each task ended. */
    ends: join(dir, 'ends'),
    /** What tells its folder on a host behind ssh from those of other sweeps of its name. */
    place: join(dir, 'place'),
    submission: (name: string) => ({
      dir: join(dir, name),
      script: join(dir, name, 'array.sh'),
      /** A line a task: the attempt's folder, from the sweep's. */
      tasks: join(dir, name, 'tasks'),
      /** The array's number, once Slurm has given one. */
      job: join(dir, name, 'job.json'),
      /** What Slurm said in its place. */
      refused: join(dir, name, 'refused.txt'),
      /** What Slurm itself says of a task. */
      log: (task: number) => join(dir, name, `${task}.log`),
    }),
  } as const;
}

/** An order in a sweep's inbox. */
export function orderFile(inbox: string, orderId: string): string {
  return join(inbox, `${orderId}.json`);
}

/** The files of one attempt, in its folder. The worker protocol is made of them. */
export function attemptLayout(dir: string) {
  return {
    dir,
    payload: join(dir, 'payload.json'),
    hello: join(dir, 'hello.json'),
    /** Committed by the one worker of an incarnation from 1 on that may replace `hello`. */
    helloOf: (incarnation: number) => join(dir, `hello.${incarnation}.json`),
    progress: join(dir, 'progress.json'),
    /** How the running estimate came about, for a plot. */
    trace: join(dir, 'trace.json'),
    result: join(dir, 'result.json'),
    /** Which sandbox of Modal's runs it. */
    sandbox: join(dir, 'sandbox.json'),
    stdout: join(dir, 'stdout.log'),
    stderr: join(dir, 'stderr.log'),
  } as const;
}

/**
 * What the attempts of a job share: it lies beside their folders.
 *
 * @param attemptDir - of any of them.
 */
export function jobLayout(attemptDir: string) {
  const dir = resolve(attemptDir, '..');
  return {
    /** Where sampling had come to. */
    checkpoint: join(dir, 'checkpoint.bin'),
    /** One that could not be gone on from, kept for whoever looks for the cause. */
    brokenCheckpoint: join(dir, 'checkpoint.broken.bin'),
  } as const;
}

/**
 * Trained weights of one family, in the store.
 *
 * @param dir - where they lie while they are made. Default: their own folder.
 */
export function familyLayout(
  storeDir: string,
  familyId: string,
  dir = join(storeDir, 'families', familyId),
) {
  return {
    dir,
    weights: join(dir, 'weights.f64'),
    training: join(dir, 'training.json'),
    /** Beside the folder, which appears whole. */
    lock: `${join(storeDir, 'families', familyId)}.lock`,
  } as const;
}

/** What a working directory keeps beside runs and sweeps. */
export function storeDirOf(workingDir: string): string {
  return join(workingDir, '.llc');
}

/** A worker of one version, as jobs that wait in a queue will find it. */
export function storedWorker(storeDir: string, hash: string): string {
  return join(storeDir, 'worker', hash, 'worker.js');
}

/** A library that workers of all versions share; they look in the folder above their own. */
export function storedLibrary(storeDir: string, file: string): string {
  return join(storeDir, 'worker', file);
}

/** What the console leaves in the store. */
export function consoleLayout(storeDir: string) {
  return {
    /** When a person last left each sweep. */
    visits: join(storeDir, 'visits.json'),
    /** What a console died of. */
    log: join(storeDir, 'console.log'),
  } as const;
}

/** Where folders are made before they get their name. */
export function storeStaging(storeDir: string): string {
  return join(storeDir, 'staging');
}
