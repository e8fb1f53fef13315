import { address, type Code, code, type F32, type F64, type I32, statement } from './code.ts';
import { float64, signed } from './encoding.ts';

/** Addresses, counters and bits. */
export const i32 = {
  constant: (value: number): I32 => code('i32', [], [0x41, ...signed(value)]),
  add: (a: I32, b: I32): I32 => code('i32', [a, b], [0x6a]),
  sub: (a: I32, b: I32): I32 => code('i32', [a, b], [0x6b]),
  mul: (a: I32, b: I32): I32 => code('i32', [a, b], [0x6c]),
  /** `a` plus a number that is known now; nothing where that is 0. */
  plus: (a: I32, value: number): I32 => (value === 0 ? a : i32.add(a, i32.constant(value))),
  times: (a: I32, value: number): I32 => i32.mul(a, i32.constant(value)),
  lessUnsigned: (a: I32, b: I32): I32 => code('i32', [a, b], [0x49]),
  load: (from: I32, offset = 0): I32 => code('i32', [from], [0x28, ...address(offset)]),
  store: (into: I32, offset: number, value: I32) =>
    statement([into, value], [0x36, ...address(offset)]),
};

export const f64 = {
  constant: (value: number): F64 => code('f64', [], [0x44, ...float64(value)]),
  add: (a: F64, b: F64): F64 => code('f64', [a, b], [0xa0]),
  mul: (a: F64, b: F64): F64 => code('f64', [a, b], [0xa2]),
  div: (a: F64, b: F64): F64 => code('f64', [a, b], [0xa3]),
  floor: (a: F64): F64 => code('f64', [a], [0x9c]),
  load: (from: I32, offset = 0): F64 => code('f64', [from], [0x2b, ...address(offset)]),
  store: (into: I32, offset: number, value: F64) =>
    statement([into, value], [0x39, ...address(offset)]),
  ofUnsigned: (a: I32): F64 => code('f64', [a], [0xb8]),
  /** Rounded towards zero. */
  toUnsigned: (a: F64): I32 => code('i32', [a], [0xab]),
};

export const f32 = {
  add: (a: F32, b: F32): F32 => code('f32', [a, b], [0x92]),
  ofDouble: (a: F64): F32 => code('f32', [a], [0xb6]),
  load: (from: I32, offset = 0): F32 => code('f32', [from], [0x2a, ...address(offset)]),
  store: (into: I32, offset: number, value: F32) =>
    statement([into, value], [0x38, ...address(offset)]),
};

/** What a function imported at `index` returns. */
export function call(index: number, ...args: readonly F64[]): F64 {
  return code('f64', args satisfies readonly Code<'f64'>[], [0x10, index]);
}
