const PAGE = 65_536;

/** Everything begins at a cache line. */
const ALIGNMENT = 64;

/** The memory of one engine: pieces are handed out and live as long as it does. */
export class Arena {
  readonly memory = new WebAssembly.Memory({ initial: 1 });
  // Address 0 is nobody's, so that it can mean "none".
  #end = ALIGNMENT;

  /** A new piece of zeros; its address. */
  allocate(bytes: number): number {
    const address = this.#end;
    this.#end += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    const missing = this.#end - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE));
    return address;
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
