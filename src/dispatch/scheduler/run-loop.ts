import { hostname } from 'node:os';
import { sweepLayout } from '../artifacts/layout.ts';
import type { JobHandle } from '../backend.ts';
import { DEFAULT_LIMITS } from '../job/clock-limits.ts';
import { openJournal } from '../journal/append.ts';
import { type Fact, type SweepEvent, WEIGHTY } from '../journal/events.ts';
import { secondsBetween } from '../journal/reduce.ts';
import { replay } from '../journal/replay.ts';
import { countsByState, liveCount, liveJobs } from '../journal/selectors.ts';
import { askForSightings, askPreflight } from './ask-backend.ts';
import { steadyClock } from './clock.ts';
import { handOver } from './hand-over.ts';
import { DEFAULT_RETRIES } from './policy.ts';
import { advance, record, schedulerOf } from './scheduler.ts';
import type { Command, Stimulus } from './stimulus.ts';
import { findRuns, plannedSweep } from './sweep-beginning.ts';
import type { SweepRequest, SweepSummary } from './sweep-request.ts';
import { sweepWrites } from './sweep-writes.ts';

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
  const startedAt = clock.now();
  const files = sweepLayout(request.sweepsDir, sweepId);
  const specs = new Map(request.jobs.map((job) => [job.jobId, job]));
  const { events: before, writer: journal } = await openJournal(files.journal);
  const scheduler = schedulerOf(replay(before), {
    retries: { ...DEFAULT_RETRIES, ...request.retries },
    limits: { ...DEFAULT_LIMITS, ...backend.limits, ...request.limits },
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
  const { tables, live } = sweepWrites(request, files, scheduler, clock.now, notice);

  async function publish(events: readonly SweepEvent[]): Promise<void> {
    if (events.length === 0) return;
    await journal.append(
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
        return [await preflight(command.jobIds)];
      case 'submit':
        return handOver(request, specs, sweep, command.attempts, clock.now, work.signal);
      case 'cancel':
        return look(command.handles, 'cancel');
    }
  }

  async function preflight(jobIds: readonly string[]): Promise<Stimulus> {
    const jobs = jobIds.flatMap((jobId) => specs.get(jobId) ?? []);
    const asked = { jobs, resources: request.resources };
    const result = await askPreflight(backend, asked, work.signal);
    return { kind: 'preflight', result, at: clock.now() };
  }

  async function look(
    handles: readonly JobHandle[],
    how: 'observe' | 'cancel',
  ): Promise<readonly Stimulus[]> {
    try {
      return [await askForSightings(backend, handles, how, clock.now, work.signal)];
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
    if (sweep.sweepId === '') opening.unshift(plannedSweep(request));
    await publish(record(scheduler, opening, clock.now()));
    await feed({
      kind: 'found',
      runs: await findRuns(request, sweep.byState.planned),
      at: clock.now(),
    });
    while (sweep.ended === null) {
      if (fault !== null) throw fault.error;
      bell = Promise.withResolvers<void>();
      for (const stimulus of mail.splice(0)) await feed(stimulus);
      if (signal.aborted) await feed({ kind: 'interrupted', at: clock.now() });
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
    await tables.finish();
  } finally {
    const handles = liveJobs(sweep).flatMap(({ handle }) => handle ?? []);
    if (handles.length > 0) await backend.cancel(handles, work.signal).catch(() => {});
    work.abort();
    await Promise.allSettled(tasks);
    await journal.close();
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
