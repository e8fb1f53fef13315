import { didYouMean } from '../dispatch/config/nearest-name.ts';
import { LlcError } from '../dispatch/errors.ts';
import type { SweepState } from '../dispatch/journal/sweep-state.ts';
import type { SeenJob } from '../dispatch/orders/order.ts';

/**
 * The jobs that a person names, each with the attempt that stands in the journal now; null where none is named.
 *
 * @throws LlcError 64 for a name that the sweep does not have
 */
export function namedJobs(
  sweep: SweepState,
  names: readonly string[] | undefined,
): readonly SeenJob[] | null {
  if (names === undefined) return null;
  return names.map((name) => {
    const job = sweep.jobs.get(name);
    if (job !== undefined) return { jobId: name, attempt: job.attempt };
    throw new LlcError(
      64,
      `The sweep ${sweep.sweepId} has no job ${name}.`,
      didYouMean(name, [...sweep.jobs.keys()]) || `llc status ${sweep.sweepId} lists its jobs.`,
    );
  });
}
