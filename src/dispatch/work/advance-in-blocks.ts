import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Draw, Sampler } from '../../compute/samplers/sampler.ts';
import { nextBlock } from './block-pace.ts';

export interface BlockLoop {
  readonly sampler: Sampler;
  /** Seconds, from any start. */
  readonly clock: () => number;
  /** Asked for between blocks; an abort ends the loop with its reason. */
  readonly stop: AbortSignal;
  /** Rejects when the engine is lost. */
  readonly engineFailed: Promise<never>;
  /** Called after every block, when the sampler can be saved; false ends the loop. */
  readonly onBlock: (draws: readonly Draw[], spent: SamplingTimes) => Promise<boolean>;
  /** Called before the loop ends because it is asked to; the sampler can be saved. */
  readonly onStop: (spent: SamplingTimes) => Promise<void>;
  /** What the part of sampling took that was done before. */
  readonly spent: SamplingTimes;
}

/** Seconds spent inside the sampler, before and after the end of warm-up. */
export interface SamplingTimes {
  readonly warmup: number;
  readonly sampling: number;
}

/** Advances a sampler to its end in blocks of about half a second. The blocks change no number. */
export async function advanceInBlocks(loop: BlockLoop): Promise<SamplingTimes> {
  const { sampler, clock, stop } = loop;
  const seconds = { ...loop.spent };
  let block = 1;
  while (sampler.done < sampler.total) {
    const before = sampler.done;
    const began = clock();
    const draws = await Promise.race([sampler.advance(block), loop.engineFailed]);
    const took = clock() - began;
    seconds[before < sampler.warmup ? 'warmup' : 'sampling'] += took;
    if (!(await loop.onBlock(draws, { ...seconds }))) break;
    // Timers and signals have their turn here; an engine without threads leaves them none.
    await nextTurn();
    if (stop.aborted) await loop.onStop({ ...seconds });
    stop.throwIfAborted();
    block = nextBlock(sampler.done - before, took);
  }
  return seconds;
}
