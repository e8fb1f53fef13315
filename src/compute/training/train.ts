import type { LossFunction } from '../targets/loss-function.ts';
import { addScaled, dot, InverseCurvature } from './inverse-curvature.ts';
import { type LinePoint, wolfeLineSearch } from './line-search.ts';
import { BATCH_ROWS, stochasticDescent } from './stochastic-descent.ts';

export interface TrainingOptions {
  /** Gradients over all rows at most; a minibatch counts as its share of one. */
  readonly maxSteps: number;
  /** Training has converged when ‖∇L‖ is at most this, L as it will be sampled. */
  readonly tolerance: number;
}

interface TrainingProgress {
  /** Gradients evaluated, in full-data equivalents. */
  readonly steps: number;
  readonly loss: number;
  readonly gradientNorm: number;
}

export interface TrainingHooks {
  /** Called now and then; a promise that it returns is waited for. */
  readonly onProgress?: (progress: TrainingProgress) => void | Promise<void>;
  /** Asked as often; true ends training where it stands. */
  readonly shouldStop?: () => boolean;
}

export interface TrainingResult extends TrainingProgress {
  /** Where training ended: what the posterior is centred on. */
  readonly position: Float64Array;
  /** Whether the gradient norm reached the tolerance. */
  readonly converged: boolean;
}

/** Steps that the curvature is estimated from; 10 to 30 are usual. */
const MEMORY = 30;

/** The part of the budget that minibatches may have. */
const STOCHASTIC_SHARE = 0.4;

/** Passes of minibatches between two looks at the full gradient. */
const LOOK = 10;

/**
 * Minimises a loss over all rows to a stated gradient norm: deterministic, f64. Data of more than a few
 * minibatches first have Adam for about 40 % of the budget, which comes further with the same number of
 * rows. Then L-BFGS (Liu & Nocedal 1989) with a strong Wolfe line search closes in. Where that search
 * finds nothing lower, as near the kinks of relu, what was learnt of the curvature is dropped and descent
 * goes on along the gradient; when that finds nothing lower either, training ends: `converged` tells
 * whether at the tolerance.
 */
export async function train(
  loss: LossFunction,
  start: Float64Array,
  options: TrainingOptions,
  hooks: TrainingHooks = {},
): Promise<TrainingResult> {
  let reached: Descent | null = null;
  for (const point of descend(loss, start, options)) {
    reached = point;
    const { steps, value, gradientNorm } = point;
    await hooks.onProgress?.({ steps, loss: value, gradientNorm });
    if (hooks.shouldStop?.() === true) break;
  }
  if (reached === null) throw new Error('a descent has at least its start');
  const { position, value, gradientNorm, steps } = reached;
  const converged = gradientNorm <= options.tolerance;
  return { position, loss: value, gradientNorm, steps, converged };
}

/** A point of the descent; its arrays are never written to again. */
interface Descent {
  readonly position: Float64Array;
  readonly gradient: Float64Array;
  readonly value: number;
  readonly gradientNorm: number;
  readonly steps: number;
}

/** Yields the start and the points after it, until the tolerance, the budget or a dead end. */
function* descend(
  loss: LossFunction,
  start: Float64Array,
  { maxSteps, tolerance }: TrainingOptions,
): Generator<Descent> {
  let steps = 0;
  const evaluate = (position: Float64Array): Descent => {
    const gradient = new Float64Array(position.length);
    const value = loss.evaluate(position, gradient, null);
    steps++;
    return { position, gradient, value, gradientNorm: Math.sqrt(dot(gradient, gradient)), steps };
  };

  const curvature = new InverseCurvature(MEMORY);
  const direction = new Float64Array(start.length);
  let current = evaluate(Float64Array.from(start));
  yield current;
  const passes = STOCHASTIC_SHARE * maxSteps;
  const worthwhile = loss.rows > 2 * BATCH_ROWS && passes >= LOOK;
  if (worthwhile && current.gradientNorm > tolerance) {
    const position = Float64Array.from(start);
    let counted = 0;
    let latest = current;
    for (const done of stochasticDescent(loss, position, passes, LOOK)) {
      steps += done - counted;
      counted = done;
      latest = evaluate(Float64Array.from(position));
      yield latest;
      if (latest.gradientNorm <= tolerance) return;
    }
    if (latest.value < current.value) current = latest;
  }
  while (current.gradientNorm > tolerance && steps + 1 <= maxSteps) {
    curvature.direction(current.gradient, direction);
    // Without curvature the first guess is a step that would lower a linear loss by a hundredth.
    const firstStep = curvature.empty ? (0.01 * current.value) / current.gradientNorm ** 2 : 1;
    const next = alongLine(current, direction, firstStep);
    if (next !== null) {
      curvature.learn(
        difference(next.position, current.position),
        difference(next.gradient, current.gradient),
      );
      current = next;
      yield { ...current, steps };
    } else if (!curvature.empty) {
      curvature.forget();
    } else {
      return;
    }
  }

  /** The point that the line search accepts, null if nothing lower was found within the budget. */
  function alongLine(from: Descent, along: Float64Array, firstStep: number): Descent | null {
    const slope = dot(from.gradient, along);
    if (!(slope < 0)) return null;
    const probes = new Map<LinePoint, Descent>();
    const search = wolfeLineSearch({ t: 0, value: from.value, slope }, firstStep);
    let asked = search.next();
    while (asked.done !== true && steps + 1 <= maxSteps) {
      const position = Float64Array.from(from.position);
      addScaled(position, asked.value, along);
      const probe = evaluate(position);
      const point = { t: asked.value, value: probe.value, slope: dot(probe.gradient, along) };
      probes.set(point, probe);
      asked = search.next(point);
    }
    if (asked.done !== true) return null;
    return asked.value === null ? null : (probes.get(asked.value) ?? null);
  }
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - b[i]);
}
