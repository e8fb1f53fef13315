import { hostname } from 'node:os';
import { sweepLayout } from '../artifacts/layout.ts';
import { pullsUnderWay } from '../artifacts/pulls-under-way.ts';
import { DEFAULT_LIMITS } from '../job/clock-limits.ts';
import { openJournal } from '../journal/append.ts';
import { type DeadDispatcher, type Fact, type SweepEvent, WEIGHTY } from '../journal/events.ts';
import { secondsBetween } from '../journal/reduce.ts';
import { replay } from '../journal/replay.ts';
import { liveCount, liveJobs } from '../journal/selectors.ts';
import type { SweepState } from '../journal/sweep-state.ts';
import { carryOut, type Hands, look } from './carry-out.ts';
import { steadyClock } from './clock.ts';
import { healthWatch } from './health-watch.ts';
import { patiently } from './patience.ts';
import { DEFAULT_RETRIES } from './policy.ts';
import { advance, record, schedulerOf } from './scheduler.ts';
import type { Command, Stimulus } from './stimulus.ts';
import { findRuns, plannedSweep } from './sweep-beginning.ts';
import { sweepNotices } from './sweep-notices.ts';
import type { SweepRequest } from './sweep-request.ts';
import { type SweepSummary, summaryOf } from './sweep-summary.ts';
import { sweepWrites } from './sweep-writes.ts';

/** A reason of its own spares each pause the making of an error. */
const RESTED = 'rested';

/** How long it waits for room on the disc: for the journal, without which nothing may be done, and the last tables. */
const JOURNAL_MS = 24 * 3_600_000;
const TABLES_MS = 600_000;

/**
 * Runs a sweep to its end: the only shell of the scheduler. Stimuli come in, events go to the journal, and only then
 * commands go out; each command is a task of its own that ends as a stimulus. A sweep whose journal exists is gone on
 * with: its living attempts are found again.
 *
 * @param signal - when aborted, it leaves: jobs go on, and a later call goes on with the sweep. Its reason's message
 *   is written down.
 * @throws LlcError where the journal cannot be opened, the sweep is another's (`guard`) or, at the end, a table cannot
 *   be written. Jobs go on all the same.
 */
export async function runSweep(request: SweepRequest, signal: AbortSignal): Promise<SweepSummary> {
  const { backend, sweepId } = request;
  const observeEveryMs = request.observeEveryMs ?? 1000;
  const guard = request.guard ?? (async () => {});
  const files = sweepLayout(request.sweepsDir, sweepId);
  const specs = new Map(request.jobs.map((job) => [job.jobId, job]));
  const { events: before, writer: journal } = await openJournal(files.journal);
  const clock = request.clock ?? steadyClock(before.at(-1)?.time);
  const startedAt = clock.now();
  const earlier = replay(before);
  const died = deadDispatcher(earlier, before.at(-1)?.time ?? 0);
  const scheduler = schedulerOf(
    earlier,
    {
      retries: { ...DEFAULT_RETRIES, ...request.retries },
      limits: { ...DEFAULT_LIMITS, ...backend.limits, ...request.limits },
      maxConcurrent: Math.max(
        1,
        Math.min(
          backend.concurrency,
          backend.keepsQueue === true
            ? Number.POSITIVE_INFINITY
            : (request.maxConcurrent ?? Number.POSITIVE_INFINITY),
        ),
      ),
      keepsRuns: backend.storage !== null,
      placeKeepsTimeLimit: backend.keepsTimeLimit ?? false,
    },
    { recovers: died !== null, epoch: (await request.epoch?.(earlier.epoch)) ?? earlier.epoch + 1 },
  );
  const { sweep } = scheduler;

  const mail: Stimulus[] = [];
  const tasks = new Set<Promise<void>>();
  const work = new AbortController();
  let bell = Promise.withResolvers<void>();
  let fault: { readonly error: unknown } | null = null;
  let observing = false;
  let observeAt = Number.NEGATIVE_INFINITY;
  const listening = new Set<string>();
  const stopped = new Promise<void>((resolve) => {
    work.signal.addEventListener('abort', () => resolve());
  });

  const notices = sweepNotices(clock.now, request.onNotice);
  const notice = notices.add;
  const pulls = pullsUnderWay(clock.now);
  const hands: Hands = {
    request,
    specs,
    sweep,
    now: clock.now,
    signal: work.signal,
    guard,
    notice,
    pulls,
  };
  const health = healthWatch(backend, clock.now, work.signal);
  const { tables, live } = sweepWrites(request, files, scheduler, {
    now: clock.now,
    notices,
    health,
    pulls,
  });

  const patience = {
    clock,
    signal,
    tell: (text: string | null) => {
      request.orders?.setTrouble(text);
      if (text !== null) notice(text);
    },
  };

  async function publish(events: readonly SweepEvent[]): Promise<void> {
    if (events.length === 0) return;
    const durable = events.some(({ kind }) => WEIGHTY.has(kind));
    await guard();
    await patiently(() => journal.append(events, durable), { ...patience, limitMs: JOURNAL_MS });
    tables.touch();
    live.touch();
    for (const event of events)
      request.onEvent?.(
        event,
        'jobId' in event ? (sweep.jobs.get(event.jobId) ?? null) : null,
        sweep,
      );
  }

  /** Takes stimuli in, one after the other; what they come to is written down together, then carried out. */
  async function feed(...stimuli: readonly Stimulus[]): Promise<void> {
    const events: SweepEvent[] = [];
    const commands: Command[] = [];
    for (const stimulus of stimuli) {
      const [news, asked] = advance(scheduler, stimulus);
      events.push(...news);
      commands.push(...asked);
      if (stimulus.kind === 'observed') live.touch();
    }
    await publish(events);
    for (const command of commands) begin(() => carryOut(command, hands));
  }

  function begin(task: () => Promise<readonly Stimulus[]>): void {
    const running = task()
      .then(
        (stimuli) => {
          mail.push(...stimuli);
        },
        (error: unknown) => {
          if (!work.signal.aborted) fault ??= { error };
        },
      )
      .finally(() => {
        tasks.delete(running);
        bell.resolve();
      });
    tasks.add(running);
  }

  /** Has the loop woken by whatever may bring news, without asking. */
  function listen(name: string, wake: (signal: AbortSignal) => Promise<void>): void {
    if (listening.has(name)) return;
    listening.add(name);
    begin(async () => {
      // Also one that does not heed its signal holds nobody up.
      await Promise.race([wake(work.signal), stopped]);
      listening.delete(name);
      return [];
    });
  }

  function observeIfDue(now: number): void {
    const handles = liveJobs(sweep).flatMap(({ handle }) => handle ?? []);
    if (handles.length === 0) return;
    if (backend.wake !== undefined)
      listen('backend', async (until) => {
        await backend.wake?.(until);
        observeAt = Number.NEGATIVE_INFINITY;
      });
    if (observing || now < observeAt) return;
    observing = true;
    observeAt = now + observeEveryMs;
    begin(() =>
      look(handles, 'observe', hands).finally(() => {
        observing = false;
      }),
    );
  }

  async function hearOrders(): Promise<void> {
    const { orders } = request;
    if (orders === undefined) return;
    listen('orders', orders.wake);
    for (const order of await orders.take()) {
      await feed({ kind: 'order', order, at: clock.now() });
      const answer = sweep.orders.get(order.id);
      if (answer !== undefined) await orders.answer(order, answer);
    }
  }

  async function loop(): Promise<void> {
    const opening: Fact[] = [
      { kind: 'dispatcher_started', host: hostname(), pid: process.pid, died },
    ];
    if (sweep.sweepId === '') opening.unshift(plannedSweep(request));
    const nothingLived = scheduler.recovery !== null && scheduler.recovery.pending.size === 0;
    if (nothingLived) opening.push({ kind: 'sweep_recovered', ...scheduler.recovery.counts });
    await publish(record(scheduler, opening, clock.now()));
    // Orders are heard before anything is decided: an ended sweep would end again.
    await hearOrders();
    await feed({
      kind: 'found',
      runs: await findRuns(request, sweep.byState.planned),
      at: clock.now(),
    });
    while (sweep.ended === null && !signal.aborted) {
      if (fault !== null) throw fault.error;
      bell = Promise.withResolvers<void>();
      await hearOrders();
      await feed(...mail.splice(0), { kind: 'tick', at: clock.now() });
      observeIfDue(clock.now());
      if (health.askIfDue()) live.touch();
      await tables.writeIfDue(clock.now());
      if (pulls.byRun.size > 0) live.touch();
      if (liveCount(sweep) + sweep.pulls.size > 0 || notices.areNew())
        await live.writeIfDue(clock.now());
      if (sweep.ended === null && mail.length === 0) await pause();
    }
  }

  async function pause(): Promise<void> {
    if (signal.aborted) return;
    const rest = new AbortController();
    const { promise, resolve } = bell;
    signal.addEventListener('abort', resolveNow);
    await Promise.race([promise, clock.sleep(observeEveryMs, rest.signal)]);
    signal.removeEventListener('abort', resolveNow);
    rest.abort(RESTED);

    function resolveNow(): void {
      resolve();
    }
  }

  /** Told to go: what is under way is waited for no longer, and the next dispatcher is told that this was no death. */
  async function leave(): Promise<void> {
    const why = signal.reason instanceof Error ? signal.reason.message : String(signal.reason);
    await publish(record(scheduler, [{ kind: 'dispatcher_stopped', why }], clock.now()));
  }

  try {
    await loop();
    work.abort();
    await Promise.allSettled(tasks);
    if (sweep.ended === null) {
      for (const stimulus of mail.splice(0)) await publish(advance(scheduler, stimulus)[0]);
      await leave();
    }
    await live.finish().catch((error: Error) => notice(error.message));
    await patiently(() => tables.finish(), { ...patience, limitMs: TABLES_MS });
  } finally {
    work.abort();
    await Promise.allSettled(tasks);
    await journal.close();
  }
  return summaryOf(sweep, files, secondsBetween(startedAt, clock.now()));
}

/** The dispatcher before, where it ended without a word while the sweep was under way. */
function deadDispatcher(
  { dispatcher, ended }: SweepState,
  lastWord: number,
): DeadDispatcher | null {
  if (dispatcher === null || dispatcher.hasLeft || ended !== null) return null;
  return { host: dispatcher.host, pid: dispatcher.pid, lastWord };
}
