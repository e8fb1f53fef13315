import type { Batch, Engine, Vector } from '../engines/engine.ts';
import type { Stream } from '../rng/stream.ts';
import { largestCurvature } from './curvature.ts';
import { GradientPowerMeter } from './gradient-power.ts';
import type { Stiffness } from './step-size.ts';

const ITERATIONS = 6;
const PAIRS = 2;
/** Looks that count: the curvature differs from place to place, and the stiffest of them rules. */
const LOOKS = 5;
/** Steps of the streams that one look uses. */
const STEPS_OF_LOOK = 16;
/** Below any learning coefficient, for looks at which the estimate is not yet positive. */
const LEAST_LLC = 0.05;

export interface SavedSearch {
  readonly looks: number;
  readonly found: readonly Stiffness[];
}

/** Measures, at a few points of warm-up, what step sizes are chosen by. */
export class StiffnessSearch {
  readonly #engine: Engine;
  readonly #power: GradientPowerMeter;
  readonly #streams: readonly Stream[];
  readonly #batchAt: (step: number, streams: readonly Stream[]) => Batch | null;
  #looks = 0;
  #found: Stiffness[] = [];

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
   * @returns which chains have left the numbers, a mark a chain; the others count.
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

    const lost = curvature.map(
      (value, chain) =>
        !Number.isFinite(value + power.noise[chain] + power.slope[chain] + power.llc[chain]),
    );
    const living = lost.flatMap((gone, chain) => (gone ? [] : [chain]));
    if (living.length > 0) {
      const mean = (values: readonly number[]) =>
        living.reduce((sum, chain) => sum + values[chain], 0) / living.length;
      const largest = Math.max(...living.map((chain) => curvature[chain]));
      const { gamma } = this.#engine.posterior;
      this.#found.push({
        curvature: largest,
        noise: mean(power.noise),
        slope: mean(power.slope) - gamma * metricTotal,
        llc: mean(power.llc),
      });
      this.#found = this.#found.slice(-LOOKS);
    }
    return lost;
  }

  /** Forgets what was found under another metric. */
  forget(): void {
    this.#found = [];
  }

  /** The stiffest curvature and the mean of the rest over the latest looks; null before the first. */
  get stiffness(): Stiffness | null {
    if (this.#found.length === 0) return null;
    const mean = (of: (look: Stiffness) => number) =>
      this.#found.reduce((sum, look) => sum + of(look), 0) / this.#found.length;
    const curvature = Math.max(...this.#found.map((look) => look.curvature)) || 1;
    return {
      curvature,
      noise: Math.max(
        0,
        mean((look) => look.noise),
      ),
      // A trace of a few strong directions among many that are none drowns in their fluctuations; it is
      // never less than the strongest of them.
      slope: Math.max(
        0.5 * curvature,
        mean((look) => look.slope),
      ),
      llc: Math.max(
        LEAST_LLC,
        mean((look) => look.llc),
      ),
    };
  }

  save(): SavedSearch {
    return { looks: this.#looks, found: this.#found };
  }

  restore(saved: SavedSearch): void {
    this.#looks = saved.looks;
    this.#found = [...saved.found];
  }

  #rows(step: number): Batch | null {
    return this.#batchAt(step, this.#streams);
  }
}
