import {
  address,
  code,
  type F32,
  type F64,
  type I32,
  statement,
  type V128,
  vector,
} from './code.ts';
import { float32, float64 } from './encoding.ts';
import { f32, f64 } from './scalar.ts';
import { longs, words } from './words.ts';

/** How a number type lies in a 128-bit vector, and the arithmetic on it. */
export interface Lanes {
  /** Bytes of a number. */
  readonly size: 4 | 8;
  /** Numbers in a vector. */
  readonly count: 4 | 2;
  constant(value: number): V128;
  /** One number, in every lane. */
  splat(value: F64): V128;
  load(from: I32, offset?: number): V128;
  /** One number from memory, in every lane. */
  loadSplat(from: I32, offset?: number): V128;
  store(into: I32, offset: number, value: V128): ReturnType<typeof statement>;
  add(a: V128, b: V128): V128;
  sub(a: V128, b: V128): V128;
  mul(a: V128, b: V128): V128;
  div(a: V128, b: V128): V128;
  sqrt(a: V128): V128;
  /** a·b + c, rounded once where the runtime does that, else twice. */
  madd(a: V128, b: V128, c: V128): V128;
  /** The smaller, the larger; a NaN in `a` stays. */
  min(a: V128, b: V128): V128;
  max(a: V128, b: V128): V128;
  /** All bits set in lanes where a > b. */
  greater(a: V128, b: V128): V128;
  /** The first 32-bit words of a vector, as many as there are lanes, each as wide as a lane. */
  widen(a: V128): V128;
  /** The first 32-bit words of a vector as numbers, as many as there are lanes. */
  ofSigned(a: V128): V128;
  /** Bits of the mantissa; above them lies the exponent. Numbers as integers, for powers of two: */
  readonly mantissa: 23 | 52;
  addBits(a: V128, b: V128): V128;
  subBits(a: V128, b: V128): V128;
  shiftBitsLeft(a: V128, places: number): V128;
  shiftBitsRight(a: V128, places: number): V128;
  /** The lanes from `count` on are 0. */
  first(count: number): V128;
  /** Copies one number from memory to memory. */
  copyOne(from: I32, offset: number, into: I32, at: number): ReturnType<typeof statement>;
  /** Adds lane `lane` of a vector to a number in memory. */
  addLane(into: I32, offset: number, value: V128, lane: number): ReturnType<typeof statement>;
  /** a0, b0, and in four lanes a1, b1. */
  interleaveLow(a: V128, b: V128): V128;
  /** The other half of the two vectors' numbers, in the same way. */
  interleaveHigh(a: V128, b: V128): V128;
  /** The lower halves of the two vectors, the upper halves. */
  joinLow(a: V128, b: V128): V128;
  joinHigh(a: V128, b: V128): V128;
  /** The vector as pairs of doubles, in order … */
  doubles(a: V128): readonly V128[];
  /** … and the arithmetic on those. */
  readonly pairs: { add(a: V128, b: V128): V128; madd(a: V128, b: V128, c: V128): V128 };
}

/** @param fused whether the runtime has the relaxed multiply-add. */
export function lanesOf(dtype: 'float32' | 'float64', fused: boolean): Lanes {
  return dtype === 'float32' ? singles(fused) : doubles(fused);
}

const binary = (opcode: number) => (a: V128, b: V128) => code('v128', [a, b], vector(opcode));
const unary = (opcode: number) => (a: V128) => code('v128', [a], vector(opcode));
const ternary = (opcode: number) => (a: V128, b: V128, c: V128) =>
  code('v128', [a, b, c], vector(opcode));
const load =
  (opcode: number) =>
  (from: I32, offset: number = 0) =>
    code('v128', [from], vector(opcode, ...address(offset)));
const joinLow = (a: V128, b: V128) => words.shuffle(a, b, [0, 1, 4, 5]);
const joinHigh = (a: V128, b: V128) => words.shuffle(a, b, [2, 3, 6, 7]);
const store = (into: I32, offset: number, value: V128) =>
  statement([into, value], vector(0x0b, ...address(offset)));

function singles(fused: boolean): Lanes {
  const mul = binary(0xe6);
  const add = binary(0xe4);
  const lane = (a: V128, index: number): F32 => code('f32', [a], vector(0x1f, index));
  const promote = unary(0x5f);
  return {
    size: 4,
    count: 4,
    constant: (value) =>
      code('v128', [], vector(0x0c, ...[0, 1, 2, 3].flatMap(() => float32(value)))),
    splat: (value) => code('v128', [f32.ofDouble(value)], vector(0x13)),
    load: load(0x00),
    loadSplat: load(0x09),
    store,
    add,
    sub: binary(0xe5),
    mul,
    div: binary(0xe7),
    sqrt: unary(0xe3),
    madd: fused ? ternary(0x105) : (a, b, c) => add(mul(a, b), c),
    min: binary(0xea),
    max: binary(0xeb),
    greater: binary(0x44),
    widen: (a) => a,
    ofSigned: unary(0xfa),
    mantissa: 23,
    addBits: words.add,
    subBits: words.sub,
    shiftBitsLeft: words.shiftLeft,
    shiftBitsRight: words.shiftRight,
    first: (count) => {
      const [a, b, c, d] = [0, 1, 2, 3].map((index) => (index < count ? 0xffffffff : 0));
      return words.constant(a, b, c, d);
    },
    copyOne: (from, offset, into, at) => f32.store(into, at, f32.load(from, offset)),
    addLane: (into, offset, value, index) =>
      f32.store(into, offset, f32.add(f32.load(into, offset), lane(value, index))),
    interleaveLow: (a, b) => words.shuffle(a, b, [0, 4, 1, 5]),
    interleaveHigh: (a, b) => words.shuffle(a, b, [2, 6, 3, 7]),
    joinLow,
    joinHigh,
    doubles: (a) => [promote(a), promote(words.shuffle(a, a, [2, 3, 2, 3]))],
    pairs: doubles(fused),
  };
}

function doubles(fused: boolean): Lanes {
  const mul = binary(0xf2);
  const add = binary(0xf0);
  const madd: Lanes['madd'] = fused ? ternary(0x107) : (a, b, c) => add(mul(a, b), c);
  return {
    size: 8,
    count: 2,
    constant: (value) => code('v128', [], vector(0x0c, ...float64(value), ...float64(value))),
    splat: (value) => code('v128', [value], vector(0x14)),
    load: load(0x00),
    loadSplat: load(0x0a),
    store,
    add,
    sub: binary(0xf1),
    mul,
    div: binary(0xf3),
    sqrt: unary(0xef),
    madd,
    min: binary(0xf6),
    max: binary(0xf7),
    greater: binary(0x4a),
    widen: (a) => words.shuffle(a, a, [0, 0, 1, 1]),
    ofSigned: unary(0xfe),
    mantissa: 52,
    addBits: longs.add,
    subBits: longs.sub,
    shiftBitsLeft: longs.shiftLeft,
    shiftBitsRight: longs.shiftRight,
    first: (count) => {
      const [a, b] = [0, 1].map((index) => (index < count ? 0xffffffff : 0));
      return words.constant(a, a, b, b);
    },
    copyOne: (from, offset, into, at) => f64.store(into, at, f64.load(from, offset)),
    addLane: (into, offset, value, index) =>
      f64.store(into, offset, f64.add(f64.load(into, offset), laneOfDoubles(value, index))),
    interleaveLow: joinLow,
    interleaveHigh: joinHigh,
    joinLow,
    joinHigh,
    doubles: (a) => [a],
    pairs: { add, madd },
  };
}

/** One of a vector's two doubles. */
export function laneOfDoubles(a: V128, index: number): F64 {
  return code('f64', [a], vector(0x21, index));
}
