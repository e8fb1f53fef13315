import { setTimeout as timer } from 'node:timers/promises';
import { sha256Of } from '../../../dispatch/artifacts/manifest.ts';
import { pullRun } from '../../../dispatch/artifacts/pull-run.ts';
import type { Payload } from '../../../dispatch/job/protocol.ts';
import type { Failure } from '../../../dispatch/job/words.ts';
import type { ModalPlace } from '../modal-place.ts';
import { runSource, storedManifest } from '../run-source.ts';
import { failureOf } from '../trouble.ts';

export interface Collecting {
  readonly place: ModalPlace;
  /** Absolute. */
  readonly runsDir: string;
  /** How long a commit of the volume may lag behind a sandbox's end, milliseconds. */
  readonly commitWaitMs: number;
  /** Aborted when it shall wait no longer. */
  readonly closed: AbortSignal;
  readonly runDirOf: (runId: string) => string;
  readonly payloadOf: (dir: string) => Promise<Payload>;
  readonly metricsOf: (runId: string) => Promise<Readonly<Record<string, unknown>>>;
}

const TRIES = 5;
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 5000;

/**
 * Brings a finished run from the volume, after waiting for the commit that makes it visible.
 *
 * @param manifestSha256 - of the run's manifest, so that no older run is taken for it; null: whatever lies there
 * @returns null, or why it is not here
 */
export async function collectRun(
  runId: string,
  manifestSha256: string | null,
  { place, runsDir, commitWaitMs, closed }: Collecting,
): Promise<Failure | null> {
  const until = performance.now() + commitWaitMs;
  let failure: Failure | null = null;
  let delay = FIRST_DELAY_MS;
  for (let tries = 0; tries < TRIES; ) {
    closed.throwIfAborted();
    try {
      const [plane, volume] = [await place.plane(), await place.volume(closed)];
      const there = await storedManifest(plane, volume, runId, closed);
      const isIt =
        there !== null && (manifestSha256 === null || sha256Of(there.bytes) === manifestSha256);
      if (isIt) {
        tries += 1;
        failure = await pullRun(runId, runSource(plane, volume, runId, there), runsDir, closed);
        if (failure === null) return null;
      } else if (performance.now() >= until) return notThere(runId, commitWaitMs);
    } catch (error) {
      tries += 1;
      failure = failureOf(error, 'collect', `The run ${runId} was not brought`);
    }
    await timer(delay, undefined, { ref: false, signal: closed }).catch(() => undefined);
    delay = Math.min(2 * delay, LONGEST_DELAY_MS);
  }
  return failure;
}

function notThere(runId: string, waitedMs: number): Failure {
  return {
    stage: 'collect',
    errorType: 'lost',
    error:
      `The sandbox finished the run ${runId}, but it did not appear on the volume within ${Math.round(waitedMs / 1000)} s. ` +
      'It is tried again; llc pull-runs brings it, should it still come.',
    traceback: '',
  };
}
