import { activate } from './activation.ts';
import { addOuterProduct, product, type Strided } from './matrix-product.ts';
import { type LayerLayout, mlpLayout } from './mlp-layout.ts';
import type { MlpProblem } from './problem.ts';

/** Rows that go through the network together: what a core's own cache holds at a few hundred units. */
export const CHUNK_ROWS = 64;

/**
 * A unit's numbers over a chunk lie contiguously, one unit after the other at this distance. It is not a
 * power of two because walks from unit to unit would then fall into few cache sets.
 */
export const UNIT_STEP = CHUNK_ROWS + 8;

/** The part of an mlp problem that is not data. */
export type NetworkShape = Pick<
  MlpProblem,
  'widths' | 'activation' | 'bias' | 'residualPeriod' | 'layernorm'
>;

/** Added to the standard deviation by which layernorm divides. */
const LAYERNORM_EPSILON = 1e-6;

/**
 * The forward and backward pass of a fully connected network over one chunk of rows. Hidden layer i is
 * h_i = act(norm(W h_{i−1} + b)), plus h_{i−1} (cut, or padded with zeros) where
 * i mod residualPeriod = residualPeriod − 1; the output layer is linear. Layernorm has no learned scale:
 * (z − mean)/(std + 1e-6) over a layer's units.
 *
 * Use: fill `input`, call `forward`, read `output`; write ∂(…)/∂output into `outputGradient`, call
 * `backward`. These three hold unit u of row r at `u·UNIT_STEP + r`. All scratch is allocated once, so
 * an instance serves one computation at a time.
 */
export class MlpNetwork {
  readonly dim: number;
  readonly input: Float64Array;
  readonly output: Float64Array;
  readonly outputGradient: Float64Array;

  private readonly shape: NetworkShape;
  private readonly layers: readonly LayerLayout[];
  /** What each layer reads: the input, then each hidden layer's result. */
  private readonly activations: readonly Float64Array[];
  /** Of each hidden layer: pre-activations, replaced by the activation's derivatives. */
  private readonly slopes: readonly Float64Array[];
  /** Of each layernorm: its result, then std and 1/(std + ε) of every row. */
  private readonly normalised: readonly Float64Array[];
  private readonly deviation: readonly Float64Array[];
  private readonly inverseScale: readonly Float64Array[];
  /** Gradients with respect to a layer's result, the same kept for a skip, and its pre-activations. */
  private readonly upstream: Float64Array;
  private readonly carried: Float64Array;
  private readonly delta: Float64Array;
  private readonly squaredDelta: Float64Array;
  private readonly squaredInput: Float64Array;
  private readonly sums = new Float64Array(CHUNK_ROWS);
  private readonly moments = new Float64Array(CHUNK_ROWS);

  constructor(shape: NetworkShape) {
    const units = (count: number) => new Float64Array(count * UNIT_STEP);
    const rows = () => new Float64Array(CHUNK_ROWS);
    const { widths } = shape;
    const layout = mlpLayout(widths, shape.bias);
    const normed = shape.layernorm ? widths.slice(1, -1) : [];
    const widest = Math.max(...widths);
    this.shape = shape;
    this.layers = layout.layers;
    this.dim = layout.dim;
    this.activations = widths.slice(0, -1).map(units);
    this.slopes = widths.slice(1, -1).map(units);
    this.normalised = normed.map(units);
    this.deviation = normed.map(rows);
    this.inverseScale = normed.map(rows);
    this.input = this.activations[0];
    this.output = units(widths[widths.length - 1]);
    this.outputGradient = units(widths[widths.length - 1]);
    this.upstream = units(widest);
    this.carried = units(shape.residualPeriod > 0 ? widest : 0);
    this.delta = units(widest);
    this.squaredDelta = units(widest);
    this.squaredInput = units(widest);
  }

  /** Writes f(input) into `output` for the first `rows` rows; `keep` what `backward` needs. */
  forward(position: Float64Array, rows: number, keep: boolean): void {
    const last = this.layers.length - 1;
    for (let l = 0; l <= last; l++) {
      const { inputs, outputs, weight, bias } = this.layers[l];
      const into = l === last ? this.output : this.slopes[l];
      product(
        { values: position, start: weight, rowStep: inputs, columnStep: 1 },
        chunk(this.activations[l]),
        chunk(into),
        { rows: outputs, inner: inputs, columns: wholeBlocks(rows) },
        bias === null ? null : { values: position, start: bias },
      );
      if (l === last) return;
      if (this.shape.layernorm) this.normalise(l, rows);
      const result = this.activations[l + 1];
      for (let u = 0; u < outputs; u++) {
        const from = u * UNIT_STEP;
        activate(this.shape.activation, into, result, keep ? into : null, from, rows);
      }
      addUnits(this.activations[l], result, this.skippedUnits(l), rows);
    }
  }

  /**
   * Adds the gradient of Σ_{rows, outputs} outputGradient·output with respect to the parameters to
   * `into`, after a `forward` that kept. With `squares` it adds Σ_rows of the square of each row's own
   * gradient instead.
   */
  backward(position: Float64Array, rows: number, into: Float64Array, squares = false): void {
    const last = this.layers.length - 1;
    for (let l = last; l >= 0; l--) {
      const { inputs, outputs, weight, bias } = this.layers[l];
      if (l < last) this.throughActivation(l, rows);
      const delta = l < last ? this.delta : this.outputGradient;
      const left = squares ? squared(delta, this.squaredDelta, outputs, rows) : delta;
      const right = squares
        ? squared(this.activations[l], this.squaredInput, inputs, rows)
        : this.activations[l];
      addOuterProduct(
        chunk(left),
        chunk(right),
        { values: into, start: weight, rowStep: inputs, columnStep: 1 },
        { rows: outputs, inner: rows, columns: inputs },
      );
      if (bias !== null) addRowSums(left, into, bias, outputs, rows);
      if (l === 0) return;
      const skipped = this.skippedUnits(l);
      for (let i = 0; i < skipped * UNIT_STEP; i++) this.carried[i] = this.upstream[i];
      product(
        { values: position, start: weight, rowStep: 1, columnStep: inputs },
        chunk(delta),
        chunk(this.upstream),
        { rows: inputs, inner: outputs, columns: wholeBlocks(rows) },
        null,
      );
      addUnits(this.carried, this.upstream, skipped, rows);
    }
  }

  /** How many units of its input layer l adds to its result. */
  private skippedUnits(l: number): number {
    const period = this.shape.residualPeriod;
    const hidden = l < this.layers.length - 1;
    if (!hidden || period === 0 || l % period !== period - 1) return 0;
    return Math.min(this.layers[l].inputs, this.layers[l].outputs);
  }

  private normalise(l: number, rows: number): void {
    const { outputs } = this.layers[l];
    const z = this.slopes[l];
    const into = this.normalised[l];
    const mean = this.sums.fill(0);
    const variance = this.moments.fill(0);
    for (let u = 0; u < outputs; u++) {
      for (let r = 0; r < rows; r++) mean[r] += z[u * UNIT_STEP + r] / outputs;
    }
    for (let u = 0; u < outputs; u++) {
      for (let r = 0; r < rows; r++) {
        const centred = z[u * UNIT_STEP + r] - mean[r];
        variance[r] += (centred * centred) / outputs;
      }
    }
    for (let r = 0; r < rows; r++) {
      this.deviation[l][r] = Math.sqrt(variance[r]);
      this.inverseScale[l][r] = 1 / (this.deviation[l][r] + LAYERNORM_EPSILON);
    }
    for (let u = 0; u < outputs; u++) {
      for (let r = 0; r < rows; r++) {
        const i = u * UNIT_STEP + r;
        into[i] = (z[i] - mean[r]) * this.inverseScale[l][r];
        z[i] = into[i];
      }
    }
  }

  /** delta ← the gradient with respect to layer l's pre-activations, from `upstream`. */
  private throughActivation(l: number, rows: number): void {
    const { outputs } = this.layers[l];
    const { delta, upstream } = this;
    const slope = this.slopes[l];
    for (let u = 0; u < outputs; u++) {
      for (let i = u * UNIT_STEP; i < u * UNIT_STEP + rows; i++) delta[i] = upstream[i] * slope[i];
    }
    if (this.shape.layernorm) this.throughLayernorm(l, rows);
  }

  /**
   * With y = (z − mean)/s and s = std + ε: ∂/∂z_j = (g_j − mean g)/s − y_j·mean(g y)/std. Where all units
   * agree, std and y are 0 and the second term is taken as 0.
   */
  private throughLayernorm(l: number, rows: number): void {
    const { outputs } = this.layers[l];
    const { delta } = this;
    const y = this.normalised[l];
    const mean = this.sums.fill(0);
    const overlap = this.moments.fill(0);
    for (let u = 0; u < outputs; u++) {
      for (let r = 0; r < rows; r++) {
        const i = u * UNIT_STEP + r;
        mean[r] += delta[i] / outputs;
        overlap[r] += (delta[i] * y[i]) / outputs;
      }
    }
    for (let r = 0; r < rows; r++) {
      const deviation = this.deviation[l][r];
      overlap[r] = deviation > 0 ? overlap[r] / deviation : 0;
    }
    for (let u = 0; u < outputs; u++) {
      for (let r = 0; r < rows; r++) {
        const i = u * UNIT_STEP + r;
        delta[i] = (delta[i] - mean[r]) * this.inverseScale[l][r] - y[i] * overlap[r];
      }
    }
  }
}

/** A chunk's buffer as a matrix, units x rows. */
function chunk(values: Float64Array): Strided {
  return { values, start: 0, rowStep: UNIT_STEP, columnStep: 1 };
}

/** Columns beyond the rows are computed from leftovers and never read: whole blocks are faster. */
function wholeBlocks(rows: number): number {
  return (rows + 3) & ~3;
}

function addUnits(from: Float64Array, into: Float64Array, units: number, rows: number): void {
  for (let u = 0; u < units; u++) {
    for (let i = u * UNIT_STEP; i < u * UNIT_STEP + rows; i++) into[i] += from[i];
  }
}

function squared(of: Float64Array, into: Float64Array, units: number, rows: number): Float64Array {
  for (let u = 0; u < units; u++) {
    for (let i = u * UNIT_STEP; i < u * UNIT_STEP + rows; i++) into[i] = of[i] * of[i];
  }
  return into;
}

function addRowSums(
  of: Float64Array,
  into: Float64Array,
  start: number,
  units: number,
  rows: number,
): void {
  for (let u = 0; u < units; u++) {
    // Two sums at a time do not wait for each other.
    let even = 0;
    let odd = 0;
    const end = u * UNIT_STEP + rows;
    let i = u * UNIT_STEP;
    for (; i + 1 < end; i += 2) {
      even += of[i];
      odd += of[i + 1];
    }
    if (i < end) even += of[i];
    into[start + u] += even + odd;
  }
}
