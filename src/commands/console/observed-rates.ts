import { open, stat } from 'node:fs/promises';
import { sweepLayout } from '../../dispatch/artifacts/layout.ts';
import { sweepsByAge } from '../../dispatch/artifacts/sweeps-by-age.ts';
import type { RunOptions } from '../../dispatch/config/run-options.ts';
import { targetShape } from '../../dispatch/config/target-shape.ts';
import type { JobSpec } from '../../dispatch/job/job-spec.ts';
import type { SweepEvent } from '../../dispatch/journal/events.ts';
import { parseJournal } from '../../dispatch/journal/replay.ts';
import { gradientsOf, type ObservedRate } from '../../dispatch/plan/estimate.ts';
import { readSweepFile } from '../../dispatch/plan/sweep-file.ts';

/** How fast jobs went before where such options would run them. */
export type ObservedRates = (options: RunOptions) => Promise<readonly ObservedRate[]>;

/** Newest sweeps that are looked at. */
const MOST_SWEEPS = 20;
/** Bytes at most, as keys wait while they are parsed: of the end of a journal, and of all that is read. */
const MOST_OF_JOURNAL = 512 * 1024;
const MOST_BYTES = 8e6;
/** Of one sampler and size; the newest tell best. */
const MOST_ALIKE = 20;

interface Seen {
  readonly stamp: string;
  /** Where its jobs ran. */
  readonly place: string;
  readonly rates: readonly ObservedRate[];
}

/** Rates of the jobs in a folder of sweeps. A sweep whose journal has not grown is not read again. */
export function observedRates(sweepsDir: string): ObservedRates {
  const seen = new Map<string, Seen>();

  async function readAgain(): Promise<readonly Seen[]> {
    const all: Seen[] = [];
    let bytes = 0;
    for (const name of (await sweepsByAge(sweepsDir)).slice(0, MOST_SWEEPS)) {
      // One that cannot be read tells nothing; the list of sweeps says why.
      const stamp = await stampOf(sweepsDir, name).catch(() => null);
      if (stamp === null) continue;
      if (bytes + stamp.bytes > MOST_BYTES) continue;
      bytes += stamp.bytes;
      const before = seen.get(name);
      const now =
        before?.stamp === stamp.text ? before : await ratesOf(sweepsDir, name, stamp.text);
      seen.set(name, now);
      all.push(now);
    }
    return all;
  }

  return async (options) => {
    const place = placeText(options);
    const alike = (await readAgain()).filter((one) => one.place === place);
    return newestOfEach(alike.flatMap(({ rates }) => rates));
  };
}

async function stampOf(sweepsDir: string, name: string) {
  const files = sweepLayout(sweepsDir, name);
  const [plan, journal] = await Promise.all([stat(files.plan), stat(files.journal)]);
  return {
    text: `${journal.ino}:${journal.size}:${journal.mtimeMs}`,
    bytes: plan.size + Math.min(journal.size, MOST_OF_JOURNAL),
  };
}

async function ratesOf(sweepsDir: string, name: string, stamp: string): Promise<Seen> {
  const files = sweepLayout(sweepsDir, name);
  try {
    const { jobs, options } = await readSweepFile(files.plan);
    const events = await lastEvents(files.journal);
    const jobOf = new Map(jobs.map((job) => [job.jobId, job]));
    const rates = events.flatMap((event): ObservedRate[] => {
      // A later attempt may have gone on where an earlier one stopped.
      if (event.kind !== 'job_finished' || event.attempt !== 1) return [];
      const job = jobOf.get(event.jobId);
      return job === undefined ? [] : [rateOf(job, event.durationS)];
    });
    return { stamp, place: placeText(options), rates: rates.reverse() };
  } catch {
    return { stamp, place: '', rates: [] };
  }
}

async function lastEvents(path: string): Promise<readonly SweepEvent[]> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - MOST_OF_JOURNAL);
    const bytes = Buffer.alloc(size - from);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    // The first line begins somewhere in its middle.
    const start = from === 0 ? 0 : bytes.indexOf('\n') + 1;
    return parseJournal(bytes.subarray(start, bytesRead), path).events;
  } finally {
    await file.close();
  }
}

function rateOf({ config }: JobSpec, seconds: number): ObservedRate {
  return {
    sampler: config.sampler,
    targetParams: targetShape(config).dim,
    gradients: gradientsOf(config),
    seconds,
  };
}

/** Jobs of equal texts run on machines of one kind. */
function placeText(options: RunOptions): string {
  const { backend, gpuMode, cpus, ssh, slurmPartition, gpuTypes } = options;
  return JSON.stringify([
    backend,
    gpuMode,
    gpuMode === 'off' ? cpus : null,
    backend === 'submitit' ? [ssh, slurmPartition] : null,
    backend === 'modal' && gpuMode !== 'off' ? gpuTypes[0] : null,
  ]);
}

function newestOfEach(rates: readonly ObservedRate[]): readonly ObservedRate[] {
  const counts = new Map<string, number>();
  return rates.filter(({ sampler, targetParams }) => {
    const key = `${sampler} ${targetParams}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count <= MOST_ALIKE;
  });
}
