/** The places of the values from the least to the greatest; equal values in the order of their places. Finite values. */
export function orderOf(values: Float64Array): Uint32Array {
  // Below, counting costs more than comparing.
  if (values.length < 4096) {
    const places = Uint32Array.from(values, (_, place) => place);
    return places.sort((a, b) => values[a] - values[b] || a - b);
  }
  return countedOrder(values);
}

const BITS = 11;
const MASK = (1 << BITS) - 1;

/** Radix sort by the bits of the numbers, 11 at a time (IEEE 754: of equal sign they count as integers do). */
function countedOrder(values: Float64Array): Uint32Array {
  const count = values.length;
  const [low, high] = [new Uint32Array(count), new Uint32Array(count)];
  let [places, next] = [new Uint32Array(count), new Uint32Array(count)];
  const words = new Uint32Array(2);
  const number = new Float64Array(words.buffer);
  for (let i = 0; i < count; i++) {
    // Without the sign of zero, since −0 equals 0.
    number[0] = values[i] + 0;
    const negative = words[HIGH] >>> 31 === 1;
    low[i] = negative ? ~words[LOW] : words[LOW];
    high[i] = negative ? ~words[HIGH] : words[HIGH] ^ 0x80000000;
    places[i] = i;
  }
  for (const keys of [low, high])
    for (let shift = 0; shift < 32; shift += BITS)
      if (sortByDigit(keys, shift, places, next)) [places, next] = [next, places];
  return places;
}

/** Places in the order of one digit of their keys, else as they were. False, and nothing done, where all have the same. */
function sortByDigit(
  keys: Uint32Array,
  shift: number,
  places: Uint32Array,
  sorted: Uint32Array,
): boolean {
  const starts = new Uint32Array(MASK + 2);
  for (let i = 0; i < keys.length; i++) starts[((keys[i] >>> shift) & MASK) + 1]++;
  if (starts.includes(keys.length)) return false;
  for (let digit = 1; digit < starts.length; digit++) starts[digit] += starts[digit - 1];
  for (let i = 0; i < keys.length; i++) {
    const place = places[i];
    sorted[starts[(keys[place] >>> shift) & MASK]++] = place;
  }
  return true;
}

/** Which half of a number's words comes first on this machine. */
const [LOW, HIGH] =
  new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? ([0, 1] as const) : ([1, 0] as const);
