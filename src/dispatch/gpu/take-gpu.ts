import { setTimeout as delay } from 'node:timers/promises';
import { type LockWatch, takeLock, watchLock } from '../work/store-lock.ts';
import { type OpenGpu, openGpu } from './open-gpu.ts';

/** Names the lock by which jobs of one machine take turns on its GPU, to a worker that needs one. */
export const GPU_TURN = 'LLC_GPU_TURN';

/** What a job that wants the GPU hands over. */
export interface GpuTaker {
  /** The lock of this machine's GPU; null where each job was given a GPU of its own. */
  readonly turn: string | null;
  /** Which GPUs a scheduler gave to the job, as it counts them; null where none did. */
  readonly given: string | null;
  /** Ends waiting with its reason. */
  readonly stop: AbortSignal;
  readonly log: (line: string) => void;
  /** Default: `openGpu`. */
  readonly open?: () => Promise<OpenGpu>;
}

const LOOK_EVERY_MS = 250;
/** How long a holder that gives no sign is believed in. One whose process is gone is not. */
const STALE_MS = 60_000;

/**
 * Opens the GPU, once it is this job's turn; closing it gives the turn to the next. The wait has no limit but the job's
 * own: one that computes may need hours.
 *
 * @throws NoGpu as `openGpu`; the reason of `stop`
 */
export async function takeGpu(taker: GpuTaker): Promise<OpenGpu> {
  const { turn, stop, log } = taker;
  if (turn === null) return openGiven(taker);
  const lock = await waitForTurn(turn, stop, log);
  try {
    const gpu = await openGiven(taker);
    return {
      ...gpu,
      close: async () => {
        await gpu.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** WebGPU tells no address of an adapter, so that of several like ones the given one cannot be named. */
async function openGiven({ given, log, open = openGpu }: GpuTaker): Promise<OpenGpu> {
  const gpu = await open();
  if (given !== null && gpu.visible > 1)
    log(
      `the scheduler gave GPU ${given}, but ${gpu.visible} can be seen here, and the first is taken: ` +
        'the site does not keep jobs from the GPUs of others (ConstrainDevices of cgroup.conf)',
    );
  return gpu;
}

async function waitForTurn(path: string, stop: AbortSignal, log: GpuTaker['log']) {
  let watch: LockWatch | null = null;
  let waited = false;
  for (;;) {
    stop.throwIfAborted();
    const lock = await takeLock(path);
    if (lock !== null) return lock;
    if (!waited) log('the GPU is at work for another job; waiting for it');
    waited = true;
    watch = await watchLock(path, watch, STALE_MS);
    await delay(LOOK_EVERY_MS, null, { signal: stop });
  }
}
