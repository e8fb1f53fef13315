import type { I32, Local, V128 } from '../assembler/code.ts';
import type { Lanes } from '../assembler/lanes.ts';
import { Routine } from '../assembler/routine.ts';
import { f64, i32 } from '../assembler/scalar.ts';
import { bits, words } from '../assembler/words.ts';
import { VECTOR } from './panels.ts';
import { type Draws, drawBlocks, WORDS_AT_ONCE } from './philox.ts';
import { inverseFactorials, polynomial } from './polynomial.ts';

/** `rng/stream.ts` keeps kinds of numbers apart by these. */
const NORMAL_DOMAIN = 2;
const INDEX_DOMAIN = 3;

/** Parameters (into, turns, key0, key1, stepLow, stepHigh, …). */
function drawing(f: Routine, domain: number): { into: Local<'i32'>; turns: I32; draws: Draws } {
  const [into, turns, key0, key1, stepLow, stepHigh] = [0, 1, 2, 3, 4, 5].map((index) =>
    f.parameter('i32', index),
  );
  return { into, turns, draws: { key0, key1, stepLow, stepHigh, domain } };
}

/** Writes 32·turns standard normals, the numbers of `fillNormals`. */
export function normalsRoutine(lanes: Lanes): Routine {
  const f = new Routine(['i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const { into, turns, draws } = drawing(f, NORMAL_DOMAIN);
  drawBlocks(f, draws, turns, (blocks) => {
    // A block's words 0 and 2 are radii, 1 and 3 angles.
    const together = lanes.count / 2;
    for (let block = 0; block < blocks.length; block += together) {
      const a = blocks[block];
      const b = blocks[block + together - 1];
      const radius = radiusOf(f, lanes, f.keep(words.shuffle(a, b, [0, 2, 4, 6])));
      const { cosine, sine } = directionOf(f, lanes, f.keep(words.shuffle(a, b, [1, 3, 5, 7])));
      const x = f.keep(lanes.mul(radius, cosine));
      const y = f.keep(lanes.mul(radius, sine));
      const at = (block / together) * 2 * VECTOR;
      f.do(
        lanes.store(into, at, lanes.interleaveLow(x, y)),
        lanes.store(into, at + VECTOR, lanes.interleaveHigh(x, y)),
      );
    }
    f.advance(into, WORDS_AT_ONCE * lanes.size);
  });
  return f;
}

/** Terms of the series of log, sine and cosine that the number type needs. */
const TERMS = { 4: { log: 5, sine: 5, cosine: 5 }, 8: { log: 11, sine: 9, cosine: 9 } };

/**
 * √(−2 ln u) with u = (word + ½)/2³². From y = 2·word + 1 = m·2ᵉ with m in [√½, √2) comes
 * −ln u = (33 − e)·ln 2 − ln m.
 */
function radiusOf(f: Routine, lanes: Lanes, word: Local<'v128'>): Local<'v128'> {
  const { add, sub, mul, div, mantissa } = lanes;
  const constant = (value: number) => f.constant(lanes.constant(value));
  // The word as a number with a sign is 2³² too small from 2³¹ on.
  const signed = f.keep(add(lanes.ofSigned(word), constant(0.5)));
  const wrapped = lanes.widen(words.shiftRightSigned(word, 31));
  const whole = f.keep(add(signed, bits.and(wrapped, constant(2 ** 32))));
  const y = f.keep(add(whole, whole));
  const e = f.keep(lanes.shiftBitsRight(lanes.subBits(y, constant(Math.SQRT1_2)), mantissa));
  const m = lanes.subBits(y, lanes.shiftBitsLeft(e, mantissa));
  const beyondOne = f.keep(sub(m, constant(1)));
  if (lanes.size === 4) {
    // Near 1 singles round u, but not u − 1.
    const near = words.equal(e, f.constant(words.all(33)));
    f.set(beyondOne, bits.select(near, mul(signed, constant(2 ** -32)), beyondOne));
  }
  // ln(1 + x) = 2 artanh(x/(2 + x)).
  const s = f.keep(div(beyondOne, add(constant(2), beyondOne)));
  const odd = Array.from({ length: TERMS[lanes.size].log }, (_, k) => -2 / (2 * k + 1));
  const minusLog = mul(s, polynomial(f, lanes, odd, f.keep(mul(s, s))));
  const large = constant(2 ** mantissa);
  const missing = sub(constant(33 + 2 ** mantissa), bits.or(e, large));
  const logs = f.keep(lanes.madd(missing, constant(Math.LN2), minusLog));
  return f.keep(lanes.sqrt(add(logs, logs)));
}

/** Cosine and sine of 2π·word/2³², by quarter turns and series on [−π/4, π/4]. */
function directionOf(f: Routine, lanes: Lanes, word: Local<'v128'>): { cosine: V128; sine: V128 } {
  const { mul, size } = lanes;
  const constant = (value: number) => f.constant(lanes.constant(value));
  const all = (word: number) => f.constant(words.all(word));
  // Bits 31 and 30: the nearest quarter.
  const turned = f.keep(words.add(word, all(2 ** 29)));
  const within = words.sub(bits.and(turned, all(2 ** 30 - 1)), all(2 ** 29));
  const x = f.keep(mul(lanes.ofSigned(within), constant((2 * Math.PI) / 2 ** 32)));
  const square = f.keep(mul(x, x));
  const { sine: sineTerms, cosine: cosineTerms } = TERMS[size];
  const series = (terms: number, from: number) =>
    inverseFactorials(terms, { from, by: 2, alternating: true });
  const sine = f.keep(mul(x, polynomial(f, lanes, series(sineTerms, 1), square)));
  const cosine = f.keep(polynomial(f, lanes, series(cosineTerms, 0), square));
  const ofBit = (place: number) =>
    lanes.widen(words.shiftRightSigned(words.shiftLeft(turned, 31 - place), 31));
  const odd = f.keep(ofBit(30));
  const back = f.keep(ofBit(31));
  const sign = constant(-0);
  const negated = (value: V128, where: V128) => bits.xor(value, bits.and(where, sign));
  return {
    cosine: negated(bits.select(odd, sine, cosine), bits.xor(odd, back)),
    sine: negated(bits.select(odd, cosine, sine), back),
  };
}

/** Writes 32·turns row numbers, those of `fillBatch`: (…, rows, size), the last two in doubles. */
export function batchRoutine(): Routine {
  const f = new Routine(['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'f64', 'f64']);
  const { into, turns, draws } = drawing(f, INDEX_DOMAIN);
  const rows = f.parameter('f64', 6);
  const size = f.parameter('f64', 7);
  const passed = f.variable('f64');
  f.set(passed, f64.constant(0));
  drawBlocks(f, draws, turns, (blocks) => {
    blocks.forEach((block, index) => {
      for (let lane = 0; lane < 4; lane++) {
        const share = f64.mul(f64.ofUnsigned(words.extract(block, lane)), f64.constant(2 ** -32));
        const place = f64.add(passed, f64.floor(f64.mul(share, rows)));
        f.do(i32.store(into, 4 * (4 * index + lane), f64.toUnsigned(f64.div(place, size))));
        f.set(passed, f64.add(passed, rows));
      }
    });
    f.advance(into, 4 * WORDS_AT_ONCE);
  });
  return f;
}
