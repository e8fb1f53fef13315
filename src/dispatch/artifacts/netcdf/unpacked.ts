import type { Dataset } from 'h5wasm';

/**
 * What the stored numbers of a variable mean by its attributes (CF conventions, 2.5.1 and 8.1): those equal to
 * `_FillValue` or `missing_value` are NaN, the others times `scale_factor` plus `add_offset`.
 */
export function unpacked(dataset: Dataset, stored: Float64Array): Float64Array {
  const { _FillValue, missing_value, scale_factor, add_offset } = dataset.attrs;
  const missing = [_FillValue, missing_value].flatMap((attribute) => numberIn(attribute) ?? []);
  const scale = numberIn(scale_factor) ?? 1;
  const offset = numberIn(add_offset) ?? 0;
  if (scale === 1 && offset === 0 && missing.every(Number.isNaN)) return stored;
  return stored.map((value) => (missing.includes(value) ? Number.NaN : value * scale + offset));
}

function numberIn(attribute: Dataset['attrs'][string] | undefined): number | null {
  const value = attribute?.value;
  const one = ArrayBuffer.isView(value) ? (value as unknown as ArrayLike<unknown>)[0] : value;
  return typeof one === 'number' || typeof one === 'bigint' ? Number(one) : null;
}
