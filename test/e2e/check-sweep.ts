import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import { attemptLayout, sweepLayout } from '../../src/dispatch/artifacts/layout.ts';
import { sweepTables } from '../../src/dispatch/artifacts/sweep-csv.ts';
import type { JobResult } from '../../src/dispatch/job/protocol.ts';
import type { SweepEvent } from '../../src/dispatch/journal/events.ts';
import { readJournal, replay } from '../../src/dispatch/journal/replay.ts';
import { readSweepFile } from '../../src/dispatch/plan/sweep-file.ts';
import { ownerOf } from '../../src/dispatch/scheduler/policy.ts';
import { readCsv } from '../dispatch/artifacts/csv-reader.ts';
import { allEnded } from './processes.ts';

/** What was done to a sweep. */
export interface Kills {
  /** Supervisors and workers, by pid. */
  readonly pids: ReadonlySet<number>;
  /** When the last of them was seen to be gone, milliseconds since 1970. */
  readonly lastAt: number;
}
export const NO_KILLS: Kills = { pids: new Set(), lastAt: 0 };

export async function journalOf(folder: string): Promise<readonly SweepEvent[]> {
  const [journal = 'none'] = globSync('sweeps/*/journal.jsonl', { cwd: folder });
  return (await readJournal(join(folder, journal))).events;
}

/** Holds a sweep that has ended, the one of its folder, to the promise: all is told from its files alone. */
export async function checkSweep(folder: string, kills: Kills): Promise<void> {
  await allEnded(folder);
  const [name = 'none', ...others] = globSync('sweeps/*', { cwd: folder }).map((dir) =>
    basename(dir),
  );
  expect(others).toEqual([]);
  const files = sweepLayout(join(folder, 'sweeps'), name);
  const events = await journalOf(folder);
  expect(existsSync(files.lock)).toBe(false);
  checkDispatchers(events, kills);
  checkJobs(events, files);
  await checkTables(events, folder, files);
  checkLeftovers(folder, kills);
}

/** One writer at a time, each says who died before it and what became of that one's jobs. */
function checkDispatchers(events: readonly SweepEvent[], kills: Kills): void {
  let [epoch, seq] = [0, 0];
  let before = null as { readonly pid: number; readonly hasLeft: boolean } | null;
  let recovers = false;
  for (const event of events) {
    if (event.epoch === epoch) expect(event.seq).toBe(seq + 1);
    else expect({ epoch: event.epoch, seq: event.seq }).toEqual({ epoch: epoch + 1, seq: 1 });
    ({ epoch, seq } = event);
    if (event.kind === 'dispatcher_started') {
      expect(event.died?.pid ?? null).toBe(before?.hasLeft === false ? before.pid : null);
      if (event.died !== null) expect(kills.pids).toContain(event.died.pid);
      // One that died before it had recovered leaves that to the next.
      recovers = event.died !== null;
      before = { pid: event.pid, hasLeft: false };
    } else if (event.kind === 'sweep_recovered') {
      expect(recovers).toBe(true);
      recovers = false;
    } else if (event.kind === 'sweep_ended' || event.kind === 'dispatcher_stopped')
      before = before && { ...before, hasLeft: true };
  }
  expect({ last: events.at(-1)?.kind, recovers }).toEqual({ last: 'sweep_ended', recovers: false });
}

const ENDS = ['attempt_failed', 'job_finished', 'job_cached', 'job_failed', 'job_cancelled'];

/** Attempts one after another, one end of each job, and one computation of each run. */
function checkJobs(events: readonly SweepEvent[], files: ReturnType<typeof sweepLayout>): void {
  const sweep = replay(events);
  expect(sweep.ended).toBe('complete');
  for (const job of sweep.jobs.values()) {
    const own = events.filter((event) => 'jobId' in event && event.jobId === job.jobId);
    const story = own.map(({ kind }) => kind).filter((kind) => isTurn(kind));
    const told = `${job.jobId}: ${story.join(' ')}`;
    // Every attempt but the last ended in failure before the next was opened; one that a run answered had none.
    expect(told).toMatch(
      /: (attempt_opened attempt_failed )*(attempt_opened (job_finished|job_cached)|job_cached)$/,
    );
    const opened = own.filter((event) => event.kind === 'attempt_opened');
    expect(opened.map(({ attempt }) => attempt)).toEqual(opened.map((_, i) => i + 1));
    expect(opened.map(({ owner }) => owner)).toEqual(
      opened.map((_, i) => ownerOf(sweep.token, job.jobId, i + 1)),
    );

    const attempts = globSync('attempt-*', { cwd: files.job(job.jobId) });
    // An attempt whose opening a torn write took away is opened anew under its number.
    for (const attempt of attempts)
      expect(numberOf(attempt)).toBeLessThanOrEqual(Math.max(1, opened.length));
    let written = 0;
    for (const { attempt, owner } of opened) {
      const news = attemptLayout(files.attempt(job.jobId, attempt));
      const log = textOf(news.stdout);
      written += log.match(new RegExp(`run ${job.runId} written`, 'g'))?.length ?? 0;
      for (const path of [news.hello, news.result])
        if (existsSync(path)) expect(JSON.parse(textOf(path))).toMatchObject({ owner, attempt });
      const failed = own.some(
        (event) => event.kind === 'attempt_failed' && event.attempt === attempt,
      );
      const result = existsSync(news.result)
        ? (JSON.parse(textOf(news.result)) as JobResult)
        : null;
      if (failed) expect(`${told}, attempt ${attempt}: ${result?.status}`).not.toMatch(/: ok$/);
    }
    // A worker that was killed behind the writing of its run may not have come to say so.
    expect(`${told}, ${written} times written`).toMatch(
      job.state === 'ok' ? /, 1 times/ : /, [01] times/,
    );
    expect(existsSync(join(files.dir, '..', '..', 'runs', job.runId, 'manifest.json'))).toBe(true);
  }
}

function isTurn(kind: string): boolean {
  return kind === 'attempt_opened' || ENDS.includes(kind);
}

function numberOf(attempt: string): number {
  return Number(attempt.split('-').at(-1));
}

/** The tables show what the journal's replay shows: each planned job once, and no error. */
async function checkTables(
  events: readonly SweepEvent[],
  folder: string,
  files: ReturnType<typeof sweepLayout>,
): Promise<void> {
  const results = textOf(files.results);
  const errors = textOf(files.errors);
  expect({ results, errors }).toEqual(sweepTables(files)(replay(events)));
  expect(textOf(join(folder, 'llc_sweep_results.csv'))).toBe(results);
  expect(textOf(join(folder, 'llc_sweep_errors.csv'))).toBe(errors);
  expect(readCsv(errors)).toHaveLength(1);
  const [header = [], ...rows] = readCsv(results);
  const { jobs } = await readSweepFile(files.plan);
  expect(rows.map((row) => row[header.indexOf('run_id')])).toEqual(jobs.map(({ runId }) => runId));
}

/** What is half-written or held is of processes that were killed. */
function checkLeftovers(folder: string, kills: Kills): void {
  const left = globSync(['sweeps/**/*.{tmp,new,right,now}', '.llc/**/*.{tmp,lock,stale}'], {
    cwd: folder,
  });
  const later = left.filter((path) => statSync(join(folder, path)).mtimeMs > kills.lastAt);
  expect(later).toEqual([]);
  const staged = globSync('.llc/staging/*', { cwd: folder });
  const ofOthers = staged.filter((path) => !kills.pids.has(Number(basename(path).split('~')[3])));
  expect(ofOthers).toEqual([]);
}

/** Whether a command that watched since said in words what these events are. */
export function expectTold(output: string, events: readonly SweepEvent[]): void {
  for (const event of events)
    if (event.kind === 'dispatcher_started' && event.died !== null)
      expect(output).toContain(`supervisor-died pid=${event.died.pid} host=${event.died.host}`);
    else if (event.kind === 'sweep_recovered')
      expect(output).toContain(
        `recovered running=${event.adopted} finished=${event.finished} requeued=${event.requeued}`,
      );
}

function textOf(path: string): string {
  return readFileSync(path, 'utf8');
}
