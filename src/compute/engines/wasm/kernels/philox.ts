import type { I32, Local, V128 } from '../assembler/code.ts';
import type { Routine } from '../assembler/routine.ts';
import { bits, words } from '../assembler/words.ts';

/** Blocks of four words that lie in one set of vectors. */
const BLOCKS = 4;

/** Sets that are drawn at once: one does not wait for the other's products. */
const SETS = 2;

/** Words that are drawn at once. */
export const WORDS_AT_ONCE = 4 * BLOCKS * SETS;

/** The names of random numbers, as `rng/stream.ts` gives them. */
export interface Draws {
  readonly key0: I32;
  readonly key1: I32;
  /** The step's lower and upper 32 bits. */
  readonly stepLow: I32;
  readonly stepHigh: I32;
  readonly domain: number;
}

/**
 * Calls `use` with eight blocks of words, `times` times: Philox4x32-10 (`rng/philox.ts`) with counters
 * (block, domain, step). Each vector holds the four words of one block.
 */
export function drawBlocks(
  f: Routine,
  { key0, key1, stepLow, stepHigh, domain }: Draws,
  times: I32,
  use: (blocks: readonly Local<'v128'>[]) => void,
): void {
  const first0 = f.keep(words.splat(key0));
  const first1 = f.keep(words.splat(key1));
  const low = f.keep(words.splat(stepLow));
  const high = f.keep(words.splat(stepHigh));
  const block = f.keep(words.constant(0, 1, 2, 3));
  const key = [0, 1].map(() => f.variable('v128'));
  const multipliers = MULTIPLIERS.map((word) => f.constant(words.all(word)));
  const keySteps = KEY_STEPS.map((word) => f.constant(words.all(word)));
  const sets = Array.from({ length: SETS }, () => ({
    counter: [0, 1, 2, 3].map(() => f.variable('v128')),
    products: [0, 1].map(() => ({ low: f.variable('v128'), high: f.variable('v128') })),
  }));
  f.repeat(times, () => {
    for (const { counter } of sets) {
      f.set(counter[0], block);
      f.set(counter[1], f.constant(words.all(domain)));
      f.set(counter[2], low);
      f.set(counter[3], high);
      f.set(block, words.add(block, f.constant(words.all(BLOCKS))));
    }
    f.set(key[0], first0);
    f.set(key[1], first1);
    for (let round = 0; round < ROUNDS; round++) {
      for (const { counter, products } of sets) {
        multipliers.forEach((multiplier, which) => {
          const of = counter[2 * which];
          f.set(products[which].low, words.multiplyLow(of, multiplier));
          f.set(products[which].high, words.multiplyHigh(of, multiplier));
        });
      }
      for (const { counter, products } of sets) {
        const [p, q] = products.map((product) => ({
          lower: words.shuffle(product.low, product.high, [0, 2, 4, 6]),
          upper: words.shuffle(product.low, product.high, [1, 3, 5, 7]),
        }));
        const [, c1, , c3] = counter;
        f.set(counter[0], bits.xor(bits.xor(q.upper, c1), key[0]));
        f.set(counter[1], q.lower);
        f.set(counter[2], bits.xor(bits.xor(p.upper, c3), key[1]));
        f.set(counter[3], p.lower);
      }
      if (round + 1 === ROUNDS) continue;
      for (const which of [0, 1]) {
        f.set(key[which], words.add(key[which], keySteps[which]));
      }
    }
    use(sets.flatMap(({ counter }) => transposed(f, counter)));
  });
}

/** Word w of block b from vector w, lane b to vector b, lane w. */
function transposed(f: Routine, [a, b, c, d]: readonly V128[]): Local<'v128'>[] {
  const ab = [f.keep(words.shuffle(a, b, [0, 4, 1, 5])), f.keep(words.shuffle(a, b, [2, 6, 3, 7]))];
  const cd = [f.keep(words.shuffle(c, d, [0, 4, 1, 5])), f.keep(words.shuffle(c, d, [2, 6, 3, 7]))];
  return [0, 1].flatMap((half) => [
    f.keep(words.shuffle(ab[half], cd[half], [0, 1, 4, 5])),
    f.keep(words.shuffle(ab[half], cd[half], [2, 3, 6, 7])),
  ]);
}

const ROUNDS = 10;
const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57];
const KEY_STEPS = [0x9e3779b9, 0xbb67ae85];
