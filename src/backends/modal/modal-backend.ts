import { resolve } from 'node:path';
import type { Backend } from '../../dispatch/backend.ts';
import { bell } from '../../dispatch/bell.ts';
import { cancelAttempts } from './cancel.ts';
import { discoverModal, healthModal } from './discover.ts';
import { FollowedAttempts } from './following/followed-attempts.ts';
import { ModalPlace, type ModalPlaceOptions } from './modal-place.ts';
import { preflightModal } from './preflight.ts';
import { modalStorage } from './storage.ts';
import { submitAttempts } from './submit.ts';
import { orRefusal } from './trouble.ts';
import { usageModal } from './usage.ts';

export interface ModalBackendOptions extends ModalPlaceOptions {
  readonly runsDir: string;
  /** Between asking a worker to end and terminating its sandbox. Default 10,000 ms. */
  readonly graceMs?: number;
  /** How long a commit of the volume may lag behind a sandbox's end. Default 120,000 ms. */
  readonly commitWaitMs?: number;
}

/** Jobs at once: below the 100 containers of Modal's smallest plan, so that others have room. */
const CONCURRENCY = 50;

/** The scheduler's limit to serve a sandbox, seconds; LLC_MODAL_CLIENT_HANG_TIMEOUT_S is heard before this. */
const NOT_STARTED_S = 180;

/** Jobs as sandboxes of Modal's, one each. They need no client: a later dispatcher finds them by name. */
export function modalBackend(options: ModalBackendOptions): Backend {
  const { graceMs = 10_000, commitWaitMs = 120_000 } = options;
  const runsDir = resolve(options.runsDir);
  const place = new ModalPlace(options);
  const news = bell();
  const followed = new FollowedAttempts(place, { runsDir, commitWaitMs, ring: news.ring });

  return {
    name: 'modal',
    concurrency: CONCURRENCY,
    // A sandbox has the job's limit as its own.
    keepsTimeLimit: true,
    limits: { notStartedS: NOT_STARTED_S },
    preflight: (request, signal) => preflightModal(request, place, signal),
    discover: (signal) => orRefusal(discoverModal(place, CONCURRENCY, signal)),
    submit: (attempts, signal) => submitAttempts(attempts, place, signal),
    observe: (handles, signal) =>
      Promise.all(handles.map((handle) => followed.look(handle, signal))),
    wake: (signal) => news.heard(signal),
    cancel: (handles, signal) => cancelAttempts(handles, followed, place, graceMs, signal),
    storage: modalStorage(place),
    health: (signal) => healthModal(place, signal),
    close: async () => followed.close(),
    usage: (handles, signal) => usageModal(handles, place, signal),
  };
}
