import { afterEach, beforeEach, expect } from 'vitest';
import type {
  Attempt,
  Backend,
  JobHandle,
  Observation,
  Submission,
} from '../../../src/dispatch/backend.ts';
import { type ContractHarness, type Deed, NEVER } from './harness.ts';

const ENDS: readonly string[] = ['ended', 'failed', 'cancelled'];

/** The backend of the current test, and what tests do with it again and again. */
export interface Bench {
  readonly harness: ContractHarness;
  readonly backend: Backend;
  /** @param to - Default: the backend. */
  submit(
    attempts: readonly Attempt[],
    to?: Backend,
    signal?: AbortSignal,
  ): Promise<readonly Submission[]>;
  start(deed: Deed, attempt?: number): Promise<JobHandle>;
  look(handle: JobHandle, by?: Backend): Promise<Observation>;
  /** Looks until this kind is seen; another end is an error. */
  lookUntil<K extends Observation['kind']>(
    kind: K,
    handle: JobHandle,
    by?: Backend,
  ): Promise<Extract<Observation, { kind: K }>>;
}

/** Makes a backend before each test and ends afterwards what the test has started. */
export function bench(make: () => Promise<ContractHarness>): Bench {
  let harness: ContractHarness;
  let started: JobHandle[];
  beforeEach(async () => {
    harness = await make();
    started = [];
  });
  afterEach(() => harness.cleanUp(started));

  return {
    get harness() {
      return harness;
    },
    get backend() {
      return harness.backend;
    },
    async submit(attempts, to = harness.backend, signal = NEVER) {
      const submissions = await to.submit(attempts, signal);
      for (const one of submissions) if (one.kind === 'submitted') started.push(one.handle);
      return submissions;
    },
    async start(deed, attempt = 1) {
      return handleOf((await this.submit([harness.attempt(deed, attempt)]))[0]);
    },
    async look(handle, by = harness.backend) {
      const observations = await by.observe([handle], NEVER);
      expect(observations).toHaveLength(1);
      return observations[0] as Observation;
    },
    async lookUntil<K extends Observation['kind']>(
      kind: K,
      handle: JobHandle,
      by = harness.backend,
    ) {
      for (;;) {
        const observation = await this.look(handle, by);
        if (observation.kind === kind) return observation as Extract<Observation, { kind: K }>;
        if (ENDS.includes(observation.kind))
          throw new Error(`${handle.jobId} has ended otherwise: ${JSON.stringify(observation)}`);
        await harness.pass();
      }
    },
  };
}

export function handleOf(submission: Submission | undefined): JobHandle {
  if (submission?.kind !== 'submitted') throw new Error(JSON.stringify(submission));
  return submission.handle;
}
