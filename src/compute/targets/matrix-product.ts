/**
 * The two dense products that every network here is made of, f64. Both keep a 2 x 4 block of the result
 * in registers, which is what one core without vector instructions does fastest.
 */

/** A matrix inside a larger array: element (i, j) lies at `start + i·rowStep + j·columnStep`. */
export interface Strided {
  readonly values: Float64Array;
  readonly start: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

/**
 * into(i, j) ← Σ_k left(i, k)·right(k, j) + offset_i, for `rows` x `columns` results over `inner` terms.
 * `right` and `into` need contiguous columns. `offset` null means 0.
 */
export function product(
  left: Strided,
  right: Strided,
  into: Strided,
  shape: { readonly rows: number; readonly inner: number; readonly columns: number },
  offset: { readonly values: Float64Array; readonly start: number } | null,
): void {
  const a = left.values;
  const b = right.values;
  const c = into.values;
  const { rows, inner, columns } = shape;
  const aStep = left.columnStep;
  const bStep = right.rowStep;
  for (let i = 0; i < rows; i += 2) {
    const pair = i + 1 < rows;
    const a0 = left.start + i * left.rowStep;
    // An odd last row is computed twice instead of having a kernel of its own.
    const a1 = pair ? a0 + left.rowStep : a0;
    const c0 = into.start + i * into.rowStep;
    const c1 = pair ? c0 + into.rowStep : c0;
    const offset0 = offset === null ? 0 : offset.values[offset.start + i];
    const offset1 = offset === null ? 0 : offset.values[offset.start + (pair ? i + 1 : i)];
    let j = 0;
    for (; j + 4 <= columns; j += 4) {
      let s00 = offset0;
      let s01 = offset0;
      let s02 = offset0;
      let s03 = offset0;
      let s10 = offset1;
      let s11 = offset1;
      let s12 = offset1;
      let s13 = offset1;
      let p = a0;
      let q = a1;
      let r = right.start + j;
      for (let k = 0; k < inner; k++) {
        const u = a[p];
        const v = a[q];
        const b0 = b[r];
        const b1 = b[r + 1];
        const b2 = b[r + 2];
        const b3 = b[r + 3];
        s00 += u * b0;
        s01 += u * b1;
        s02 += u * b2;
        s03 += u * b3;
        s10 += v * b0;
        s11 += v * b1;
        s12 += v * b2;
        s13 += v * b3;
        p += aStep;
        q += aStep;
        r += bStep;
      }
      c[c0 + j] = s00;
      c[c0 + j + 1] = s01;
      c[c0 + j + 2] = s02;
      c[c0 + j + 3] = s03;
      c[c1 + j] = s10;
      c[c1 + j + 1] = s11;
      c[c1 + j + 2] = s12;
      c[c1 + j + 3] = s13;
    }
    for (; j < columns; j++) {
      let s0 = offset0;
      let s1 = offset1;
      for (let k = 0; k < inner; k++) {
        const value = b[right.start + k * bStep + j];
        s0 += a[a0 + k * aStep] * value;
        s1 += a[a1 + k * aStep] * value;
      }
      c[c0 + j] = s0;
      c[c1 + j] = s1;
    }
  }
}

/**
 * into(i, j) += Σ_k left(i, k)·right(j, k), for `rows` x `columns` results over `inner` terms: the shape
 * of a weight's gradient. All three need contiguous columns.
 */
export function addOuterProduct(
  left: Strided,
  right: Strided,
  into: Strided,
  shape: { readonly rows: number; readonly inner: number; readonly columns: number },
): void {
  const a = left.values;
  const b = right.values;
  const c = into.values;
  const { rows, inner, columns } = shape;
  for (let i = 0; i < rows; i += 2) {
    const pair = i + 1 < rows;
    const a0 = left.start + i * left.rowStep;
    const a1 = pair ? a0 + left.rowStep : a0;
    const c0 = into.start + i * into.rowStep;
    const c1 = c0 + into.rowStep;
    let j = 0;
    for (; j + 4 <= columns; j += 4) {
      const b0 = right.start + j * right.rowStep;
      const b1 = b0 + right.rowStep;
      const b2 = b1 + right.rowStep;
      const b3 = b2 + right.rowStep;
      let s00 = 0;
      let s01 = 0;
      let s02 = 0;
      let s03 = 0;
      let s10 = 0;
      let s11 = 0;
      let s12 = 0;
      let s13 = 0;
      for (let k = 0; k < inner; k++) {
        const u = a[a0 + k];
        const v = a[a1 + k];
        const w0 = b[b0 + k];
        const w1 = b[b1 + k];
        const w2 = b[b2 + k];
        const w3 = b[b3 + k];
        s00 += u * w0;
        s01 += u * w1;
        s02 += u * w2;
        s03 += u * w3;
        s10 += v * w0;
        s11 += v * w1;
        s12 += v * w2;
        s13 += v * w3;
      }
      c[c0 + j] += s00;
      c[c0 + j + 1] += s01;
      c[c0 + j + 2] += s02;
      c[c0 + j + 3] += s03;
      if (!pair) continue;
      c[c1 + j] += s10;
      c[c1 + j + 1] += s11;
      c[c1 + j + 2] += s12;
      c[c1 + j + 3] += s13;
    }
    for (; j < columns; j++) {
      const b0 = right.start + j * right.rowStep;
      let s0 = 0;
      let s1 = 0;
      for (let k = 0; k < inner; k++) {
        s0 += a[a0 + k] * b[b0 + k];
        s1 += a[a1 + k] * b[b0 + k];
      }
      c[c0 + j] += s0;
      if (pair) c[c1 + j] += s1;
    }
  }
}
