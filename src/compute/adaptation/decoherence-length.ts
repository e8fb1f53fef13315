import { essIdentity } from '../diagnostics/ess.ts';

/** At most so many coordinates are traced, evenly spread over the parameters. */
const TRACED = 64;
const LENGTH_FACTOR = 0.4;
/** Fewer draws than this have no effective sample size. */
const FEWEST_DRAWS = 4;

/** The coordinates whose autocorrelation stands for all, rising. */
export function tracedCoordinates(dim: number): readonly number[] {
  const count = Math.min(dim, TRACED);
  return Array.from({ length: count }, (_, k) => Math.floor((k * dim) / count));
}

/**
 * The momentum decoherence length L = 0.4 h · mean(n/ESS), the mean over coordinates and chains of how many
 * steps an effective draw takes (Robnik, De Luca, Silverstein & Seljak 2023, section on tuning L).
 *
 * @param trace n entries, each chains x coordinates numbers.
 * @param options.otherwise returned where the trace is too short.
 */
export function decoherenceLength(
  trace: readonly Float64Array[],
  { chains, stepSize, otherwise }: { chains: number; stepSize: number; otherwise: number },
): number {
  if (trace.length < FEWEST_DRAWS) return otherwise;
  const coordinates = trace[0].length / chains;
  let sum = 0;
  let count = 0;
  for (let column = 0; column < chains * coordinates; column++) {
    const ess = essIdentity([Float64Array.from(trace, (positions) => positions[column])]);
    if (!(ess > 0)) continue;
    sum += trace.length / ess;
    count += 1;
  }
  return count > 0 ? LENGTH_FACTOR * stepSize * (sum / count) : otherwise;
}
