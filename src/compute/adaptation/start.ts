import { fillNormals, type Stream } from '../rng/stream.ts';

/**
 * Where chains start: drawn from N(w0, spread·scale²), a coordinate at a time, so that they lie wider
 * than the posterior and R-hat can see whether they have met (Gelman & Rubin 1992).
 *
 * @param center w0, length dim
 * @param scale the posterior's standard deviation a coordinate, length dim
 * @param spread variance of the starts over that of the posterior; 2 to 4 is usual
 * @param streams one a chain
 * @returns chains x dim
 */
export function chainStarts(
  center: Float64Array,
  scale: Float64Array,
  spread: number,
  streams: readonly Stream[],
): Float64Array {
  const dim = center.length;
  const starts = new Float64Array(streams.length * dim);
  const factor = Math.sqrt(spread);
  streams.forEach((source, chain) => {
    fillNormals(source, 0, starts, chain * dim, dim);
    for (let i = 0; i < dim; i++) {
      const at = chain * dim + i;
      starts[at] = center[i] + factor * scale[i] * starts[at];
    }
  });
  return starts;
}
