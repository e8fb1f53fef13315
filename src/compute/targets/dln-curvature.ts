import { mlpLayout } from './mlp-layout.ts';
import type { DlnProblem } from './problem.ts';

/**
 * The diagonal of the Hessian of L at a minimum `position` of a deep linear network, length d. Entry
 * (j, k) of W_l moves the product by (column j of W_L … W_{l+1})(row k of W_{l−1} … W_1), so its curvature
 * is the product of the two squared norms; away from a minimum it is the Gauss-Newton diagonal.
 */
export function dlnDiagonal({ widths }: DlnProblem, position: Float64Array): Float64Array {
  const { layers, dim } = mlpLayout(widths, false);
  const last = layers.length - 1;
  const weight = (l: number, j: number, k: number) =>
    position[layers[l].weight + j * layers[l].inputs + k];

  // below[l] = W_{l−1} … W_1, widths[l] x inputs; above[l] = W_L … W_{l+1}, transposed to the same form.
  const below: Float64Array[] = [identity(widths[0])];
  for (let l = 0; l < last; l++) {
    below.push(compose((j, k) => weight(l, j, k), widths[l + 1], widths[l], below[l]));
  }
  const above: Float64Array[] = [identity(widths[last + 1])];
  for (let l = last; l > 0; l--) {
    above.unshift(compose((j, k) => weight(l, k, j), widths[l], widths[l + 1], above[0]));
  }

  const diagonal = new Float64Array(dim);
  for (const [l, { inputs, outputs, weight: start }] of layers.entries()) {
    const columns = squaredNorms(above[l], outputs);
    const rows = squaredNorms(below[l], inputs);
    for (let j = 0; j < outputs; j++) {
      for (let k = 0; k < inputs; k++) diagonal[start + j * inputs + k] = columns[j] * rows[k];
    }
  }
  return diagonal;
}

function identity(size: number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) matrix[i * size + i] = 1;
  return matrix;
}

/** The product of a rows x inner matrix, given by its entries, with `right` (inner x columns). */
function compose(
  left: (row: number, column: number) => number,
  rows: number,
  inner: number,
  right: Float64Array,
): Float64Array {
  const columns = right.length / inner;
  const into = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      const factor = left(i, k);
      if (factor === 0) continue;
      for (let c = 0; c < columns; c++) into[i * columns + c] += factor * right[k * columns + c];
    }
  }
  return into;
}

function squaredNorms(matrix: Float64Array, rows: number): Float64Array {
  const columns = matrix.length / rows;
  const norms = new Float64Array(rows);
  for (let i = 0; i < matrix.length; i++) norms[Math.floor(i / columns)] += matrix[i] * matrix[i];
  return norms;
}
