import { LlcError } from '../../dispatch/errors.ts';
import { ensureSupervisor } from '../../dispatch/supervisor/start-supervisor.ts';
import type { SweepWatched } from '../../screens/known/sweep-watched.ts';
import type { Rim } from '../rim.ts';
import { startOptions } from '../start-options.ts';

/** Starts a sweep's supervisor again where it has died, while somebody watches. */
export interface SupervisorKeeper {
  /** Told at each look; at most one start is under way. */
  see(watched: SweepWatched): void;
}

const AGAIN_MS = 2000;
/** One that dies so often without an event between has a cause that starting it again does not mend. */
const MOST_STARTS = 3;

/** @param onTrouble - told why none can be started */
export function keepSupervisor(rim: Rim, onTrouble: (text: string) => void): SupervisorKeeper {
  let isStarting = false;
  let startedAt = Number.NEGATIVE_INFINITY;
  let starts = 0;
  let seqAtStart = -1;

  async function start(dir: string): Promise<void> {
    isStarting = true;
    startedAt = performance.now();
    try {
      await ensureSupervisor(dir, startOptions(rim));
    } catch (error) {
      if (rim.signal.aborted) return;
      const { message, hint } = error as LlcError;
      onTrouble(error instanceof LlcError ? `${message} ${hint}` : message);
    } finally {
      isStarting = false;
    }
  }

  return {
    see({ dir, sweep, supervisor }) {
      const isGone = supervisor.standing === 'dead' || supervisor.standing === 'none';
      if (!isGone || sweep.ended !== null || isStarting) return;
      if (performance.now() - startedAt < AGAIN_MS) return;
      starts = sweep.seq === seqAtStart ? starts + 1 : 1;
      seqAtStart = sweep.seq;
      if (starts > MOST_STARTS) {
        if (starts === MOST_STARTS + 1)
          onTrouble('The supervisor ends again and again; jobs go on. Its log: supervisor.log');
        return;
      }
      void start(dir);
    },
  };
}
