import { code, type I32, type V128, vector } from './code.ts';
import { i32 } from './scalar.ts';

const binary = (opcode: number) => (a: V128, b: V128) => code('v128', [a, b], vector(opcode));
const shift = (opcode: number) => (a: V128, places: number) =>
  code('v128', [a, i32.constant(places)], vector(opcode));

/** All 128 bits, whatever they mean. */
export const bits = {
  and: binary(0x4e),
  or: binary(0x50),
  xor: binary(0x51),
  /** Bits of `a` where the mask is set, of `b` elsewhere. */
  select: (mask: V128, a: V128, b: V128): V128 => code('v128', [a, b, mask], vector(0x52)),
};

/** Four 32-bit words. */
export const words = {
  constant: (...four: readonly [number, number, number, number]): V128 =>
    code('v128', [], vector(0x0c, ...new Uint8Array(Uint32Array.from(four).buffer))),
  /** One word known now, four times. */
  all: (word: number): V128 => words.constant(word, word, word, word),
  splat: (a: I32): V128 => code('v128', [a], vector(0x11)),
  add: binary(0xae),
  sub: binary(0xb1),
  equal: binary(0x37),
  shiftLeft: shift(0xab),
  shiftRight: shift(0xad),
  /** Keeps the sign. */
  shiftRightSigned: shift(0xac),
  extract: (a: V128, lane: number): I32 => code('i32', [a], vector(0x1b, lane)),
  /** 64-bit products of the unsigned words 0, 1 … */
  multiplyLow: binary(0xde),
  /** … and 2, 3. */
  multiplyHigh: binary(0xdf),
  /** Four words of eight: 0–3 are those of `a`, 4–7 those of `b`. */
  shuffle: (a: V128, b: V128, lanes: readonly [number, number, number, number]): V128 =>
    code(
      'v128',
      [a, b],
      vector(0x0d, ...lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte))),
    ),
};

/** Two 64-bit words. */
export const longs = {
  add: binary(0xce),
  sub: binary(0xd1),
  shiftLeft: shift(0xcb),
  shiftRight: shift(0xcd),
};
