import { philox } from './philox.ts';

/**
 * A stream of random numbers, named and not stored: every number is a pure function of the stream, a
 * step and an index, so that chains, threads, machines and restarts agree (Salmon et al. 2011).
 */
export interface Stream {
  readonly key0: number;
  readonly key1: number;
}

/** What a stream is for. Purposes never share numbers. */
export type Purpose =
  | 'data'
  | 'data_noise'
  | 'teacher'
  | 'teacher_dropout'
  | 'student_init'
  | 'chain_init'
  | 'batch'
  | 'evaluation'
  | 'noise'
  | 'momentum'
  | 'accept'
  | 'jitter'
  | 'probe'
  | 'projection';

/**
 * The stream of one purpose. `labels` name the rest (problem, sampler, chain …); equal names give equal
 * numbers on every machine, whatever the order in which streams are made.
 */
export function stream(
  seed: number,
  purpose: Purpose,
  ...labels: readonly (string | number)[]
): Stream {
  return nameHash(JSON.stringify([seed, purpose, ...labels]));
}

/** FNV-1a over two 32-bit lanes with different offsets, finished by MurmurHash3's mixer. */
function nameHash(name: string): Stream {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let i = 0; i < name.length; i++) {
    a = Math.imul(a ^ name.charCodeAt(i), 0x01000193);
    b = Math.imul(b ^ name.charCodeAt(i), 0x85ebca6b) ^ (b >>> 15);
  }
  return { key0: mix(a), key1: mix(b ^ (a >>> 7)) };
}

function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const TWO_POW_32 = 4294967296;
const words = new Uint32Array(4);
const counter: [number, number, number, number] = [0, 0, 0, 0];

/** Puts the four words of one block of one kind of numbers into `words`. */
function draw(source: Stream, step: number, block: number, domain: number): void {
  counter[0] = block;
  counter[1] = domain;
  counter[2] = step >>> 0;
  counter[3] = Math.floor(step / TWO_POW_32) >>> 0;
  philox(source, counter, words);
}

/** A number in (0, 1), never 0 or 1, with 32 bits of resolution. */
export function uniform(from: Stream, step: number, index = 0): number {
  draw(from, step, index >>> 2, UNIFORM_DOMAIN);
  return (words[index & 3] + 0.5) / TWO_POW_32;
}

/** A standard normal number; the same that `fillNormals` puts at `index`. */
export function normal(from: Stream, step: number, index = 0): number {
  draw(from, step, index >>> 2, NORMAL_DOMAIN);
  const pair = (index & 2) === 0 ? 0 : 2;
  const radius = Math.sqrt(-2 * Math.log((words[pair] + 0.5) / TWO_POW_32));
  const angle = (2 * Math.PI * words[pair + 1]) / TWO_POW_32;
  return radius * ((index & 1) === 0 ? Math.cos(angle) : Math.sin(angle));
}

/** Overwrites `out[from … from+length)` with standard normals (Box & Muller 1958) z(step, 0 …). */
export function fillNormals(
  source: Stream,
  step: number,
  out: Float64Array,
  from = 0,
  length = out.length - from,
): void {
  for (let i = 0; i < length; i += 4) {
    draw(source, step, i >>> 2, NORMAL_DOMAIN);
    for (let pair = 0; pair < 4 && i + pair < length; pair += 2) {
      const radius = Math.sqrt(-2 * Math.log((words[pair] + 0.5) / TWO_POW_32));
      const angle = (2 * Math.PI * words[pair + 1]) / TWO_POW_32;
      out[from + i + pair] = radius * Math.cos(angle);
      if (i + pair + 1 < length) out[from + i + pair + 1] = radius * Math.sin(angle);
    }
  }
}

/** Overwrites `out` with indices in 0 … below−1, drawn with replacement. */
export function fillIndices(source: Stream, step: number, below: number, out: Int32Array): void {
  for (let i = 0; i < out.length; i++) {
    if ((i & 3) === 0) draw(source, step, i >>> 2, INDEX_DOMAIN);
    out[i] = Math.floor((words[i & 3] / TWO_POW_32) * below);
  }
}

/**
 * Overwrites `out` with the rows of a minibatch: one of each of as many equal shares of 0 … rows−1 as `out` has
 * places, in order. A share may end within a row, which then belongs to both in part: row i is
 * ⌊(i + u)·rows/places⌋, so that every row is as likely as any other and a batch's mean gradient is unbiased. Rows that
 * lie in no order make batches as those without replacement, whose mean varies less than that with replacement, by
 * 1 − places/rows (Cochran 1977, stratified sampling).
 */
export function fillBatch(source: Stream, step: number, rows: number, out: Int32Array): void {
  fillIndices(source, step, rows, out);
  // Whole numbers all the way, which every engine can have exactly.
  for (let i = 0; i < out.length; i++) out[i] = Math.floor((i * rows + out[i]) / out.length);
}

/** Keeps the kinds of numbers of one stream and step apart. */
const UNIFORM_DOMAIN = 1;
const NORMAL_DOMAIN = 2;
const INDEX_DOMAIN = 3;
