import type { Backend } from '../../dispatch/backend.ts';
import type { ClockLimits } from '../../dispatch/job/clock-limits.ts';
import { cancelFake } from './cancel.ts';
import { discoverFake, healthFake } from './discover.ts';
import type { FakePlace } from './fake-place.ts';
import { observeFake } from './observe.ts';
import { preflightFake } from './preflight.ts';
import { fakeStorage } from './storage.ts';
import { submitFake } from './submit.ts';
import { usageFake } from './usage.ts';
import { wakeFake } from './wake.ts';

export interface FakeBackendOptions {
  /** Jobs at once. Default 4. */
  readonly concurrency?: number;
  /** What is usual here. Default: nothing of its own. */
  readonly limits?: Partial<ClockLimits>;
  /** Whether runs lie at the place and must be pulled. Default true. */
  readonly storage?: boolean;
}

/**
 * A client of a place in memory. Two of them over one place are a dispatcher and its successor: neither
 * keeps anything that the other would need.
 */
export function fakeBackend(place: FakePlace, options: FakeBackendOptions = {}): Backend {
  return {
    name: 'fake',
    concurrency: options.concurrency ?? 4,
    limits: options.limits ?? {},
    preflight: (request, signal) => preflightFake(place, request, signal),
    discover: (signal) => discoverFake(place, signal),
    submit: (attempts, signal) => submitFake(place, attempts, signal),
    observe: (handles, signal) => observeFake(place, handles, signal),
    wake: wakeFake(place),
    cancel: (handles, signal) => cancelFake(place, handles, signal),
    storage: options.storage === false ? null : fakeStorage(place),
    health: (signal) => healthFake(place, signal),
    usage: (handles, signal) => usageFake(place, handles, signal),
  };
}
