/**
 * The shortest interval that holds the share `probability` of the values, or null where they are too few
 * to tell one from another or not all finite (Chen & Shao 1999). The first of several equally short ones.
 */
export function highestDensityInterval(
  values: Float64Array,
  probability: number,
): readonly [number, number] | null {
  const count = values.length;
  const steps = Math.floor(probability * count);
  if (count - steps < 1 || !values.every(Number.isFinite)) return null;
  const sorted = values.slice().sort();
  let first = 0;
  for (let i = 1; i + steps < count; i++) {
    if (sorted[i + steps] - sorted[i] < sorted[first + steps] - sorted[first]) first = i;
  }
  return [sorted[first], sorted[first + steps]];
}
