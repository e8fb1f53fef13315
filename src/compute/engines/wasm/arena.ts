import type { Team } from '../team.ts';

const PAGE = 65_536;

/** Everything begins at a cache line. */
const ALIGNMENT = 64;

/** The memory of one engine, or its part of a team's: pieces are handed out and live as long as it does. */
export class Arena {
  readonly memory: WebAssembly.Memory;
  readonly team: Team | null;
  // Address 0 is nobody's, so that it can mean "none".
  #end = ALIGNMENT;

  constructor(team: Team | null = null) {
    this.team = team;
    this.memory = team?.memory ?? new WebAssembly.Memory({ initial: 1 });
  }

  /** A new piece of zeros; its address. */
  allocate(bytes: number): number {
    const lines = Math.ceil(bytes / ALIGNMENT);
    const address = this.team?.allocate(lines) ?? this.#end;
    this.#end = address + lines * ALIGNMENT;
    this.#reach(this.#end);
    return address;
  }

  /** A new piece with data that all threads of a team read; its address. */
  data(bytes: number, write: (address: number) => void): number {
    const written = (address: number) => {
      this.#reach(address + bytes);
      write(address);
    };
    if (this.team !== null) return this.team.data(bytes, written);
    const address = this.allocate(bytes);
    written(address);
    return address;
  }

  #reach(end: number): void {
    const missing = end - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE));
  }

  // Growth detaches every view, so that views are made when they are used.

  doubles(address: number, length: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.memory.buffer, address, length);
  }

  numbers(
    dtype: 'float32' | 'float64',
    address: number,
    length: number,
  ): Float64Array<ArrayBuffer> | Float32Array<ArrayBuffer> {
    return dtype === 'float64'
      ? this.doubles(address, length)
      : new Float32Array(this.memory.buffer, address, length);
  }

  integers(address: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, address, length);
  }

  bytes(address: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.memory.buffer, address, length);
  }
}
