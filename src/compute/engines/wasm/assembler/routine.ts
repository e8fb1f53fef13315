import {
  type Code,
  code,
  type I32,
  type Local,
  type Statement,
  TYPE_BYTE,
  type Type,
} from './code.ts';
import { append, list, type Parts, unsigned } from './encoding.ts';
import { i32 } from './scalar.ts';

/**
 * One function under construction. It is written as a program is: declare parameters and variables, then
 * set them and store values in the order in which that shall happen.
 */
export class Routine {
  readonly parameters: readonly Type[];
  readonly result: Type | null;
  readonly #locals: Type[] = [];
  readonly #constants = new Map<string, Local<Type>>();
  readonly #beginning: number[] = [];
  readonly #body: number[] = [];

  constructor(parameters: readonly Type[], result: Type | null = null) {
    this.parameters = parameters;
    this.result = result;
  }

  parameter<T extends Type>(type: T, index: number): Local<T> {
    if (this.parameters[index] !== type) throw new TypeError(`parameter ${index} is no ${type}`);
    return local(type, index);
  }

  /** A new variable; 0 until it is set. */
  variable<T extends Type>(type: T): Local<T> {
    return local(type, this.parameters.length + this.#locals.push(type) - 1);
  }

  /** A new variable with a value, so that the value is computed once. */
  keep<T extends Type>(value: Code<T>): Local<T> {
    const kept = this.variable(value.type);
    this.set(kept, value);
    return kept;
  }

  /** A constant that is made once, when the function begins: vectors take several instructions. */
  constant<T extends Type>(value: Code<T>): Local<T> {
    const key = value.bytes.flat(8).join();
    const known = this.#constants.get(key);
    if (known !== undefined) return known as Local<T>;
    const made = this.variable(value.type);
    this.#constants.set(key, made);
    append(this.#beginning, assignment(made, value));
    return made;
  }

  set<T extends Type>(variable: Local<T>, value: Code<T>): void {
    append(this.#body, assignment(variable, value));
  }

  do(...statements: readonly Statement[]): void {
    for (const { bytes } of statements) append(this.#body, bytes);
  }

  /** pointer += bytes */
  advance(pointer: Local<'i32'>, bytes: number | I32): void {
    this.set(
      pointer,
      typeof bytes === 'number' ? i32.plus(pointer, bytes) : i32.add(pointer, bytes),
    );
  }

  /** Runs the body so often; not at all for 0. One that is known to run once is no loop. */
  repeat(times: number | I32, body: () => void): void {
    if (times === 0) return;
    if (times === 1) {
      body();
      return;
    }
    const left = this.keep(typeof times === 'number' ? i32.constant(times) : times);
    const known = typeof times === 'number';
    if (!known) append(this.#body, [left.bytes, IF, NO_VALUE]);
    append(this.#body, [LOOP, NO_VALUE]);
    body();
    this.set(left, i32.plus(left, -1));
    append(this.#body, [left.bytes, BRANCH_IF, 0, END]);
    if (!known) append(this.#body, [END]);
  }

  /** The value that the function returns: its last instruction. */
  return(value: Code<Type>): void {
    append(this.#body, value.bytes);
  }

  /** The function's part of the code section, without its length. */
  get bytes(): Parts {
    const locals = list(this.#locals.map((type) => [1, TYPE_BYTE[type]]));
    return [locals, this.#beginning, this.#body, END];
  }
}

function assignment<T extends Type>(variable: Local<T>, value: Code<T>): Parts {
  return [value.bytes, 0x21, unsigned(variable.index)];
}

function local<T extends Type>(type: T, index: number): Local<T> {
  return { ...code(type, [], [0x20, ...unsigned(index)]), index };
}

const LOOP = 0x03;
const IF = 0x04;
const NO_VALUE = 0x40;
const END = 0x0b;
const BRANCH_IF = 0x0d;
