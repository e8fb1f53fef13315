/** The binary format's own ways of writing numbers, names and lists (WebAssembly core specification, 5). */
export type Bytes = readonly number[];

/** Bytes in parts that are joined at the end: joining at every step would take long. */
export type Parts = readonly (number | Parts)[];

export function append(to: number[], parts: Parts): void {
  for (const part of parts) {
    if (typeof part === 'number') to.push(part);
    else append(to, part);
  }
}

/** LEB128, seven bits a byte, the lowest first. */
export function unsigned(value: number): Bytes {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

/** LEB128 of a 32-bit number in two's complement. */
export function signed(value: number): Bytes {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const signTold = (low & 0x40) !== 0;
    if ((rest === 0 && !signTold) || (rest === -1 && signTold)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

export function float64(value: number): Bytes {
  return [...new Uint8Array(Float64Array.of(value).buffer)];
}

export function float32(value: number): Bytes {
  return [...new Uint8Array(Float32Array.of(value).buffer)];
}

export function text(ascii: string): Bytes {
  return [...unsigned(ascii.length), ...Array.from(ascii, (letter) => letter.charCodeAt(0))];
}

/** A count, then the items. */
export function list(items: readonly Parts[]): Parts {
  return [unsigned(items.length), ...items];
}

/** A length, then the content. */
export function sized(content: Parts): Parts {
  return [unsigned(lengthOf(content)), content];
}

function lengthOf(parts: Parts): number {
  return parts.reduce<number>(
    (sum, part) => sum + (typeof part === 'number' ? 1 : lengthOf(part)),
    0,
  );
}
