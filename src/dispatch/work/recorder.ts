import type { Draw, Meters } from '../../compute/samplers/sampler.ts';
import type { ThetaView } from './theta-view.ts';

/** A draw as it is kept until the run is written. */
export interface RecordedDraw {
  readonly transition: number;
  readonly loss: readonly number[];
  readonly stats: Readonly<Record<string, readonly number[]>>;
  readonly meters: Meters | null;
  /** chains x names of the view, on the draws that keep their position; else null. */
  readonly theta: Float64Array | null;
}

/** Keeps of each draw what the run stores: all losses and statistics, of positions only the view. */
export class Recorder {
  readonly draws: RecordedDraw[] = [];
  readonly #chains: number;
  readonly #view: ThetaView;

  constructor(chains: number, view: ThetaView) {
    this.#chains = chains;
    this.#view = view;
  }

  add(draws: readonly Draw[]): void {
    for (const { position, ...rest } of draws) {
      this.draws.push({ ...rest, theta: position === null ? null : this.#look(position) });
    }
  }

  #look(positions: Float64Array): Float64Array {
    const dim = positions.length / this.#chains;
    const width = this.#view.names.length;
    const seen = new Float64Array(this.#chains * width);
    for (let chain = 0; chain < this.#chains; chain++) {
      const position = positions.subarray(chain * dim, (chain + 1) * dim);
      seen.set(this.#view.look(position), chain * width);
    }
    return seen;
  }
}
