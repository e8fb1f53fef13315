import type { Activation } from '../../../settings.ts';
import { TANH, WORDS } from './numbers.ts';

/** What becomes of a product's sums. */
export type Finish = 'sum' | 'activate' | 'activate-only' | 'times';

/** Results of one workgroup: a thread has `rowsEach x columnsEach` of them. */
export interface Tile {
  readonly threadRows: number;
  readonly threadColumns: number;
  readonly rowsEach: number;
  readonly columnsEach: number;
}

/** Terms that are fetched at once. */
const DEPTH = 16;

/** The tile that wastes little on a product of `rows x columns` results. */
export function tileFor(rows: number, columns: number): Tile {
  const narrow = 4;
  if (rows <= narrow) return { threadRows: 4, threadColumns: 64, rowsEach: 1, columnsEach: 1 };
  if (columns <= narrow) return { threadRows: 64, threadColumns: 4, rowsEach: 1, columnsEach: 1 };
  const each = (size: number) => (size <= 16 ? 1 : size <= 32 ? 2 : 4);
  return { threadRows: 16, threadColumns: 16, rowsEach: each(rows), columnsEach: each(columns) };
}

export function tileSize(tile: Tile): { readonly rows: number; readonly columns: number } {
  return {
    rows: tile.threadRows * tile.rowsEach,
    columns: tile.threadColumns * tile.columnsEach,
  };
}

/** The words of a product, in their order; all counted in numbers. */
export const PRODUCT_WORDS = [
  'rows',
  'columns',
  'inner',
  /** Where a(row, k) lies: aStart + chain·aChain + row·aRow + k·aInner. */
  'aStart',
  'aChain',
  'aRow',
  'aInner',
  /** b(k, column) */
  'bStart',
  'bChain',
  'bInner',
  'bColumn',
  /** c(row, column), columns being neighbours */
  'cStart',
  'cChain',
  'cRow',
  /** Where offsets(row) lie in `a`, from a chain's start; NONE without. */
  'offsets',
  /** The inner dimension is cut into parts of so many terms; each has results of its own, `cPart` apart. */
  'innerEach',
  'cPart',
  /** Columns from this one on go to `lastStart` + row instead, and b is 1 there: a bias's gradient. NONE without. */
  'lastColumn',
  'lastStart',
  /** The chain that a workgroup's z begins at. */
  'firstChain',
  'chains',
] as const;

export const NONE = 0xffffffff;

/** Where words lie in `p`, as constants of a shader. */
const named = PRODUCT_WORDS.map((name, index) => `const ${name} = ${index}u;`).join('\n');

/**
 * c(row, column) = Σ_k a(row, k)·b(k, column), for every chain and part: bindings a, b, c and, where slopes are kept, d, which
 * lies as c does. A workgroup fetches a strip of both factors for its tile and multiplies from there.
 */
export function productShader(tile: Tile, finish: Finish, activation: Activation): string {
  const { threadRows, threadColumns, rowsEach, columnsEach } = tile;
  const { rows, columns } = tileSize(tile);
  const threads = threadRows * threadColumns;
  const keeps = finish === 'activate';
  return `
${WORDS}
${named}
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;
${keeps ? '@group(0) @binding(4) var<storage, read_write> d: array<f32>;' : ''}
${finish.startsWith('activate') ? activationShader(activation) : ''}
var<workgroup> left: array<f32, ${DEPTH * rows}>;
var<workgroup> right: array<f32, ${DEPTH * columns}>;

@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let local_chain = p[firstChain] + group.z % p[chains];
  let part = group.z / p[chains];
  let a_base = p[aStart] + local_chain * p[aChain];
  let b_base = p[bStart] + (group.z % p[chains]) * p[bChain];
  let first_row = group.y * ${rows}u;
  let first_column = group.x * ${columns}u;
  let begin = part * p[innerEach];
  let end = min(p[inner], begin + p[innerEach]);
  let my_row = (thread / ${threadColumns}u) * ${rowsEach}u;
  let my_column = thread % ${threadColumns}u;
  var sums: array<array<f32, ${columnsEach}>, ${rowsEach}>;
  for (var k = begin; k < end; k += ${DEPTH}u) {
    workgroupBarrier();
    for (var i = thread; i < ${DEPTH * rows}u; i += ${threads}u) {
      // Neighbouring threads fetch neighbouring numbers.
      let by_inner = p[aInner] == 1u;
      let row = select(i % ${rows}u, i / ${DEPTH}u, by_inner);
      let depth = select(i / ${rows}u, i % ${DEPTH}u, by_inner);
      let there = first_row + row < p[rows] && k + depth < end;
      let at = a_base + (first_row + row) * p[aRow] + (k + depth) * p[aInner];
      var value = 0.0;
      if (there) { value = a[at]; }
      left[depth * ${rows}u + row] = value;
    }
    for (var i = thread; i < ${DEPTH * columns}u; i += ${threads}u) {
      let by_inner = p[bInner] == 1u;
      let column = select(i % ${columns}u, i / ${DEPTH}u, by_inner);
      let depth = select(i / ${columns}u, i % ${DEPTH}u, by_inner);
      let there = first_column + column < p[columns] && k + depth < end;
      let at = b_base + (k + depth) * p[bInner] + (first_column + column) * p[bColumn];
      var value = 0.0;
      if (there) {
        if (first_column + column == p[lastColumn]) { value = 1.0; } else { value = b[at]; }
      }
      right[depth * ${columns}u + column] = value;
    }
    workgroupBarrier();
    for (var depth = 0u; depth < ${DEPTH}u; depth++) {
      for (var i = 0u; i < ${rowsEach}u; i++) {
        let factor = left[depth * ${rows}u + my_row + i];
        for (var j = 0u; j < ${columnsEach}u; j++) {
          sums[i][j] = fma(factor, right[depth * ${columns}u + my_column + j * ${threadColumns}u], sums[i][j]);
        }
      }
    }
  }
  for (var i = 0u; i < ${rowsEach}u; i++) {
    let row = first_row + my_row + i;
    if (row >= p[rows]) { continue; }
    var offset = 0.0;
    if (p[offsets] != ${NONE}u) { offset = a[local_chain * p[aChain] + p[offsets] + row]; }
    for (var j = 0u; j < ${columnsEach}u; j++) {
      let column = first_column + my_column + j * ${threadColumns}u;
      if (column >= p[columns]) { continue; }
      let sum = sums[i][j] + offset;
      let base = (group.z % p[chains]) * p[cChain] + part * p[cPart];
      var at = p[cStart] + base + row * p[cRow] + column;
      if (column == p[lastColumn]) { at = p[lastStart] + base + row; }
      ${FINISH[finish]}
    }
  }
}
`;
}

const FINISH: Readonly<Record<Finish, string>> = {
  sum: 'c[at] = sum;',
  times: 'c[at] = sum * c[at];',
  activate: 'c[at] = activated(sum); d[at] = slope(sum);',
  'activate-only': 'c[at] = activated(sum);',
};

/** `activated` and `slope`, of `targets/activation.ts`. */
export function activationShader(activation: Activation): string {
  switch (activation) {
    case 'identity':
      return 'fn activated(z: f32) -> f32 { return z; } fn slope(z: f32) -> f32 { return 1.0; }';
    case 'relu':
      // What is not a number stays so.
      return `fn activated(z: f32) -> f32 { return select(z, 0.0, z < 0.0); }
fn slope(z: f32) -> f32 { return select(0.0, 1.0, z > 0.0); }`;
    case 'tanh':
      return `${TANH}
fn activated(z: f32) -> f32 { return hyperbolic(z); }
fn slope(z: f32) -> f32 { let t = hyperbolic(z); return 1.0 - t * t; }`;
    case 'gelu':
      return `${TANH}
fn activated(z: f32) -> f32 {
  return 0.5 * z * (1.0 + hyperbolic(0.7978845608 * (z + 0.044715 * z * z * z)));
}
fn slope(z: f32) -> f32 {
  let t = hyperbolic(0.7978845608 * (z + 0.044715 * z * z * z));
  return 0.5 * (1.0 + t) + 0.5 * z * (1.0 - t * t) * 0.7978845608 * (1.0 + 0.134145 * z * z);
}`;
  }
}
