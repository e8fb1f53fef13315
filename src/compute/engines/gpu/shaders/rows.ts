import type { Activation } from '../../../settings.ts';
import type { MlpProblem } from '../../../targets/problem.ts';
import { COMPENSATED, LOG1P, PHILOX, THREADS, TOTAL, WORDS } from './numbers.ts';
import { activationShader } from './product.ts';

/** Rows that a workgroup gathers, a block of Philox's four words to each four. */
export const GATHERED_ROWS = THREADS;

/**
 * A minibatch's rows for every chain: (x, y, batchX, batchY). Words: rows of data, inputs, outputs, first row of the chunk, rows in
 * it, row step, stepLow, stepHigh, first chain, rows of the batch, then two key words a
 * chain. Units lie apart by the number of rows.
 */
export const GATHER = `
${WORDS}
${PHILOX}
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> batch_x: array<f32>;
@group(0) @binding(4) var<storage, read_write> batch_y: array<f32>;
// (i·n + h)/b rounded down, for b below 2³¹: the products have more bits than a word.
fn share(i: u32, n: u32, h: u32, b: u32) -> u32 {
  var whole = h / b;
  var rest = 0u;
  var product = 0u;
  for (var bit = 32u; bit > 0u; bit--) {
    rest = 2u * rest;
    product = 2u * product;
    if (rest >= b) { rest -= b; product++; }
    if (((i >> (bit - 1u)) & 1u) == 1u) {
      rest += n % b;
      product += n / b;
      if (rest >= b) { rest -= b; product++; }
    }
  }
  whole += product;
  rest += h % b;
  return select(whole, whole + 1u, rest >= b);
}
@compute @workgroup_size(${GATHERED_ROWS})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x;
  if (row >= p[4]) { return; }
  let data_rows = p[0];
  let inputs = p[1];
  let outputs = p[2];
  let place = p[3] + row;
  let row_step = p[5];
  let chain = p[8] + id.z;
  let key = vec2u(p[10u + 2u * chain], p[11u + 2u * chain]);
  let words = philox(vec4u(place / 4u, 3u, p[6], p[7]), key);
  // The upper half of the product is the whole part of word·rows/2³².
  let chosen = share(place, data_rows, high(words[place % 4u], data_rows), p[9]);
  for (var i = 0u; i < inputs; i++) { batch_x[(id.z * inputs + i) * row_step + row] = x[i * data_rows + chosen]; }
  for (var o = 0u; o < outputs; o++) { batch_y[(id.z * outputs + o) * row_step + row] = y[o * data_rows + chosen]; }
}
`;

/** Rows that a workgroup of `residualsShader` adds up. */
export const RESIDUAL_ROWS = THREADS;

/**
 * The losses at the end of a network, of `targets/mlp.ts`: (output, expected, sums). The output becomes weight times their
 * derivatives; a workgroup leaves the sum of its rows' losses. Words: rows, outputs, row step, first expected row, expected's row
 * step, expected's chain step, first place of the sums, sums a chain, weight, student's ν + 1 and ν s².
 */
export function residualsShader(loss: MlpProblem['loss']): string {
  const value = loss === 'mse' ? 'r * r' : '0.5 * number(9u) * log1p(r * r / number(10u))';
  const slope = loss === 'mse' ? '2.0 * r' : 'number(9u) * r / (number(10u) + r * r)';
  return `
${WORDS}
${TOTAL}
${LOG1P}
@group(0) @binding(1) var<storage, read_write> output: array<f32>;
@group(0) @binding(2) var<storage, read> expected: array<f32>;
@group(0) @binding(3) var<storage, read_write> sums: array<vec2f>;
@compute @workgroup_size(${RESIDUAL_ROWS})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u,
        @builtin(local_invocation_index) thread: u32) {
  var sum = vec2f(0.0);
  if (id.x < p[0]) {
    for (var o = 0u; o < p[1]; o++) {
      let at = (id.z * p[1] + o) * p[2] + id.x;
      let r = output[at] - expected[id.z * p[5] + o * p[4] + p[3] + id.x];
      sum = plus(sum, vec2f(${value}, 0.0));
      output[at] = number(8u) * (${slope});
    }
  }
  let all = total(thread, sum);
  if (thread == 0u) { sums[id.z * p[7] + p[6] + group.x] = all; }
}
`;
}

/** Adds up the sums of every chain: (sums, slots). Words: sums, sums a chain, place in the slots. */
export const LOSS_TOTAL = `
${WORDS}
${TOTAL}
@group(0) @binding(1) var<storage, read> sums: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> slots: array<vec2f>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  var sum = vec2f(0.0);
  for (var i = thread; i < p[0]; i += ${THREADS}u) { sum = plus(sum, sums[group.z * p[1] + i]); }
  let all = total(thread, sum);
  if (thread == 0u) { slots[p[2] + group.z] = all; }
}
`;

/**
 * Adds up the parts of a gradient, in their order: (parts, gradient). Words: numbers, parts, parts that a chain has room for, first
 * chain, whether what the gradient was is kept.
 */
export const GRADIENT_TOTAL = `
${WORDS}
${COMPENSATED}
@group(0) @binding(1) var<storage, read> parts: array<f32>;
@group(0) @binding(2) var<storage, read_write> gradient: array<f32>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p[0]) { return; }
  let at = (p[3] + id.z) * p[0] + id.x;
  var sum = vec2f(0.0);
  if (p[4] == 1u) { sum.x = gradient[at]; }
  for (var part = 0u; part < p[1]; part++) {
    sum = plus(sum, vec2f(parts[(id.z * p[2] + part) * p[0] + id.x], 0.0));
  }
  gradient[at] = sum.x + sum.y;
}
`;

/** Threads of a workgroup that takes a row each. */
export const ROW_THREADS = 64;

const EPSILON = '1e-6';

/**
 * Layernorm over the units of a row, then the activation: (z, result, slopes, deviations). z becomes the normalised sums; a
 * row's standard deviation is kept. Words: rows, units, row step.
 */
export function layernormShader(activation: Activation): string {
  return `
${WORDS}
${activationShader(activation)}
@group(0) @binding(1) var<storage, read_write> z: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;
@group(0) @binding(3) var<storage, read_write> slopes: array<f32>;
@group(0) @binding(4) var<storage, read_write> deviations: array<f32>;
@compute @workgroup_size(${ROW_THREADS})
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p[0]) { return; }
  let units = p[1];
  let start = id.z * units * p[2] + id.x;
  var mean = 0.0;
  for (var u = 0u; u < units; u++) { mean += z[start + u * p[2]]; }
  mean /= f32(units);
  var variance = 0.0;
  for (var u = 0u; u < units; u++) {
    let away = z[start + u * p[2]] - mean;
    variance += away * away;
  }
  let deviation = sqrt(variance / f32(units));
  for (var u = 0u; u < units; u++) {
    let at = start + u * p[2];
    let y = (z[at] - mean) / (deviation + ${EPSILON});
    z[at] = y;
    result[at] = activated(y);
    slopes[at] = slope(y);
  }
  deviations[id.z * p[2] + id.x] = deviation;
}
`;
}

/**
 * delta ← the gradient before layernorm from that after it (`targets/mlp-network.ts`): (delta, normalised, deviations). Words:
 * rows, units, row step.
 */
export const LAYERNORM_BACK = `
${WORDS}
@group(0) @binding(1) var<storage, read_write> delta: array<f32>;
@group(0) @binding(2) var<storage, read> normalised: array<f32>;
@group(0) @binding(3) var<storage, read> deviations: array<f32>;
@compute @workgroup_size(${ROW_THREADS})
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p[0]) { return; }
  let units = p[1];
  let start = id.z * units * p[2] + id.x;
  var mean = 0.0;
  var overlap = 0.0;
  for (var u = 0u; u < units; u++) {
    let at = start + u * p[2];
    mean += delta[at];
    overlap += delta[at] * normalised[at];
  }
  mean /= f32(units);
  overlap /= f32(units);
  let deviation = deviations[id.z * p[2] + id.x];
  overlap = select(0.0, overlap / deviation, deviation > 0.0);
  for (var u = 0u; u < units; u++) {
    let at = start + u * p[2];
    delta[at] = (delta[at] - mean) / (deviation + ${EPSILON}) - normalised[at] * overlap;
  }
}
`;

/**
 * into ← into ∘ source, a unit a row of workgroups: (source, into). Words: rows, where `source` begins, its steps from chain to chain and
 * from unit to unit, those of `into`.
 */
export function unitsShader(what: 'add' | 'multiply'): string {
  return `
${WORDS}
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> into: array<f32>;
@compute @workgroup_size(${ROW_THREADS})
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p[0]) { return; }
  let value = source[p[1] + id.z * p[2] + id.y * p[3] + id.x];
  let at = id.z * p[4] + id.y * p[5] + id.x;
  into[at] = into[at] ${what === 'add' ? '+' : '*'} value;
}
`;
}
