import { setTimeout as timer } from 'node:timers/promises';
import { runDir } from '../../dispatch/artifacts/layout.ts';
import type { Storage } from '../../dispatch/backend.ts';
import { LlcError } from '../../dispatch/errors.ts';
import type { Failure } from '../../dispatch/job/words.ts';

/** Brings finished runs here while others still run. */
export interface RunsOnTheWay {
  /** How far a run is; the first question sets it on its way. */
  ask(runId: string): 'coming' | Here | Failure;
}

/** A run that has come. */
export interface Here {
  readonly runDir: string;
}

/** Runs at once; each has a channel of the link, which others need too. */
const AT_ONCE = 2;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;

/**
 * Each run is asked for until it is here, or until it is certain that it is not to be had: a link that is down for hours
 * is waited out, and what has come by then is kept.
 *
 * @param signal - ends all asking
 */
export function runsOnTheWay(storage: Storage, runsDir: string, signal: AbortSignal): RunsOnTheWay {
  const runs = new Map<string, 'coming' | Here | Failure>();
  const waiting: string[] = [];
  let busy = 0;

  async function bring(runId: string): Promise<void> {
    for (
      let waitMs = FIRST_WAIT_MS;
      !signal.aborted;
      waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)
    ) {
      const failure = await storage
        .pull([runId], runsDir, signal)
        .then(([answer = null]) => answer, troubleOf);
      if (failure === null) return void runs.set(runId, { runDir: runDir(runsDir, runId) });
      if (failure.errorType !== 'unavailable') return void runs.set(runId, failure);
      await timer(waitMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  function next(): void {
    while (busy < AT_ONCE) {
      const runId = waiting.shift();
      if (runId === undefined) return;
      busy += 1;
      void bring(runId).finally(() => {
        busy -= 1;
        next();
      });
    }
  }

  return {
    ask(runId) {
      const known = runs.get(runId);
      if (known !== undefined) return known;
      runs.set(runId, 'coming');
      waiting.push(runId);
      next();
      return 'coming';
    },
  };
}

/** Trouble with the way there passes; a full disc here is told. */
function troubleOf(error: unknown): Failure {
  const { code } = error as NodeJS.ErrnoException;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  const hint = error instanceof LlcError ? ` ${error.hint}` : '';
  return {
    stage: 'collect',
    errorType: isFull ? 'disk_full' : 'unavailable',
    error: `${(error as Error).message}${hint}`,
    traceback: '',
  };
}
