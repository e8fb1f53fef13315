import { RUN_FILES } from '../../dispatch/artifacts/layout.ts';
import type { Health } from '../../dispatch/backend.ts';
import { type Clock, steadyClock } from '../../dispatch/scheduler/clock.ts';
import { endsAt, type TakenAttempt, turningPoints } from './attempt-course.ts';
import { type AttemptLedger, attemptLedger } from './attempt-ledger.ts';
import { type Call, type Fault, type FaultLedger, faultLedger } from './faults.ts';
import { observationAt } from './observation-at.ts';
import type { AttemptScript, End, Scenario } from './scenario.ts';
import type { Site } from './site.ts';
import { type Volume, volume } from './volume.ts';

/**
 * A cluster in memory: what it has, who waits and runs there, what is stored, and what goes wrong. It
 * outlives the clients that ask it, as a real one outlives its dispatchers:
 *
 * ```ts
 * const clock = handClock();
 * const place = fakePlace({ otherwise: [{ running: { forS: 60 } }] }, clock);
 * const backend = fakeBackend(place);
 * const successor = fakeBackend(place);
 * clock.advance(60);
 * ```
 */
export interface FakePlace {
  readonly clock: Clock;
  readonly site: Site;
  readonly attempts: AttemptLedger;
  readonly volume: Volume;
  readonly faults: FaultLedger;
  /** How often each thing was asked. */
  readonly calls: Readonly<Record<Call, number>>;
  /** What it says of itself; may be set. */
  health: Health;

  /** From now on something goes wrong. */
  fault(fault: Fault): void;
  /** From now on nothing goes wrong with this kind of call, or with any; calls that hang go on. */
  mend(call?: Call): void;
  /** What further attempts of a job go through. */
  script(jobId: string, scripts: readonly AttemptScript[]): void;
  /** Ends the newest attempt of a job now, if it lives. Default: ok. */
  end(jobId: string, end?: End): void;

  /** Grows when something happens. */
  version(): number;
  /** Resolves when something happens that somebody has brought about. */
  changed(): Promise<void>;
  /** The first time after this one at which something is to be seen of the living; infinite if there is none. */
  nextTurn(after: number): number;
}

/** @param clock - Default: the system's, so that a demonstration runs by itself. */
export function fakePlace(scenario: Scenario = {}, clock: Clock = steadyClock()): FakePlace {
  const site = scenario.site ?? {};
  const scripts = new Map(Object.entries(scenario.jobs ?? {}));
  const faults = faultLedger(scenario.faults ?? []);
  const stored = volume();
  const draws = scenario.draws === undefined ? null : Buffer.from(scenario.draws, 'base64');
  let version = 0;
  let news = Promise.withResolvers<void>();
  const changes = () => {
    version += 1;
    news.resolve();
    news = Promise.withResolvers();
  };
  const attempts = attemptLedger({
    now: clock.now,
    slots: site.slots ?? Number.POSITIVE_INFINITY,
    scriptOf({ jobId, attempt }) {
      const own = scripts.get(jobId) ?? scenario.otherwise ?? [];
      return own[Math.min(attempt, own.length) - 1] ?? {};
    },
    onEnd: (attempt) => storeRunOf(attempt, stored, draws, endsAt(attempt)),
    onChange: changes,
  });

  return {
    clock,
    site,
    attempts,
    volume: stored,
    faults,
    calls: faults.calls,
    health: { state: 'well', text: 'all is well' },
    fault: faults.add,
    mend(call) {
      faults.mend(call);
      changes();
    },
    script: (jobId, own) => {
      scripts.set(jobId, own);
    },
    end(jobId, end = { kind: 'ok' }) {
      const attempt = attempts.newestOf(jobId);
      if (attempt !== null) attempts.cutShort(attempt, end);
    },
    version: () => version,
    changed: () => news.promise,
    nextTurn: (after) =>
      attempts
        .live()
        .flatMap(turningPoints)
        .reduce((first, at) => (at > after && at < first ? at : first), Number.POSITIVE_INFINITY),
  };
}

/** The run of an attempt that has ended ok, as its worker would have left it on the volume. */
function storeRunOf(
  attempt: TakenAttempt,
  stored: Volume,
  draws: Uint8Array | null,
  at: number,
): void {
  const observation = observationAt(attempt, at);
  if (observation.kind !== 'ended' || observation.result.status !== 'ok') return;
  const { job, handle } = attempt;
  if (observation.result.owner !== handle.owner) return;
  stored.store(
    job.runId,
    {
      [RUN_FILES.config]: JSON.stringify(job.config),
      [RUN_FILES.metrics]: JSON.stringify(observation.result.metrics),
      ...(draws === null ? {} : { [RUN_FILES.draws(job.sampler)]: draws }),
    },
    at,
  );
}
