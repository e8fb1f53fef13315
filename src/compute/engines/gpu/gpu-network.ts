import { mlpLayout } from '../../targets/mlp-layout.ts';
import type { MlpProblem } from '../../targets/problem.ts';
import type { Batch } from '../engine.ts';
import { isDirect, skippedUnits } from '../network-shape.ts';
import { type DeviceBuffer, type Recording, single } from './recording.ts';
import { THREADS } from './shaders/numbers.ts';
import {
  type Finish,
  NONE,
  PRODUCT_WORDS,
  productShader,
  tileFor,
  tileSize,
} from './shaders/product.ts';
import {
  GATHER,
  GATHERED_ROWS,
  GRADIENT_TOTAL,
  LAYERNORM_BACK,
  LOSS_TOTAL,
  layernormShader,
  RESIDUAL_ROWS,
  ROW_THREADS,
  residualsShader,
  unitsShader,
} from './shaders/rows.ts';

/** What the activations of one pass may take together. */
const MOST_BYTES = 2 ** 28;

/** Rows of a chunk are a multiple of this. */
const ROWS_AT_LEAST = 64;

/** Rows whose sum of a weight's gradient is one part: parts run side by side. */
const PART_ROWS = 512;

/** Where a pass puts the losses: that of chain 0, and the others after it. */
export interface LossPlace {
  readonly slots: DeviceBuffer;
  readonly at: number;
}

/** Units of rows in a buffer: where they begin, and how far chains and units lie apart. */
interface Units {
  readonly buffer: DeviceBuffer;
  readonly first: number;
  readonly chainStep: number;
  readonly unitStep: number;
}

/** A chunk of rows of some neighbouring chains. */
interface Pass {
  readonly firstChain: number;
  readonly chains: number;
  readonly count: number;
  readonly x: Units;
  readonly y: Units;
}

/** A product: its factors and where it goes. Words that are not given are 0, or NONE. */
interface Product {
  readonly finish: Finish;
  readonly left: DeviceBuffer;
  readonly right: Units;
  readonly into: DeviceBuffer;
  readonly slopes?: DeviceBuffer;
  readonly words: Partial<Record<(typeof PRODUCT_WORDS)[number], number>> & {
    readonly rows: number;
    readonly columns: number;
    readonly inner: number;
  };
  /** The most columns that such a product ever has: they choose the tile. */
  readonly columnsAtMost: number;
  readonly parts?: number;
}

/**
 * The loss of a network and its gradient, for several chains at once and a chunk of rows at a time. Activations lie as
 * chains x units x rows, rows being neighbours; data as units x rows. It decides the order of kernels; the arithmetic is
 * theirs.
 */
export class GpuNetwork {
  readonly dim: number;
  readonly rows: number;

  readonly #problem: MlpProblem;
  readonly #recording: Recording;
  readonly #layers: ReturnType<typeof mlpLayout>['layers'];
  readonly #chains: number;
  /** Chains whose activations there is room for. */
  readonly #together: number;
  /** Rows that a chunk has room for. */
  readonly #step: number;

  readonly #data: Pair;
  readonly #batch: Pair;
  /** What layer l makes of its input. */
  readonly #results: readonly DeviceBuffer[];
  /** A hidden layer's slopes; in a backward pass the derivatives with respect to its sums. */
  readonly #slopes: readonly DeviceBuffer[];
  /** With layernorm: its result, and the deviations of rows. */
  readonly #normalised: readonly DeviceBuffer[];
  readonly #deviations: readonly DeviceBuffer[];
  /** Derivatives with respect to results, of even and odd layers, where they are not turned at once. */
  readonly #upstream: readonly DeviceBuffer[];
  /** Gradients of parts of a chunk's rows. */
  readonly #parts: DeviceBuffer;
  readonly #mostParts: number;
  /** Sums of losses, `each` a chain. */
  #sums: { readonly buffer: DeviceBuffer; readonly each: number };

  /** @param together chains whose activations are kept at once; fewer than `chains` are taken turn by turn. */
  constructor(problem: MlpProblem, recording: Recording, chains: number, together: number) {
    const { widths, bias, rows, layernorm } = problem;
    const { layers, dim } = mlpLayout(widths, bias);
    this.#problem = problem;
    this.#recording = recording;
    this.#layers = layers;
    this.#chains = chains;
    this.#together = together;
    this.dim = dim;
    this.rows = rows;

    const hidden = widths.slice(1, -1);
    const inputs = widths[0];
    const outputs = widths[widths.length - 1];
    const widest = Math.max(...widths);
    const direct = isDirect(problem);
    const units =
      inputs +
      2 * outputs +
      (direct ? 0 : 2 * widest) +
      hidden.reduce((sum, width) => sum + (layernorm ? 3 : 2) * width + 1, 0);
    const fitting = Math.floor(MOST_BYTES / (4 * together * units) / ROWS_AT_LEAST);
    const wanted = Math.ceil(rows / ROWS_AT_LEAST);
    const step = ROWS_AT_LEAST * Math.max(1, Math.min(wanted, fitting));
    this.#step = step;
    const buffer = (count: number) => recording.buffer(4 * together * count * step);
    this.#data = {
      x: this.#unitsByRows(problem.x, inputs),
      y: this.#unitsByRows(problem.y, outputs),
    };
    this.#batch = { x: buffer(inputs), y: buffer(outputs) };
    this.#results = widths.slice(1).map(buffer);
    this.#slopes = hidden.map(buffer);
    this.#normalised = layernorm ? hidden.map(buffer) : [];
    this.#deviations = layernorm ? hidden.map(() => buffer(1)) : [];
    this.#upstream = direct ? [] : [buffer(widest), buffer(widest)];
    this.#mostParts = Math.ceil(step / PART_ROWS);
    this.#parts = recording.buffer(4 * together * this.#mostParts * dim);
    this.#sums = this.#roomForSums(rows);
  }

  /** What a loss's sum, as `evaluate` leaves it, is to be multiplied with. */
  weightOf(batch: Batch | null): number {
    const { widths, lossScale } = this.#problem;
    return lossScale / (this.#total(batch) * widths[widths.length - 1]);
  }

  /**
   * Enqueues the losses of all chains over the batch, or all rows when null, and the gradient where there is a place for it. A
   * loss's place gets the bare sum over rows and outputs.
   */
  evaluate(
    position: DeviceBuffer,
    gradient: DeviceBuffer | null,
    batch: Batch | null,
    loss: LossPlace | null,
  ): void {
    const total = this.#total(batch);
    const sumsEach = Math.ceil(total / this.#step) * Math.ceil(this.#step / RESIDUAL_ROWS);
    if (sumsEach > this.#sums.each) this.#sums = this.#roomForSums(total);
    for (let firstChain = 0; firstChain < this.#chains; firstChain += this.#together) {
      const chains = Math.min(this.#together, this.#chains - firstChain);
      let sums = 0;
      for (let first = 0; first < total; first += this.#step) {
        const count = Math.min(this.#step, total - first);
        const some = { firstChain, chains, count };
        const pass = { ...some, ...this.#rowsOf(batch, first, some) };
        this.#forward(position, pass, gradient !== null);
        this.#residuals(pass, this.weightOf(batch), sums);
        sums += Math.ceil(count / RESIDUAL_ROWS);
        if (gradient !== null) this.#backward(position, gradient, pass, first > 0);
      }
      if (loss !== null) {
        this.#recording.dispatch(
          this.#recording.kernel('loss total', () => ({ code: LOSS_TOTAL, access: 'rw' })),
          [this.#sums.buffer, loss.slots],
          [sums, this.#sums.each, loss.at + firstChain],
          [1, 1, chains],
        );
      }
    }
  }

  #forward(position: DeviceBuffer, pass: Pass, keep: boolean): void {
    const { layernorm } = this.#problem;
    const last = this.#layers.length - 1;
    this.#layers.forEach((layer, l) => {
      const { inputs, outputs, weight, bias } = layer;
      const bare = l === last || layernorm;
      const input = this.#inputOf(l, pass);
      this.#product(pass, {
        finish: bare ? 'sum' : keep ? 'activate' : 'activate-only',
        left: position,
        right: input,
        into: l < last && layernorm ? this.#normalised[l] : this.#results[l],
        ...(bare || !keep ? {} : { slopes: this.#slopes[l] }),
        words: {
          rows: outputs,
          columns: pass.count,
          inner: inputs,
          aStart: weight,
          aChain: this.dim,
          aRow: inputs,
          aInner: 1,
          bInner: input.unitStep,
          bColumn: 1,
          cChain: outputs * this.#step,
          cRow: this.#step,
          offsets: bias ?? NONE,
          firstChain: pass.firstChain,
        },
        columnsAtMost: this.#step,
      });
      if (l < last && layernorm) this.#normalise(l, outputs, pass);
      const skipped = skippedUnits(this.#problem, l);
      if (skipped > 0) {
        this.#units('add', input, this.#inChunk(this.#results[l], outputs), skipped, pass);
      }
    });
  }

  /** After a forward pass that kept, with the derivatives of the loss in the place of the output. */
  #backward(position: DeviceBuffer, gradient: DeviceBuffer, pass: Pass, add: boolean): void {
    const last = this.#layers.length - 1;
    const parts = Math.ceil(pass.count / PART_ROWS);
    for (let l = last; l >= 0; l--) {
      const { inputs, outputs, weight, bias } = this.#layers[l];
      const delta = l === last ? this.#results[l] : this.#slopes[l];
      const input = this.#inputOf(l, pass);
      this.#product(pass, {
        finish: 'sum',
        left: delta,
        right: input,
        into: this.#parts,
        words: {
          rows: outputs,
          // A bias's input is 1.
          columns: bias === null ? inputs : inputs + 1,
          inner: pass.count,
          innerEach: PART_ROWS,
          aChain: outputs * this.#step,
          aRow: this.#step,
          aInner: 1,
          bInner: 1,
          bColumn: input.unitStep,
          cStart: weight,
          cChain: this.#mostParts * this.dim,
          cRow: inputs,
          cPart: this.dim,
          ...(bias === null ? {} : { lastColumn: inputs, lastStart: bias }),
        },
        columnsAtMost: inputs + 1,
        parts,
      });
      if (l > 0) this.#backThrough(position, l, delta, pass);
    }
    this.#recording.dispatch(
      this.#recording.kernel('gradient total', () => ({ code: GRADIENT_TOTAL, access: 'rw' })),
      [this.#parts, gradient],
      [this.dim, parts, this.#mostParts, pass.firstChain, add ? 1 : 0],
      [Math.ceil(this.dim / THREADS), 1, pass.chains],
    );
  }

  /** The derivatives with respect to the sums of layer l − 1 take the place of its slopes. */
  #backThrough(position: DeviceBuffer, l: number, delta: DeviceBuffer, pass: Pass): void {
    const { inputs, outputs, weight } = this.#layers[l];
    const direct = isDirect(this.#problem);
    const slopes = this.#slopes[l - 1];
    const upstream = direct ? slopes : this.#upstream[(l - 1) % 2];
    const above = this.#inChunk(delta, outputs);
    this.#product(pass, {
      finish: direct ? 'times' : 'sum',
      left: position,
      right: above,
      into: upstream,
      words: {
        rows: inputs,
        columns: pass.count,
        inner: outputs,
        aStart: weight,
        aChain: this.dim,
        aRow: 1,
        aInner: inputs,
        bInner: above.unitStep,
        bColumn: 1,
        cChain: inputs * this.#step,
        cRow: this.#step,
        firstChain: pass.firstChain,
      },
      columnsAtMost: this.#step,
    });
    if (direct) return;
    const below = this.#inChunk(upstream, inputs);
    const skipped = skippedUnits(this.#problem, l);
    if (skipped > 0) {
      this.#units('add', this.#inChunk(this.#upstream[l % 2], outputs), below, skipped, pass);
    }
    this.#units('multiply', below, this.#inChunk(slopes, inputs), inputs, pass);
    if (!this.#problem.layernorm) return;
    this.#recording.dispatch(
      this.#recording.kernel('layernorm back', () => ({ code: LAYERNORM_BACK, access: 'wrr' })),
      [slopes, this.#normalised[l - 1], this.#deviations[l - 1]],
      [pass.count, inputs, this.#step],
      [Math.ceil(pass.count / ROW_THREADS), 1, pass.chains],
    );
  }

  #normalise(l: number, units: number, pass: Pass): void {
    this.#recording.dispatch(
      this.#recording.kernel('layernorm', () => ({
        code: layernormShader(this.#problem.activation),
        access: 'wwww',
      })),
      [this.#normalised[l], this.#results[l], this.#slopes[l], this.#deviations[l]],
      [pass.count, units, this.#step],
      [Math.ceil(pass.count / ROW_THREADS), 1, pass.chains],
    );
  }

  #units(what: 'add' | 'multiply', from: Units, into: Units, units: number, pass: Pass): void {
    this.#recording.dispatch(
      this.#recording.kernel(what, () => ({ code: unitsShader(what), access: 'rw' })),
      [from.buffer, into.buffer],
      [pass.count, from.first, from.chainStep, from.unitStep, into.chainStep, into.unitStep],
      [Math.ceil(pass.count / ROW_THREADS), units, pass.chains],
    );
  }

  #residuals({ count, chains, y }: Pass, weight: number, firstSum: number): void {
    const { widths, loss, studentDf, noiseScale } = this.#problem;
    const last = this.#layers.length - 1;
    this.#recording.dispatch(
      this.#recording.kernel('residuals', () => ({ code: residualsShader(loss), access: 'wrw' })),
      [this.#results[last], y.buffer, this.#sums.buffer],
      [
        count,
        widths[last + 1],
        this.#step,
        y.first,
        y.unitStep,
        y.chainStep,
        firstSum,
        this.#sums.each,
        single(weight),
        single(studentDf + 1),
        single(studentDf * noiseScale * noiseScale),
      ],
      [Math.ceil(count / RESIDUAL_ROWS), 1, chains],
    );
  }

  #product(pass: Pass, { finish, left, right, into, slopes, words, ...rest }: Product): void {
    const { columnsAtMost, parts = 1 } = rest;
    const tile = tileFor(words.rows, columnsAtMost);
    const size = tileSize(tile);
    const all = {
      lastColumn: NONE,
      offsets: NONE,
      innerEach: words.inner,
      bStart: right.first,
      bChain: right.chainStep,
      ...words,
      chains: pass.chains,
    };
    const name = `product ${finish} ${size.rows}x${size.columns}`;
    this.#recording.dispatch(
      this.#recording.kernel(name, () => ({
        code: productShader(tile, finish, this.#problem.activation),
        access: slopes === undefined ? 'rrw' : 'rrww',
      })),
      [left, right.buffer, into, ...(slopes === undefined ? [] : [slopes])],
      PRODUCT_WORDS.map((name) => all[name as keyof typeof all] ?? 0),
      [
        Math.ceil(words.columns / size.columns),
        Math.ceil(words.rows / size.rows),
        pass.chains * parts,
      ],
    );
  }

  #inputOf(l: number, pass: Pass): Units {
    return l === 0 ? pass.x : this.#inChunk(this.#results[l - 1], this.#layers[l].inputs);
  }

  /** A buffer that a chunk's rows fill from its beginning. */
  #inChunk(buffer: DeviceBuffer, units: number): Units {
    return { buffer, first: 0, chainStep: units * this.#step, unitStep: this.#step };
  }

  #rowsOf(
    batch: Batch | null,
    first: number,
    { firstChain, chains, count }: Pick<Pass, 'firstChain' | 'chains' | 'count'>,
  ): Pick<Pass, 'x' | 'y'> {
    const { widths } = this.#problem;
    const inputs = widths[0];
    const outputs = widths[widths.length - 1];
    if (batch === null) {
      const shared = (buffer: DeviceBuffer) => ({
        buffer,
        first,
        chainStep: 0,
        unitStep: this.rows,
      });
      return { x: shared(this.#data.x), y: shared(this.#data.y) };
    }
    const { step, size, streams } = batch;
    this.#recording.dispatch(
      this.#recording.kernel('gather', () => ({ code: GATHER, access: 'rrww' })),
      [this.#data.x, this.#data.y, this.#batch.x, this.#batch.y],
      [
        this.rows,
        inputs,
        outputs,
        first,
        count,
        this.#step,
        step % 2 ** 32,
        Math.floor(step / 2 ** 32),
        firstChain,
        size,
        ...streams.flatMap(({ key0, key1 }) => [key0, key1]),
      ],
      [Math.ceil(count / GATHERED_ROWS), 1, chains],
    );
    return {
      x: this.#inChunk(this.#batch.x, inputs),
      y: this.#inChunk(this.#batch.y, outputs),
    };
  }

  #total(batch: Batch | null): number {
    return batch === null ? this.rows : batch.size;
  }

  #roomForSums(rows: number): { readonly buffer: DeviceBuffer; readonly each: number } {
    const each = Math.ceil(rows / this.#step) * Math.ceil(this.#step / RESIDUAL_ROWS);
    return { buffer: this.#recording.buffer(8 * this.#together * each), each };
  }

  /** A row-major matrix of data, units x rows, on the device. */
  #unitsByRows(matrix: Float64Array, columns: number): DeviceBuffer {
    const turned = new Float32Array(matrix.length);
    for (let row = 0; row < this.rows; row++) {
      for (let u = 0; u < columns; u++) turned[u * this.rows + row] = matrix[row * columns + u];
    }
    const buffer = this.#recording.buffer(turned.byteLength);
    this.#recording.write(buffer, turned.buffer);
    return buffer;
  }
}

/** Inputs and expected outputs. */
interface Pair {
  readonly x: DeviceBuffer;
  readonly y: DeviceBuffer;
}
