import type { Stream } from '../../rng/stream.ts';
import type { Arena } from './arena.ts';
import type { Kernels } from './compile.ts';
import { WORDS_AT_ONCE } from './kernels/philox.ts';

/** The normals of one stream and step, `length` of them, at an address. */
interface Drawn {
  readonly address: number;
  source: Stream | null;
  step: number;
}

/**
 * Normals by name, in the engine's memory. The last two steps of every chain are kept: a scheme that averages
 * the normals of neighbouring steps draws each once.
 */
export class Normals {
  readonly #chains: readonly Drawn[][];
  readonly #kernels: Kernels;
  readonly #turns: number;

  constructor(arena: Arena, kernels: Kernels, chains: number, length: number, size: number) {
    this.#kernels = kernels;
    this.#turns = Math.ceil(length / WORDS_AT_ONCE);
    const room = () => arena.allocate(this.#turns * WORDS_AT_ONCE * size);
    this.#chains = Array.from({ length: chains }, () =>
      [0, 1].map(() => ({ address: room(), source: null, step: 0 })),
    );
  }

  /** The address of z(step, 0 …); good until two more steps of the chain are asked for. */
  at(chain: number, source: Stream, step: number): number {
    const kept = this.#chains[chain];
    const found = kept.find(
      (drawn) =>
        drawn.step === step &&
        drawn.source?.key0 === source.key0 &&
        drawn.source.key1 === source.key1,
    );
    if (found !== undefined) {
      if (found === kept[0]) kept.reverse();
      return found.address;
    }
    const [oldest] = kept;
    kept.reverse();
    oldest.source = source;
    oldest.step = step;
    const { key0, key1 } = source;
    const high = Math.floor(step / 2 ** 32);
    this.#kernels['normals'](oldest.address, this.#turns, key0, key1, step, high);
    return oldest.address;
  }
}
