/** A point on a line: step length t, loss, and the loss's derivative along the line. */
export interface LinePoint {
  readonly t: number;
  readonly value: number;
  readonly slope: number;
}

const DECREASE = 1e-4;
const CURVATURE = 0.9;
const ROUNDING = 1e-14;
const NARROW = 1e-10;
const MAX_PROBES = 30;

/**
 * Line search for the strong Wolfe conditions by bracketing and cubic interpolation (Nocedal & Wright
 * 2006, algorithms 3.5 and 3.6), from a `start` at t = 0 with a negative slope. It yields the step
 * lengths that it wants evaluated and returns the point it accepts. Where a kink leaves none that fulfils
 * both conditions, that is the lowest with sufficient decrease, or null. Where values no longer differ by
 * more than rounding, slopes alone decide (Hager & Zhang 2005, the approximate Wolfe conditions).
 */
export function* wolfeLineSearch(
  start: LinePoint,
  firstStep: number,
): Generator<number, LinePoint | null, LinePoint> {
  const rounding = ROUNDING * Math.abs(start.value);
  let low = start;
  let high: LinePoint | null = null;
  let t = firstStep;
  for (let probe = 0; probe < MAX_PROBES; probe++) {
    const point: LinePoint = yield t;
    const flatEnough = Math.abs(point.slope) <= -CURVATURE * start.slope;
    const decreased =
      point.value < low.value && point.value <= start.value + DECREASE * t * start.slope;
    const withinRounding =
      point.value <= start.value + rounding && point.slope <= (2 * DECREASE - 1) * start.slope;
    if (flatEnough && (decreased || withinRounding)) return point;
    if (!decreased) {
      // So does a value that is not finite.
      high = point;
    } else {
      if (high === null ? point.slope >= 0 : point.slope * (high.t - low.t) >= 0) high = low;
      low = point;
    }
    if (high === null) {
      t = 4 * low.t;
      continue;
    }
    const width = high.t - low.t;
    if (Math.abs(width) <= NARROW * Math.max(low.t, high.t)) break;
    t = minimizer(low, high);
    // Interpolation that hugs an end, or knows nothing, becomes bisection.
    const inside = (t - low.t) / width;
    if (!(inside > 0.1 && inside < 0.9)) t = low.t + width / 2;
  }
  return low === start ? null : low;
}

/** Where the cubic through two points with their slopes is lowest; NaN where it has no minimum. */
function minimizer(a: LinePoint, b: LinePoint): number {
  const d1 = a.slope + b.slope - (3 * (a.value - b.value)) / (a.t - b.t);
  const d2 = Math.sign(b.t - a.t) * Math.sqrt(d1 * d1 - a.slope * b.slope);
  return b.t - ((b.t - a.t) * (b.slope + d2 - d1)) / (b.slope - a.slope + 2 * d2);
}
