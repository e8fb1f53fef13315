import { type Bytes, type Parts, unsigned } from './encoding.ts';

/** The types of the stack machine that kernels need. */
export type Type = 'i32' | 'f32' | 'f64' | 'v128';

export const TYPE_BYTE: Readonly<Record<Type, number>> = {
  i32: 0x7f,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

/** Instructions that leave one value of a type: an expression. */
export interface Code<T extends Type> {
  readonly type: T;
  readonly bytes: Parts;
}

/** Instructions that leave nothing. */
export interface Statement {
  readonly type: 'nothing';
  readonly bytes: Parts;
}

/** A variable of a function; as an expression, its value. */
export interface Local<T extends Type> extends Code<T> {
  readonly index: number;
}

export type I32 = Code<'i32'>;
export type F32 = Code<'f32'>;
export type F64 = Code<'f64'>;
export type V128 = Code<'v128'>;

/** An instruction after the code of its operands. */
export function code<T extends Type>(
  type: T,
  operands: readonly Code<Type>[],
  instruction: Bytes,
): Code<T> {
  return { type, bytes: [...operands.map(({ bytes }) => bytes), instruction] };
}

export function statement(operands: readonly Code<Type>[], instruction: Bytes): Statement {
  return { type: 'nothing', bytes: [...operands.map(({ bytes }) => bytes), instruction] };
}

/** Instructions of the vector extension: a prefix, then the number. */
export function vector(opcode: number, ...immediate: readonly number[]): Bytes {
  return [0xfd, ...unsigned(opcode), ...immediate];
}

/** Where a load or store goes: alignment is a hint, the offset is added to the address. */
export function address(offset: number): Bytes {
  const naturalOrLess = 2;
  return [naturalOrLess, ...unsigned(offset)];
}
