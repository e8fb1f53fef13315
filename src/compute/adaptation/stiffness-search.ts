import type { Batch, Engine, Vector } from '../engines/engine.ts';
import type { Stream } from '../rng/stream.ts';
import { largestCurvature } from './curvature.ts';
import { GradientPowerMeter } from './gradient-power.ts';
import type { Stiffness } from './step-size.ts';

const ITERATIONS = 5;
const PAIRS = 2;
/**
 * A step must be stable at places that no look has seen: so many deviations above the mean curvature, in the
 * logarithm. Losses without data have few dimensions and let the curvature vary by decades, and the largest
 * that was seen counts too. With data it is mostly the batches that differ between looks, and a batch that
 * is stiff for one step does no harm.
 */
const RARE_PLACE = { withoutData: 3, withData: 1 };
/** Looks that rule over chains on their way. */
const RECENT = 2;
/** A potential of so many times d is no place of the posterior: a coordinate has about ½. */
const LOST = 100;
/** Steps of the streams that one look uses. */
const STEPS_OF_LOOK = 16;
/** Below any learning coefficient, for looks at which the estimate is not yet positive. */
const LEAST_LLC = 0.05;

/** One look: the largest curvature of each chain that counts, and means over these chains. */
interface Look extends Omit<Stiffness, 'curvature'> {
  readonly curvatures: readonly number[];
  /** Whether the chains were where the posterior is; else it is only their way there. */
  readonly settled: boolean;
}

export interface SavedSearch {
  readonly looks: number;
  readonly found: readonly Look[];
}

/** Measures, at a few points of warm-up, what step sizes are chosen by. */
export class StiffnessSearch {
  readonly #engine: Engine;
  readonly #power: GradientPowerMeter;
  readonly #streams: readonly Stream[];
  readonly #batchAt: (step: number, streams: readonly Stream[]) => Batch | null;
  #looks = 0;
  #found: Look[] = [];

  /** @param batchAt the rows of a gradient like the sampler's own, drawn from other streams. */
  constructor(
    engine: Engine,
    streams: readonly Stream[],
    batchAt: (step: number, streams: readonly Stream[]) => Batch | null,
  ) {
    this.#engine = engine;
    this.#streams = streams;
    this.#batchAt = batchAt;
    this.#power = new GradientPowerMeter(engine, PAIRS);
  }

  /** Gradients that one look takes. */
  get gradients(): number {
    return 2 * ITERATIONS + (this.#rows(0) === null ? 1 : 2 * PAIRS);
  }

  /**
   * Looks at the chains' places.
   *
   * @param metricTotal Σ G of one chain
   * @returns which chains have left the posterior or the numbers, a mark a chain; the others count.
   */
  async look(position: Vector, metric: Vector | null, metricTotal: number): Promise<boolean[]> {
    const first = this.#looks * STEPS_OF_LOOK;
    this.#looks += 1;
    const curvature = await largestCurvature(this.#engine, position, {
      metric,
      iterations: ITERATIONS,
      streams: this.#streams,
      step: first,
      batch: this.#rows(first),
    });
    const pairs = Array.from(
      { length: this.#rows(first) === null ? 1 : PAIRS },
      (_, pair) => [this.#rows(first + 2 * pair + 1), this.#rows(first + 2 * pair + 2)] as const,
    );
    const power = await this.#power.measure(position, metric, pairs);

    const { dim, posterior } = this.#engine;
    const lost = curvature.map(
      (value, chain) =>
        !Number.isFinite(value + power.noise[chain] + power.slope[chain]) ||
        !(power.llc[chain] <= LOST * dim),
    );
    const settled = lost.includes(false);
    const counting = curvature.flatMap((value, chain) =>
      (settled ? !lost[chain] : Number.isFinite(value)) ? [chain] : [],
    );
    if (counting.length > 0) {
      const mean = (values: readonly number[]) =>
        counting.reduce((sum, chain) => sum + values[chain], 0) / counting.length;
      this.#found.push({
        settled,
        curvatures: counting.map((chain) => curvature[chain]),
        noise: mean(power.noise),
        slope: mean(power.slope) - posterior.gamma * metricTotal,
        llc: mean(power.llc),
      });
    }
    return lost;
  }

  /** Forgets what was found under another metric or before the chains had arrived. */
  forget(): void {
    this.#found = [];
  }

  /**
   * What the last looks found: for chains on their way, which would crawl if what they have left behind
   * still ruled. Null before the first look.
   */
  get recent(): Stiffness | null {
    return this.#summary(this.#found.slice(-RECENT));
  }

  /** What all looks at the posterior found that are not forgotten. Null before the first. */
  get stiffness(): Stiffness | null {
    return this.#summary(this.#found.filter((look) => look.settled)) ?? this.recent;
  }

  save(): SavedSearch {
    return { looks: this.#looks, found: this.#found };
  }

  restore(saved: SavedSearch): void {
    this.#looks = saved.looks;
    this.#found = [...saved.found];
  }

  #summary(looks: readonly Look[]): Stiffness | null {
    if (looks.length === 0) return null;
    const mean = (of: (look: Look) => number) =>
      looks.reduce((sum, look) => sum + of(look), 0) / looks.length;
    const seen = looks.flatMap((look) => look.curvatures);
    const curvature =
      this.#engine.rows === 0
        ? Math.max(...seen, curvatureBeyond(seen, RARE_PLACE.withoutData))
        : curvatureBeyond(seen, RARE_PLACE.withData);
    const slope = mean((look) => look.slope);
    return {
      curvature,
      noise: mean((look) => look.noise),
      // A trace of a few strong directions among many that are none drowns in their fluctuations; it is
      // never less than the strongest of them.
      slope: Math.max(slope, 0.5 * curvature),
      llc: Math.max(
        mean((look) => look.llc),
        LEAST_LLC,
      ),
    };
  }

  #rows(step: number): Batch | null {
    return this.#batchAt(step, this.#streams);
  }
}

/** `deviations` above the mean of the curvatures' logarithms; 1 where there are none. */
function curvatureBeyond(seen: readonly number[], deviations: number): number {
  const logarithms = seen.filter((value) => value > 0).map(Math.log);
  if (logarithms.length === 0) return 1;
  const mean = logarithms.reduce((sum, value) => sum + value, 0) / logarithms.length;
  const variance =
    logarithms.reduce((sum, value) => sum + (value - mean) ** 2, 0) / logarithms.length;
  return Math.exp(mean + deviations * Math.sqrt(variance));
}
