import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { writeWhole } from '../artifacts/atomic-write.ts';
import { ERRORS_CSV, RESULTS_CSV, sweepLayout } from '../artifacts/layout.ts';
import { sweepTables } from '../artifacts/sweep-csv.ts';
import type { JobHandle } from '../backend.ts';
import { targetShape } from '../config/target-shape.ts';
import { LlcError } from '../errors.ts';
import type { JobSpec } from '../job/job-spec.ts';
import { openJournal } from '../journal/append.ts';
import { type Fact, type SweepEvent, WEIGHTY } from '../journal/events.ts';
import { outcomeOf } from '../journal/outcome.ts';
import { secondsBetween } from '../journal/reduce.ts';
import { replay } from '../journal/replay.ts';
import { countsByState, liveCount, liveJobs } from '../journal/selectors.ts';
import { steadyClock } from './clock.ts';
import { coalescedWrite } from './coalesced-write.ts';
import { failureOfError, handOver } from './hand-over.ts';
import { liveSnapshot } from './live-snapshot.ts';
import { DEFAULT_LIMITS, DEFAULT_RETRIES } from './policy.ts';
import { advance, record, schedulerOf } from './scheduler.ts';
import type { Command, Stimulus } from './stimulus.ts';
import type { SweepRequest, SweepSummary } from './sweep-request.ts';

/**
 * Runs a sweep to its end: the only shell of the scheduler. Stimuli come in, events go to the journal, and
 * only then commands go out; each command is a task of its own that ends as a stimulus. A sweep whose
 * journal exists is gone on with.
 *
 * @param signal - when aborted, running jobs are cancelled, the others stay planned, and it returns
 *   `interrupted`
 * @throws LlcError where the journal or, at the end, a table cannot be written; running jobs are ended first
 */
export async function runSweep(request: SweepRequest, signal: AbortSignal): Promise<SweepSummary> {
  const { backend, sweepId } = request;
  const clock = request.clock ?? steadyClock();
  const observeEveryMs = request.observeEveryMs ?? 1000;
  const writeEveryMs = request.writeEveryMs ?? 1000;
  const startedAt = clock.now();
  const files = sweepLayout(request.sweepsDir, sweepId);
  const specs = new Map(request.jobs.map((job) => [job.jobId, job]));
  const journal = await openJournal(files.journal);
  const scheduler = schedulerOf(replay(journal.events), {
    retries: { ...DEFAULT_RETRIES, ...request.retries },
    limits: { ...DEFAULT_LIMITS, ...request.limits },
    maxConcurrent: Math.max(1, Math.min(backend.concurrency, request.maxConcurrent ?? Infinity)),
  });
  const { sweep } = scheduler;

  const mail: Stimulus[] = [];
  const tasks = new Set<Promise<void>>();
  const work = new AbortController();
  let bell = Promise.withResolvers<void>();
  let fault: { readonly error: unknown } | null = null;
  let observing = false;
  let observeAt = Number.NEGATIVE_INFINITY;
  let listening = false;

  const notice = (text: string) => request.onNotice?.(text);
  const tablesOf = sweepTables(files);
  const tables = coalescedWrite(
    writeEveryMs,
    async () => {
      const { results, errors } = tablesOf(sweep);
      await writeWhole(files.results, results);
      await writeWhole(files.errors, errors);
      if (request.tableCopiesDir === null) return;
      await writeWhole(join(request.tableCopiesDir, RESULTS_CSV), results);
      await writeWhole(join(request.tableCopiesDir, ERRORS_CSV), errors);
    },
    (error) => notice(`Cannot write the tables, will try again: ${error.message}`),
  );
  const live = coalescedWrite(
    writeEveryMs,
    async () => {
      const snapshot = liveSnapshot(scheduler, clock.now());
      request.onLive?.(snapshot, sweep);
      await writeWhole(files.live, JSON.stringify(snapshot));
    },
    (error) => notice(`Cannot write ${files.live}: ${error.message}`),
  );

  async function publish(events: readonly SweepEvent[]): Promise<void> {
    if (events.length === 0) return;
    await journal.writer.append(
      events,
      events.some(({ kind }) => WEIGHTY.has(kind)),
    );
    tables.touch();
    live.touch();
    for (const event of events)
      request.onEvent?.(
        event,
        'jobId' in event ? (sweep.jobs.get(event.jobId) ?? null) : null,
        sweep,
      );
  }

  async function feed(stimulus: Stimulus): Promise<void> {
    const [events, commands] = advance(scheduler, stimulus);
    await publish(events);
    for (const command of commands) begin(() => carryOut(command));
    if (stimulus.kind === 'observed') live.touch();
  }

  function begin(task: () => Promise<readonly Stimulus[]>): void {
    const running = task()
      .then(
        (stimuli) => {
          mail.push(...stimuli);
        },
        (error: unknown) => {
          fault ??= { error };
        },
      )
      .finally(() => {
        tasks.delete(running);
        bell.resolve();
      });
    tasks.add(running);
  }

  async function carryOut(command: Command): Promise<readonly Stimulus[]> {
    switch (command.kind) {
      case 'preflight':
        return [{ kind: 'preflight', result: await preflight(command.jobIds), at: clock.now() }];
      case 'submit':
        return handOver(request, specs, sweep, command.attempts, clock.now, work.signal);
      case 'cancel':
        return look(command.handles, 'cancel');
    }
  }

  async function preflight(jobIds: readonly string[]) {
    const jobs = jobIds.flatMap((jobId) => specs.get(jobId) ?? []);
    try {
      return await backend.preflight({ jobs, resources: request.resources }, work.signal);
    } catch (error) {
      const failure = failureOfError(
        error,
        'preflight',
        `The ${backend.name} backend is not ready`,
      );
      const hint = error instanceof LlcError ? error.hint : 'Try again later.';
      return { ok: false, failure, hint } as const;
    }
  }

  async function look(
    handles: readonly JobHandle[],
    how: 'observe' | 'cancel',
  ): Promise<readonly Stimulus[]> {
    try {
      const observations = await backend[how](handles, work.signal);
      const seen = observations.map((observation, i) => ({
        handle: handles[i] as JobHandle,
        observation,
        usage: null,
      }));
      const ended = seen.filter(({ observation }) =>
        ['ended', 'failed', 'cancelled'].includes(observation.kind),
      );
      const usages =
        ended.length === 0
          ? []
          : await backend
              .usage(
                ended.map(({ handle }) => handle),
                work.signal,
              )
              .catch(() => []);
      const used = new Map(ended.map((sighting, i) => [sighting, usages[i] ?? null]));
      const sightings = seen.map((sighting) => ({
        ...sighting,
        usage: used.get(sighting) ?? null,
      }));
      return [{ kind: 'observed', sightings, at: clock.now() }];
    } catch (error) {
      notice(`The ${backend.name} backend does not answer: ${(error as Error).message}`);
      return [];
    }
  }

  function observeIfDue(now: number): void {
    const handles = liveJobs(sweep).flatMap(({ handle }) => handle ?? []);
    if (handles.length === 0) return;
    if (backend.wake !== undefined && !listening) {
      listening = true;
      begin(async () => {
        await backend.wake?.(work.signal);
        listening = false;
        observeAt = Number.NEGATIVE_INFINITY;
        return [];
      });
    }
    if (observing || now < observeAt) return;
    observing = true;
    observeAt = now + observeEveryMs;
    begin(() =>
      look(handles, 'observe').finally(() => {
        observing = false;
      }),
    );
  }

  async function loop(): Promise<void> {
    const opening: Fact[] = [{ kind: 'dispatcher_started', host: hostname(), pid: process.pid }];
    if (sweep.sweepId === '') opening.unshift(planned(request));
    await publish(record(scheduler, opening, clock.now()));
    await feed({
      kind: 'found',
      runs: await findRuns(request, sweep.byState.planned),
      at: clock.now(),
    });
    while (sweep.ended === null) {
      if (fault !== null) throw fault.error;
      bell = Promise.withResolvers<void>();
      if (signal.aborted) await feed({ kind: 'interrupted', at: clock.now() });
      for (const stimulus of mail.splice(0)) await feed(stimulus);
      await feed({ kind: 'tick', at: clock.now() });
      observeIfDue(clock.now());
      await tables.writeIfDue(clock.now());
      if (liveCount(sweep) > 0) await live.writeIfDue(clock.now());
      if (sweep.ended === null && mail.length === 0) await pause();
    }
  }

  async function pause(): Promise<void> {
    const rest = new AbortController();
    const { promise, resolve } = bell;
    signal.addEventListener('abort', () => resolve(), { once: true, signal: rest.signal });
    if (signal.aborted && !sweep.interrupted) resolve();
    await Promise.race([promise, clock.sleep(observeEveryMs, rest.signal)]);
    rest.abort();
  }

  try {
    await loop();
    await live.finish().catch((error: Error) => notice(error.message));
    await tables.finish().catch((error: unknown) => {
      throw new LlcError(
        75,
        `All is journalled, but the tables of ${sweepId} cannot be written: ${(error as Error).message}`,
        'Free space or make the directory writable, then go on with the sweep.',
        { cause: error },
      );
    });
  } finally {
    const handles = liveJobs(sweep).flatMap(({ handle }) => handle ?? []);
    if (handles.length > 0) await backend.cancel(handles, work.signal).catch(() => {});
    work.abort();
    await Promise.allSettled(tasks);
    await journal.writer.close();
  }
  return {
    sweepId,
    outcome: sweep.ended ?? 'complete',
    counts: countsByState(sweep),
    refusal: sweep.refusal,
    paused: sweep.paused,
    resultsCsv: files.results,
    errorsCsv: files.errors,
    durationS: secondsBetween(startedAt, clock.now()),
    sweep,
  };
}

function planned(request: SweepRequest): Fact {
  return {
    kind: 'sweep_planned',
    sweepId: request.sweepId,
    token: randomUUID(),
    backend: request.backend.name,
    gpuMode: request.resources.gpuMode,
    runsDir: request.runsDir,
    resources: request.resources,
    jobs: request.jobs.map(({ jobId, problem, sampler, seed, runId, familyId, config }) => {
      const { dim, depth, activation } = targetShape(config);
      return {
        jobId,
        problem,
        sampler,
        seed,
        runId,
        familyId,
        targetParams: dim,
        depth,
        activation,
      };
    }),
  };
}

/** Finished runs among the jobs not yet started, looked for a few at a time. */
async function findRuns(request: SweepRequest, planned: ReadonlySet<string>) {
  const { findRun, noSkip } = request;
  if (findRun === undefined || noSkip) return [];
  const queue = request.jobs.filter(({ jobId }: JobSpec) => planned.has(jobId)).values();
  const runs: { jobId: string; outcome: ReturnType<typeof outcomeOf> }[] = [];
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (const job of queue) {
        const run = await findRun(job);
        if (run !== null)
          runs.push({ jobId: job.jobId, outcome: outcomeOf(job.sampler, run.metrics) });
      }
    }),
  );
  return runs;
}
