/**
 * One step of Gram and Schmidt: takes from a vector what lies along orthonormal others and makes it of length one. Twice where
 * rounding matters.
 *
 * @returns the length that it had; a vector of length 0 stays.
 */
export function makeOrthonormal(vector: Float64Array, others: readonly Float64Array[]): number {
  for (const other of others) {
    let overlap = 0;
    for (let i = 0; i < vector.length; i++) overlap += vector[i] * other[i];
    for (let i = 0; i < vector.length; i++) vector[i] -= overlap * other[i];
  }
  let squares = 0;
  for (const value of vector) squares += value * value;
  const length = Math.sqrt(squares);
  if (length > 0) for (let i = 0; i < vector.length; i++) vector[i] /= length;
  return length;
}
