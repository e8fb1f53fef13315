import { mlpLayout } from '../../targets/mlp-layout.ts';
import type { MlpProblem } from '../../targets/problem.ts';
import { isDirect, skippedUnits } from '../network-shape.ts';
import { MOST_PARTS, type Team } from '../team.ts';
import type { AddressedLoss, GatheredBatch } from './addressed-loss.ts';
import type { Arena } from './arena.ts';
import type { Lanes } from './assembler/lanes.ts';
import type { CompiledKernels, Kernels } from './compile.ts';
import { STATISTICS_BYTES } from './kernels/layernorm.ts';
import { LINE, panelBytes, panelRows, panelsFor } from './kernels/panels.ts';
import { copyBytes } from './kernels/product.ts';
import { sumsBytes } from './kernels/weight-gradient.ts';
import { tilesFor } from './network-kernels.ts';

/** What a chunk's buffers may take together: they should stay in a core's own cache. */
const CHUNK_BYTES = 2 ** 20;

/** Panels of a chunk at least, whatever they take: every chunk walks through all weights and their gradient. */
const LEAST_PANELS = 8;

/** Rows, and rows times parameters, that a part of a batch has at least: some tens of microseconds. */
const PART_ROWS = 250;
const PART_SIZE = 2 ** 18;

/**
 * Into how many parts a batch is cut. Each has a gradient of its own, and they are added up in their order, so that
 * the numbers are the same whoever computes them. It depends on the shape alone.
 */
export function partsOf(rows: number, dim: number): number {
  const parts = Math.floor(Math.min(rows / PART_ROWS, (rows * dim) / PART_SIZE));
  return Math.max(1, Math.min(MOST_PARTS, parts));
}

/**
 * The loss of a network and its gradient, a chunk of rows at a time, over buffers in panels (see
 * `kernels/panels.ts`). It decides the order of kernels; the arithmetic is theirs.
 */
export class WasmNetwork implements AddressedLoss {
  readonly dim: number;
  readonly rows: number;

  readonly #problem: MlpProblem;
  readonly #kernels: Kernels;
  readonly #lanes: Lanes;
  readonly #arena: Arena;
  readonly #layers: ReturnType<typeof mlpLayout>['layers'];
  readonly #mostPanels: number;

  /** All data in panels, and row-major for batches. */
  readonly #data: Data;
  /** The rows of a batch's chunk. */
  readonly #gathered: Pair;
  /** A 1 for as many rows as a chunk can have, then 0 for as many as a panel has. */
  readonly #validity: number;
  /** What layer l makes of its input: a hidden layer's result, the network's output. */
  readonly #results: readonly number[];
  /** A hidden layer's slopes; in a backward pass the derivatives with respect to its sums. */
  readonly #slopes: readonly number[];
  /** With layernorm: its result, and each row's statistics. */
  readonly #normalised: readonly number[];
  readonly #statistics: readonly number[];
  /** Derivatives with respect to results, of even and odd layers, where they are not turned at once. */
  readonly #upstream: readonly number[];

  /** A tile's weights, where they are copied (see `kernels/product.ts`). */
  readonly #copy: number;
  /** A tile's sums (see `kernels/weight-gradient.ts`). */
  readonly #sums: number;

  readonly #team: Team | null;
  /** Gradients of a batch's parts but the first: as many as a team can be at, else one. */
  #partials = 0;

  constructor(problem: MlpProblem, { kernels, lanes, features }: CompiledKernels, arena: Arena) {
    const { widths, bias, rows } = problem;
    const { layers, dim } = mlpLayout(widths, bias);
    const inputs = widths[0];
    const outputs = widths[widths.length - 1];
    const hidden = widths.slice(1, -1);
    const direct = isDirect(problem);
    this.#problem = problem;
    this.#kernels = kernels;
    this.#lanes = lanes;
    this.#arena = arena;
    this.#layers = layers;
    this.dim = dim;
    this.rows = rows;

    const buffersOfHidden = (problem.layernorm ? 3 : 2) + (direct ? 0 : 1);
    const panel = [inputs, outputs, outputs].map(panelBytes).reduce((a, b) => a + b);
    const all = hidden.reduce((sum, width) => sum + buffersOfHidden * panelBytes(width), panel);
    this.#mostPanels = Math.min(
      panelsFor(rows, lanes),
      Math.max(LEAST_PANELS, Math.floor(CHUNK_BYTES / all)),
    );
    const most = this.#mostPanels;
    const buffer = (units: number) => arena.allocate(most * panelBytes(units));
    const matrix = (columns: number) => LINE * Math.ceil((rows * columns * lanes.size) / LINE);
    const panelled = (columns: number) => panelsFor(rows, lanes) * panelBytes(columns);
    const sizes = [panelled(inputs), panelled(outputs), matrix(inputs), matrix(outputs)];
    const places = (start: number): Data => {
      const [panelX, panelY, x, y] = sizes.map((_, i) =>
        sizes.slice(0, i).reduce((sum, size) => sum + size, start),
      );
      return { panelled: { x: panelX, y: panelY }, rows: { x, y } };
    };
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    this.#data = places(arena.data(bytes, (start) => this.#write(places(start))));
    this.#gathered = { x: buffer(inputs), y: buffer(outputs) };
    this.#results = widths.slice(1).map(buffer);
    this.#slopes = hidden.map(buffer);
    this.#normalised = problem.layernorm ? hidden.map(buffer) : [];
    this.#statistics = problem.layernorm
      ? hidden.map(() => arena.allocate(most * STATISTICS_BYTES))
      : [];
    const widest = Math.max(...widths);
    this.#upstream = direct ? [] : [buffer(widest), buffer(widest)];
    this.#validity = arena.allocate((most + 1) * LINE);
    const tiles = tilesFor(features);
    this.#copy = arena.allocate(copyBytes(lanes, tiles.product, widest));
    this.#sums = arena.allocate(sumsBytes(tiles.gradient));
    this.#numbers(this.#validity, most * panelRows(lanes)).fill(1);
    this.#team = arena.team;
    if (arena.team !== null) arena.team.work = (words, part) => this.#part(taskOf(words), part);
  }

  evaluate(position: number, gradient: number, batch: GatheredBatch | null): number {
    const total = batch?.size ?? this.rows;
    const parts = partsOf(total, this.dim);
    const partials = parts > 1 && gradient !== 0 ? this.#roomForPartials() : 0;
    const task: Task = { position, gradient, partials, indices: batch?.indices ?? 0, total };
    const team = parts > 1 ? this.#team : null;
    if (gradient !== 0) this.#zero(gradient);
    if (team !== null && partials !== 0) {
      for (let part = 1; part < parts; part++) this.#zero(this.#gradientOf(task, part));
    }
    const sums = team?.share(wordsOf(task), parts);
    let sum = 0;
    for (let part = 0; part < parts; part++) {
      const partial = part === 0 ? 0 : this.#gradientOf(task, part);
      if (sums === undefined && partial !== 0) this.#zero(partial);
      sum += sums?.[part] ?? this.#part(task, part);
      if (partial !== 0) this.#kernels['accumulate'](gradient, partial, 1, 1);
    }
    return total === 0 ? Number.NaN : sum * this.#weightOf(total);
  }

  /** Adds a part's gradient to where it belongs, and returns the sum of its rows' losses. */
  #part(task: Task, part: number): number {
    const { position, indices, total } = task;
    const gradient = this.#gradientOf(task, part);
    const inPanel = panelRows(this.#lanes);
    const panels = panelsFor(total, this.#lanes);
    const parts = partsOf(total, this.dim);
    const begin = Math.floor((part * panels) / parts);
    const end = Math.floor(((part + 1) * panels) / parts);
    const most = Math.ceil((end - begin) / Math.ceil((end - begin) / this.#mostPanels));
    let sum = 0;
    for (let first = begin; first < end; first += most) {
      const count = Math.min(most, end - first);
      const rows = Math.min(count * inPanel, total - first * inPanel);
      const { x, y } =
        indices === 0 ? this.#dataFrom(first) : this.#gather(indices + 4 * first * inPanel, rows);
      this.#forward(position, x, count, gradient !== 0);
      const output = this.#results[this.#layers.length - 1];
      const valid = this.#validity + (this.#mostPanels * inPanel - rows) * this.#lanes.size;
      sum += this.#kernels['residuals'](output, y, valid, count, this.#weightOf(total));
      if (gradient !== 0) this.#backward(position, x, gradient, count);
    }
    return sum;
  }

  /** What the loss of a row and output is multiplied by. */
  #weightOf(total: number): number {
    const { widths, lossScale } = this.#problem;
    return lossScale / (total * widths[widths.length - 1]);
  }

  /** Where the gradient of a part is put together; 0 where none is wanted. */
  #gradientOf({ gradient, partials }: Task, part: number): number {
    if (part === 0 || gradient === 0) return gradient;
    return this.#team === null ? partials : partials + (part - 1) * this.#gradientBytes;
  }

  #roomForPartials(): number {
    if (this.#partials === 0) {
      const most = this.#team === null ? 1 : MOST_PARTS - 1;
      this.#partials = this.#arena.allocate(most * this.#gradientBytes);
    }
    return this.#partials;
  }

  get #gradientBytes(): number {
    return LINE * Math.ceil((this.dim * this.#lanes.size) / LINE);
  }

  #zero(gradient: number): void {
    this.#arena.doubles(gradient, Math.ceil((this.dim * this.#lanes.size) / 8)).fill(0);
  }

  #forward(position: number, x: number, panels: number, keep: boolean): void {
    const kernels = this.#kernels;
    const { layernorm } = this.#problem;
    const last = this.#layers.length - 1;
    const copy = this.#copy;
    const name = keep ? 'forward' : 'forwardOnly';
    let input = x;
    this.#layers.forEach((layer, l) => {
      const { weights, bias } = this.#addresses(position, layer);
      const result = this.#results[l];
      if (l === last || !layernorm) {
        kernels[`${name}${l}`](weights, bias, input, panels, copy, result, this.#slopes[l] ?? 0);
      } else {
        const z = this.#normalised[l];
        kernels[`${name}${l}`](weights, bias, input, panels, copy, z);
        kernels[`layernorm${l}`](z, this.#statistics[l], panels);
        const activate = kernels[keep ? 'activate' : 'activateOnly'];
        activate(z, result, this.#slopes[l], this.#lines(layer.outputs, panels));
      }
      if (this.#skips(l)) kernels[`skip${l}`](input, result, panels);
      input = result;
    });
  }

  /** After a forward pass that kept, with the derivatives of the loss in the place of the output. */
  #backward(position: number, x: number, gradient: number, panels: number): void {
    const kernels = this.#kernels;
    const { layernorm } = this.#problem;
    const direct = isDirect(this.#problem);
    const last = this.#layers.length - 1;
    for (let l = last; l >= 0; l--) {
      const layer = this.#layers[l];
      const delta = l === last ? this.#results[l] : this.#slopes[l];
      const input = l === 0 ? x : this.#results[l - 1];
      const into = this.#addresses(gradient, layer);
      kernels[`weights${l}`](delta, input, into.weights, panels, this.#sums);
      if (layer.bias !== null) kernels[`bias${l}`](delta, into.bias, panels);
      if (l === 0) return;
      const { weights } = this.#addresses(position, layer);
      const slopes = this.#slopes[l - 1];
      if (direct) {
        kernels[`inputs${l}`](weights, 0, delta, panels, this.#copy, slopes);
        continue;
      }
      const upstream = this.#upstream[(l - 1) % 2];
      kernels[`inputs${l}`](weights, 0, delta, panels, this.#copy, upstream);
      if (this.#skips(l)) kernels[`skipBack${l}`](this.#upstream[l % 2], upstream, panels);
      kernels['multiplyLines'](slopes, upstream, this.#lines(layer.inputs, panels));
      if (layernorm) {
        kernels[`layernormBack${l - 1}`](
          slopes,
          this.#normalised[l - 1],
          this.#statistics[l - 1],
          panels,
        );
      }
    }
  }

  #skips(l: number): boolean {
    return skippedUnits(this.#problem, l) > 0;
  }

  #lines(units: number, panels: number): number {
    return (panels * panelBytes(units)) / LINE;
  }

  /** Where a layer's parameters lie in a vector at `start`. */
  #addresses(start: number, { weight, bias }: { weight: number; bias: number | null }) {
    const { size } = this.#lanes;
    return { weights: start + weight * size, bias: bias === null ? 0 : start + bias * size };
  }

  #dataFrom(panel: number): Pair {
    const { widths } = this.#problem;
    const { x, y } = this.#data.panelled;
    return {
      x: x + panel * panelBytes(widths[0]),
      y: y + panel * panelBytes(widths[widths.length - 1]),
    };
  }

  #gather(indices: number, rows: number): Pair {
    const inPanel = panelRows(this.#lanes);
    const whole = Math.floor(rows / inPanel);
    const { gatherInputs, gatherOutputs } = this.#kernels;
    gatherInputs(this.#data.rows.x, indices, this.#gathered.x, whole, rows % inPanel);
    gatherOutputs(this.#data.rows.y, indices, this.#gathered.y, whole, rows % inPanel);
    return this.#gathered;
  }

  #write({ panelled, rows }: Data): void {
    const { widths, x, y } = this.#problem;
    const outputs = widths[widths.length - 1];
    const inPanel = panelRows(this.#lanes);
    const place = (matrix: Float64Array, columns: number, into: Pair[keyof Pair], flat: number) => {
      this.#numbers(flat, matrix.length).set(matrix);
      const panels = panelsFor(this.rows, this.#lanes);
      const step = panelBytes(columns) / this.#lanes.size;
      const lines = this.#numbers(into, panels * step);
      for (let row = 0; row < this.rows; row++) {
        const start = Math.floor(row / inPanel) * step + (row % inPanel);
        for (let u = 0; u < columns; u++) lines[start + u * inPanel] = matrix[row * columns + u];
      }
    };
    place(x, widths[0], panelled.x, rows.x);
    place(y, outputs, panelled.y, rows.y);
  }

  #numbers(address: number, count: number) {
    return this.#arena.numbers(this.#lanes.size === 4 ? 'float32' : 'float64', address, count);
  }
}

/** A batch at a position: addresses, 0 for none (`indices`: all rows), and how many rows. */
interface Task {
  readonly position: number;
  readonly gradient: number;
  /** Gradients of the parts but the first. */
  readonly partials: number;
  readonly indices: number;
  readonly total: number;
}

function wordsOf({ position, gradient, partials, indices, total }: Task): number[] {
  return [position, gradient, partials, indices, total];
}

function taskOf([position, gradient, partials, indices, total]: readonly number[]): Task {
  return { position, gradient, partials, indices, total };
}

interface Data {
  readonly panelled: Pair;
  readonly rows: Pair;
}

/** Addresses of inputs and expected outputs. */
interface Pair {
  readonly x: number;
  readonly y: number;
}
