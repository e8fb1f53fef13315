import { join } from 'node:path';

/**
 * The only place that knows what files are called (docs/files.md).
 *
 * ```
 * runs/<run_id>/     config.json metrics.json L0.txt <sampler>.nc manifest.json
 * sweeps/<sweep_id>/ plan.json journal.jsonl live.json supervisor.lock supervisor.log inbox/
 *                    results.csv errors.csv jobs/<job_id>/…
 * .llc/families/<erm_key>/     weights.f64 training.json, shared by jobs of equal data and training
 * .llc/staging/               what is being written
 * .llc/visits.json console.log  what the console remembers, and died of
 * ```
 */
export const RUN_FILES = {
  config: 'config.json',
  metrics: 'metrics.json',
  baseline: 'L0.txt',
  manifest: 'manifest.json',
  draws: (sampler: string) => `${sampler}.nc`,
} as const;

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
    job: (jobId: string) => join(dir, 'jobs', jobId),
    attempt: (jobId: string, attempt: number) => join(dir, 'jobs', jobId, `attempt-${attempt}`),
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
    progress: join(dir, 'progress.json'),
    /** How the running estimate came about, for a plot. */
    trace: join(dir, 'trace.json'),
    checkpoint: join(dir, 'checkpoint.bin'),
    result: join(dir, 'result.json'),
    /** Which sandbox of Modal's runs it. */
    sandbox: join(dir, 'sandbox.json'),
    stdout: join(dir, 'stdout.log'),
    stderr: join(dir, 'stderr.log'),
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
