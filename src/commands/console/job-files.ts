import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import {
  attemptLayout,
  isRunId,
  RUN_FILES,
  runDir,
  sweepLayout,
} from '../../dispatch/artifacts/layout.ts';
import type { JobFiles, TracePoint } from '../../screens/known/job-files.ts';
import { caretText } from '../../screens/sweep/caret-text.ts';
import { changedFile } from './changed-file.ts';
import { growingLog } from './growing-log.ts';

/** Reads what lies in the folders of one job; each call reads only what has changed. */
export interface JobFilesWatch {
  /** The same object as before where nothing has changed. */
  read(): Promise<JobFiles>;
}

/**
 * Watches the files of one attempt of a job and its run. Nothing is read that lies outside the sweep's folder and
 * `runsDir`, also where a link leads there: jobs write these folders.
 *
 * @param sweepDir - the sweep's folder
 * @param runsDir - where finished runs are
 * @param job - its id and its run's, as planned
 * @param attempt - counted from 1; 0 before the first: no logs, no trace
 */
export function watchJobFiles(
  sweepDir: string,
  runsDir: string,
  job: { readonly jobId: string; readonly runId: string },
  attempt: number,
): JobFilesWatch {
  const sweep = sweepLayout(dirname(resolve(sweepDir)), basename(resolve(sweepDir)));
  const files = attemptLayout(sweep.attempt(job.jobId, attempt));
  const run = runDir(resolve(runsDir), job.runId);
  const metricsPath = join(run, RUN_FILES.metrics);
  const stdout = growingLog(files.stdout);
  const stderr = growingLog(files.stderr);
  const trace = changedFile(files.trace, tracePoints);
  const metrics = changedFile(metricsPath, metricsRecord);
  const isJobName = isBelow(join(sweep.dir, 'jobs'), files.dir);
  let last: JobFiles | null = null;

  return {
    read: async () => {
      const inSweep = attempt > 0 && isJobName && (await staysBelow(sweep.dir, files.dir));
      const inRuns = isRunId(job.runId) && (await staysBelow(resolve(runsDir), run));
      const found = inRuns ? await metrics.read() : null;
      const now: JobFiles = {
        jobId: job.jobId,
        attempt,
        stdout: inSweep ? await stdout.read() : NONE,
        stderr: inSweep ? await stderr.read() : NONE,
        stdoutPath: files.stdout,
        stderrPath: files.stderr,
        trace: (inSweep ? await trace.read() : null) ?? NONE,
        metrics: found,
        runDir: found === null ? null : run,
      };
      if (last !== null && isSame(last, now)) return last;
      last = now;
      return now;
    },
  };
}

const NONE: readonly never[] = [];

function isSame(a: JobFiles, b: JobFiles): boolean {
  return (Object.keys(a) as (keyof JobFiles)[]).every((key) => a[key] === b[key]);
}

/** Whether a folder is there and is, with all links followed, below the other. */
async function staysBelow(top: string, path: string): Promise<boolean> {
  try {
    const [realTop, realPath] = await Promise.all([realpath(top), realpath(path)]);
    return isBelow(realTop, realPath);
  } catch {
    return false;
  }
}

function isBelow(top: string, path: string): boolean {
  return path.startsWith(`${top}${sep}`);
}

/** The points of a trace; what is none is left out. */
function tracePoints(value: unknown): readonly TracePoint[] | null {
  const points = (value as { points?: unknown } | null)?.points;
  if (!Array.isArray(points)) return null;
  return points.slice(-MOST_POINTS).flatMap((point) => {
    const { step, llcByChain, llc, llcSe, rhat, ess } = (point ?? {}) as Record<string, unknown>;
    if (typeof step !== 'number' || !Array.isArray(llcByChain)) return [];
    return [
      {
        step,
        llcByChain: llcByChain.map((value) => numberOrNull(value) ?? Number.NaN),
        llc: numberOrNull(llc),
        llcSe: numberOrNull(llcSe),
        rhat: numberOrNull(rhat),
        ess: numberOrNull(ess),
      },
    ];
  });
}

const MOST_POINTS = 1000;

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

/** Its texts are harmless afterwards. */
function metricsRecord(value: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [caretText(key), harmless(entry)]),
  );
}

function harmless(value: unknown): unknown {
  if (typeof value === 'string') return caretText(value.replaceAll('\n', ' '));
  if (Array.isArray(value)) return value.map(harmless);
  return typeof value === 'object' ? null : value;
}
