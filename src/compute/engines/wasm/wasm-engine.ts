import { mlpLayout } from '../../targets/mlp-layout.ts';
import { dataRows } from '../../targets/problem.ts';
import { lossFunction } from '../../targets/reference.ts';
import type {
  Batch,
  Engine,
  EngineOptions,
  Noise,
  PerChain,
  Posterior,
  SlotRow,
  Slots,
  Vector,
} from '../engine.ts';
import { type NativeKernels, nativeName } from '../native/native-kernels.ts';
import { networkOf } from '../network-shape.ts';
import { ofChain } from '../per-chain.ts';
import type { Team } from '../team.ts';
import type { AddressedLoss, GatheredBatch } from './addressed-loss.ts';
import { Arena } from './arena.ts';
import { compileKernels, type Kernels } from './compile.ts';
import type { WasmFeatures } from './features.ts';
import { LINE } from './kernels/panels.ts';
import { WORDS_AT_ONCE } from './kernels/philox.ts';
import { WasmNetwork } from './network.ts';
import { Normals } from './normals.ts';
import { ReferenceLoss } from './reference-loss.ts';

/**
 * The engine of one core: kernels emitted for the problem's shape, chain after chain. Losses other than those
 * of networks are the reference's.
 *
 * @param native kernels that take the place of some; the numbers are the same up to rounding.
 * @param team the threads that share out its batches; the numbers are the same.
 */
export function createWasmEngine(
  options: EngineOptions,
  features: WasmFeatures,
  native: NativeKernels | null = null,
  team: Team | null = null,
): Engine {
  return new WasmEngine(options, features, native, team);
}

/** Cells for sums that a pass leaves. */
const CELLS = 4;

class WasmEngine implements Engine {
  readonly name: string;
  readonly dtype: 'float32' | 'float64';
  readonly chains: number;
  readonly dim: number;
  readonly rows: number;
  readonly posterior: Posterior;

  readonly #arena: Arena;
  readonly #kernels: Kernels;
  readonly #loss: AddressedLoss;
  readonly #normals: Normals;
  readonly #slots: Float64Array[] = [];
  /** Addresses of vectors; chains lie `#step` numbers, which are whole cache lines, apart. */
  readonly #vectors: number[] = [];
  readonly #step: number;
  readonly #size: number;
  readonly #center: number;
  readonly #force: number;
  readonly #cells: number;
  #indices = { address: 0, size: 0 };

  constructor(
    { problem, posterior, chains, dtype }: EngineOptions,
    features: WasmFeatures,
    native: NativeKernels | null,
    team: Team | null,
  ) {
    this.#arena = new Arena(team);
    this.name = native === null ? 'wasm' : nativeName(native);
    const network = networkOf(problem);
    this.dtype = dtype;
    this.chains = chains;
    this.dim =
      network === null ? lossFunction(problem).dim : mlpLayout(network.widths, network.bias).dim;
    this.rows = dataRows(problem);
    this.posterior = posterior;
    const arena = this.#arena;
    const compiled = compileKernels(network, this.dim, dtype, features, arena, native);
    const { kernels, lanes } = compiled;
    this.#kernels = kernels;
    this.#size = lanes.size;
    const inLine = LINE / lanes.size;
    this.#step = Math.ceil(this.dim / inLine) * inLine;
    this.#loss =
      network === null
        ? new ReferenceLoss(problem, dtype, arena)
        : new WasmNetwork(network, compiled, arena);
    this.#normals = new Normals(arena, kernels, chains, this.dim, lanes.size);
    this.#center = arena.allocate(this.#step * lanes.size);
    this.#force = arena.allocate(this.#step * lanes.size);
    this.#cells = arena.allocate(8 * CELLS);
    arena.numbers(dtype, this.#center, posterior.center.length).set(posterior.center);
  }

  vector(): Vector {
    const address = this.#arena.allocate(this.chains * this.#step * this.#size);
    return { id: this.#vectors.push(address) - 1 };
  }

  slots(count: number): Slots {
    return { id: this.#slots.push(new Float64Array(count * this.chains)) - 1, count };
  }

  clear(slots: Slots): void {
    this.#slots[slots.id].fill(0);
  }

  write(into: Vector, values: Float64Array): void {
    for (let chain = 0; chain < this.chains; chain++) {
      const start = chain * this.dim;
      this.#numbersOf(into, chain).set(values.subarray(start, start + this.dim));
    }
  }

  async read(from: Vector): Promise<Float64Array> {
    this.#checkVector(from);
    const all = new Float64Array(this.chains * this.dim);
    for (let chain = 0; chain < this.chains; chain++) {
      all.set(this.#numbersOf(from, chain), chain * this.dim);
    }
    return all;
  }

  async readSlots(from: Slots): Promise<Float64Array> {
    return this.#slots[from.id].slice();
  }

  copy(from: Vector, into: Vector): void {
    for (let chain = 0; chain < this.chains; chain++) this.#copyChain(from, into, chain);
  }

  copyWhere(mask: readonly boolean[], from: Vector, into: Vector): void {
    for (let chain = 0; chain < this.chains; chain++) {
      if (mask[chain]) this.#copyChain(from, into, chain);
    }
  }

  gradient(position: Vector, gradient: Vector, batch: Batch | null, at?: SlotRow): void {
    for (let chain = 0; chain < this.chains; chain++) {
      const value = this.#loss.evaluate(
        this.#chain(position, chain),
        this.#chain(gradient, chain),
        this.#rowsOf(batch, chain),
      );
      if (at) this.#put(at, chain, value);
    }
  }

  loss(position: Vector, batch: Batch | null, at: SlotRow): void {
    for (let chain = 0; chain < this.chains; chain++) {
      const rows = this.#rowsOf(batch, chain);
      this.#put(at, chain, this.#loss.evaluate(this.#chain(position, chain), 0, rows));
    }
  }

  accumulate(
    into: Vector,
    terms: { keep: PerChain; add: PerChain; of: Vector; power: 1 | 2; centred?: boolean },
  ): void {
    const squares = terms.power === 2 ? 'Squares' : '';
    const kernel = this.#kernels[`accumulate${squares}${terms.centred ? 'Centred' : ''}`];
    const center = terms.centred ? [this.#center] : [];
    for (let chain = 0; chain < this.chains; chain++) {
      kernel(
        this.#chain(into, chain),
        this.#chain(terms.of, chain),
        ...center,
        ofChain(terms.keep, chain),
        ofChain(terms.add, chain),
      );
    }
  }

  deflate(
    from: Vector,
    into: Vector,
    { along, own, of, times }: { along: Vector; own: number; of: Vector; times: number },
  ): void {
    for (let chain = 0; chain < this.chains; chain++) {
      const [x, u] = [this.#chain(from, chain), this.#chain(along, chain)];
      this.#kernels['along'](x, u, this.#chain(of, chain), this.#center, own, times, this.#cells);
      this.#kernels['deflate'](this.#chain(into, chain), x, u, this.#sums(1)[0]);
    }
  }

  squareAlong(along: Vector, of: Vector, times: number, at: SlotRow): void {
    for (let chain = 0; chain < this.chains; chain++) {
      const [u, w] = [this.#chain(along, chain), this.#chain(of, chain)];
      this.#kernels['along'](w, u, w, this.#center, 0, 1, this.#cells);
      const [amount] = this.#sums(1);
      this.#slots[at.slots.id][at.row * this.chains + chain] += times * amount * amount;
    }
  }

  langevin(
    position: Vector,
    update: {
      gradient: Vector;
      stepSize: PerChain;
      metric: Vector | null;
      noise: Noise;
      scheme: 'euler' | 'leimkuhler_matthews';
    },
  ): void {
    const { nbeta, gamma } = this.posterior;
    const { streams, step } = update.noise;
    const averaged = update.scheme === 'leimkuhler_matthews';
    const kernel = this.#variant(averaged ? 'langevinAveraged' : 'langevin', update.metric);
    for (let chain = 0; chain < this.chains; chain++) {
      const noise = [this.#normals.at(chain, streams[chain], step)];
      if (averaged) noise.push(this.#normals.at(chain, streams[chain], step + 1));
      kernel(
        this.#chain(position, chain),
        this.#chain(update.gradient, chain),
        this.#center,
        ...noise,
        ...this.#diagonal(update.metric, chain),
        nbeta,
        gamma,
        ofChain(update.stepSize, chain),
      );
    }
  }

  kick(momentum: Vector, position: Vector, gradient: Vector, a: PerChain): void {
    const { nbeta, gamma } = this.posterior;
    const { kick } = this.#kernels;
    for (let chain = 0; chain < this.chains; chain++) {
      kick(
        this.#chain(position, chain),
        this.#chain(gradient, chain),
        this.#center,
        this.#chain(momentum, chain),
        nbeta,
        gamma,
        ofChain(a, chain),
      );
    }
  }

  drift(position: Vector, momentum: Vector, a: PerChain, diagonal: Vector | null): void {
    const kernel = this.#variant('drift', diagonal);
    for (let chain = 0; chain < this.chains; chain++) {
      kernel(
        this.#chain(position, chain),
        this.#chain(momentum, chain),
        ...this.#diagonal(diagonal, chain),
        ofChain(a, chain),
      );
    }
  }

  refresh(
    momentum: Vector,
    terms: { keep: PerChain; add: PerChain; inverseMass: Vector | null; noise: Noise },
  ): void {
    const { streams, step } = terms.noise;
    const kernel = this.#variant('refresh', terms.inverseMass);
    for (let chain = 0; chain < this.chains; chain++) {
      kernel(
        this.#chain(momentum, chain),
        this.#normals.at(chain, streams[chain], step),
        ...this.#diagonal(terms.inverseMass, chain),
        ofChain(terms.keep, chain),
        ofChain(terms.add, chain),
      );
    }
  }

  /** The formulas are the plain engine's; sources stand there. */
  isokineticKick(
    direction: Vector,
    step: { position: Vector; gradient: Vector; a: PerChain; scale: Vector | null; at: SlotRow },
  ): void {
    const { nbeta, gamma } = this.posterior;
    const kernel = this.#variant('force', step.scale);
    for (let chain = 0; chain < this.chains; chain++) {
      const u = this.#chain(direction, chain);
      kernel(
        u,
        this.#chain(step.position, chain),
        this.#chain(step.gradient, chain),
        this.#center,
        this.#force,
        ...this.#diagonal(step.scale, chain),
        nbeta,
        gamma,
        this.#cells,
      );
      const [squares, along] = this.#sums(2);
      const norm = Math.sqrt(squares);
      if (norm === 0) continue;
      const cosine = along / norm;
      const delta = (ofChain(step.a, chain) * norm) / (this.dim - 1);
      const zeta = Math.exp(-delta);
      const alongForce = ((1 - zeta) * (1 + zeta + cosine * (1 - zeta))) / norm;
      this.#kernels['turn'](u, this.#force, alongForce, 2 * zeta, this.#cells);
      this.#normalise(u);
      const energy = delta - Math.LN2 + Math.log(1 + cosine + (1 - cosine) * zeta * zeta);
      this.#slots[step.at.slots.id][step.at.row * this.chains + chain] += (this.dim - 1) * energy;
    }
  }

  isokineticRefresh(direction: Vector, nu: PerChain, noise: Noise): void {
    for (let chain = 0; chain < this.chains; chain++) {
      const u = this.#chain(direction, chain);
      const z = this.#normals.at(chain, noise.streams[chain], noise.step);
      this.#kernels['nudge'](u, z, ofChain(nu, chain), this.#cells);
      this.#normalise(u);
    }
  }

  kinetic(momentum: Vector, inverseMass: Vector | null, at: SlotRow): void {
    const kernel = this.#variant('kinetic', inverseMass);
    for (let chain = 0; chain < this.chains; chain++) {
      kernel(this.#chain(momentum, chain), ...this.#diagonal(inverseMass, chain), this.#cells);
      this.#put(at, chain, 0.5 * this.#sums(1)[0]);
    }
  }

  meters(position: Vector, gradient: Vector, metric: Vector | null, at: SlotRow): void {
    const { nbeta, gamma } = this.posterior;
    const kernel = this.#variant('meters', metric);
    for (let chain = 0; chain < this.chains; chain++) {
      kernel(
        this.#chain(position, chain),
        this.#chain(gradient, chain),
        this.#center,
        ...this.#diagonal(metric, chain),
        nbeta,
        gamma,
        this.#cells,
      );
      this.#sums(3).forEach((value, index) => {
        this.#put({ slots: at.slots, row: at.row + index }, chain, value);
      });
    }
  }

  #variant(name: string, diagonal: Vector | null): Kernels[string] {
    return this.#kernels[diagonal === null ? name : `${name}Scaled`];
  }

  #diagonal(vector: Vector | null, chain: number): number[] {
    return vector === null ? [] : [this.#chain(vector, chain)];
  }

  /** u ← u/‖u‖ after a pass that left ‖u‖². */
  #normalise(u: number): void {
    this.#kernels['multiply'](u, 1 / Math.sqrt(this.#sums(1)[0]));
  }

  #sums(count: number): Float64Array {
    return this.#arena.doubles(this.#cells, count);
  }

  #chain(vector: Vector, chain: number): number {
    return this.#vectors[vector.id] + chain * this.#step * this.#size;
  }

  #numbersOf(vector: Vector, chain: number) {
    return this.#arena.numbers(this.dtype, this.#chain(vector, chain), this.dim);
  }

  #copyChain(from: Vector, into: Vector, chain: number): void {
    this.#numbersOf(into, chain).set(this.#numbersOf(from, chain));
  }

  #checkVector({ id }: Vector): void {
    if (this.#vectors[id] === undefined) throw new RangeError(`the engine has no vector ${id}`);
  }

  #rowsOf(batch: Batch | null, chain: number): GatheredBatch | null {
    if (batch === null || this.rows === 0) return null;
    const { size, step } = batch;
    const turns = Math.ceil(size / WORDS_AT_ONCE);
    if (this.#indices.size < size) {
      this.#indices = { address: this.#arena.allocate(4 * turns * WORDS_AT_ONCE), size };
    }
    const { address } = this.#indices;
    const { key0, key1 } = batch.streams[chain];
    const high = Math.floor(step / 2 ** 32);
    this.#kernels['batch'](address, turns, key0, key1, step, high, this.rows, size);
    return { indices: address, size };
  }

  #put(at: SlotRow, chain: number, value: number): void {
    this.#slots[at.slots.id][at.row * this.chains + chain] = value;
  }
}
