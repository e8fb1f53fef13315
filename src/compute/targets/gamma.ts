import { normal, type Stream, uniform } from '../rng/stream.ts';

/**
 * A gamma variate of the given shape (> 0) and scale 1, named by stream and step (Marsaglia & Tsang
 * 2000, "A simple method for generating gamma variables"; shapes below 1 by their remark on powers).
 */
export function gamma(source: Stream, step: number, shape: number): number {
  if (shape < 1) {
    return gamma(source, step, shape + 1) * uniform(source, step, BOOST_INDEX) ** (1 / shape);
  }
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (let attempt = 0; ; attempt++) {
    const z = normal(source, step, attempt);
    const v = (1 + c * z) ** 3;
    if (v <= 0) continue;
    if (Math.log(uniform(source, step, attempt)) < (z * z) / 2 + d * (1 - v + Math.log(v))) {
      return d * v;
    }
  }
}

/** An index that no attempt reaches. */
const BOOST_INDEX = 1 << 20;

/** 1/√g with g ~ gamma(ν/2)/(ν/2): what turns a normal variate into one of Student's t with ν degrees. */
export function studentFactor(source: Stream, step: number, degrees: number): number {
  return 1 / Math.sqrt(gamma(source, step, degrees / 2) / (degrees / 2));
}
