import { fillBatch, fillNormals } from '../rng/stream.ts';
import type { LossFunction } from '../targets/loss-function.ts';
import { lossFunction } from '../targets/reference.ts';
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
} from './engine.ts';
import { ofChain } from './per-chain.ts';

/**
 * The reference engine: every operation is the formula of the port, in f64, one chain after another,
 * done at once. With `float32` the vectors are kept in single precision and the arithmetic between
 * stays f64.
 */
export function createPlainEngine(options: EngineOptions): Engine {
  return new PlainEngine(options);
}

type Numbers = Float64Array | Float32Array;

class PlainEngine implements Engine {
  readonly name = 'plain';
  readonly dtype: 'float32' | 'float64';
  readonly chains: number;
  readonly dim: number;
  readonly rows: number;
  readonly posterior: Posterior;

  readonly #loss: LossFunction;
  readonly #vectors: Numbers[] = [];
  readonly #slots: Float64Array[] = [];
  /** One chain's position and gradient in f64, where the vectors are not. */
  readonly #position: Float64Array;
  readonly #gradient: Float64Array;
  readonly #normals: Float64Array;
  readonly #normalsNext: Float64Array;
  #indices = new Int32Array(0);

  constructor({ problem, posterior, chains, dtype }: EngineOptions) {
    this.#loss = lossFunction(problem);
    this.dtype = dtype;
    this.chains = chains;
    this.dim = this.#loss.dim;
    this.rows = this.#loss.rows;
    this.posterior = posterior;
    this.#position = new Float64Array(this.dim);
    this.#gradient = new Float64Array(this.dim);
    this.#normals = new Float64Array(this.dim);
    this.#normalsNext = new Float64Array(this.dim);
  }

  vector(): Vector {
    const length = this.chains * this.dim;
    const numbers = this.dtype === 'float32' ? new Float32Array(length) : new Float64Array(length);
    return { id: this.#vectors.push(numbers) - 1 };
  }

  slots(count: number): Slots {
    return { id: this.#slots.push(new Float64Array(count * this.chains)) - 1, count };
  }

  clear(slots: Slots): void {
    this.#slots[slots.id].fill(0);
  }

  write(into: Vector, values: Float64Array): void {
    this.#vectors[into.id].set(values);
  }

  async read(from: Vector): Promise<Float64Array> {
    return Float64Array.from(this.#vectors[from.id]);
  }

  async readSlots(from: Slots): Promise<Float64Array> {
    return this.#slots[from.id].slice();
  }

  copy(from: Vector, into: Vector): void {
    this.#vectors[into.id].set(this.#vectors[from.id]);
  }

  copyWhere(mask: readonly boolean[], from: Vector, into: Vector): void {
    for (let chain = 0; chain < this.chains; chain++) {
      if (mask[chain]) this.#chainOf(into, chain).set(this.#chainOf(from, chain));
    }
  }

  gradient(position: Vector, gradient: Vector, batch: Batch | null, at?: SlotRow): void {
    for (let chain = 0; chain < this.chains; chain++) {
      const into = this.#chainOf(gradient, chain);
      const exact = into instanceof Float64Array ? into : this.#gradient;
      const value = this.#loss.evaluate(
        this.#inDouble(position, chain),
        exact,
        this.#rowsOf(batch, chain),
      );
      if (exact !== into) into.set(exact);
      if (at) this.#put(at, chain, value);
    }
  }

  loss(position: Vector, batch: Batch | null, at: SlotRow): void {
    for (let chain = 0; chain < this.chains; chain++) {
      const rows = this.#rowsOf(batch, chain);
      this.#put(at, chain, this.#loss.evaluate(this.#inDouble(position, chain), null, rows));
    }
  }

  accumulate(
    into: Vector,
    terms: { keep: PerChain; add: PerChain; of: Vector; power: 1 | 2; centred?: boolean },
  ): void {
    const { center } = this.posterior;
    for (let chain = 0; chain < this.chains; chain++) {
      const average = this.#chainOf(into, chain);
      const of = this.#chainOf(terms.of, chain);
      const keep = ofChain(terms.keep, chain);
      const add = ofChain(terms.add, chain);
      for (let i = 0; i < this.dim; i++) {
        const x = terms.centred ? of[i] - center[i] : of[i];
        average[i] = keep * average[i] + add * (terms.power === 2 ? x * x : x);
      }
    }
  }

  deflate(
    from: Vector,
    into: Vector,
    { along, own, of, times }: { along: Vector; own: number; of: Vector; times: number },
  ): void {
    const { center } = this.posterior;
    for (let chain = 0; chain < this.chains; chain++) {
      const x = this.#chainOf(from, chain);
      const to = this.#chainOf(into, chain);
      const u = this.#chainOf(along, chain);
      const w = this.#chainOf(of, chain);
      let amount = 0;
      for (let i = 0; i < this.dim; i++) {
        amount += u[i] * (own * x[i] + times * (w[i] - center[i]));
      }
      for (let i = 0; i < this.dim; i++) to[i] = x[i] - amount * u[i];
    }
  }

  squareAlong(along: Vector, of: Vector, times: number, at: SlotRow): void {
    const { center } = this.posterior;
    for (let chain = 0; chain < this.chains; chain++) {
      const u = this.#chainOf(along, chain);
      const w = this.#chainOf(of, chain);
      let amount = 0;
      for (let i = 0; i < this.dim; i++) amount += u[i] * (w[i] - center[i]);
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
    const { nbeta, gamma, center } = this.posterior;
    for (let chain = 0; chain < this.chains; chain++) {
      const w = this.#chainOf(position, chain);
      const g = this.#chainOf(update.gradient, chain);
      const metric = update.metric && this.#chainOf(update.metric, chain);
      const stepSize = ofChain(update.stepSize, chain);
      const { streams, step } = update.noise;
      const z = this.#normals;
      fillNormals(streams[chain], step, z);
      if (update.scheme === 'leimkuhler_matthews') {
        const next = this.#normalsNext;
        fillNormals(streams[chain], step + 1, next);
        for (let i = 0; i < this.dim; i++) z[i] = 0.5 * (z[i] + next[i]);
      }
      for (let i = 0; i < this.dim; i++) {
        const scaled = stepSize * (metric ? metric[i] : 1);
        const force = nbeta * g[i] + gamma * (w[i] - center[i]);
        w[i] += -0.5 * scaled * force + Math.sqrt(scaled) * z[i];
      }
    }
  }

  kick(momentum: Vector, position: Vector, gradient: Vector, a: PerChain): void {
    const { nbeta, gamma, center } = this.posterior;
    for (let chain = 0; chain < this.chains; chain++) {
      const p = this.#chainOf(momentum, chain);
      const w = this.#chainOf(position, chain);
      const g = this.#chainOf(gradient, chain);
      const time = ofChain(a, chain);
      for (let i = 0; i < this.dim; i++) {
        p[i] -= time * (nbeta * g[i] + gamma * (w[i] - center[i]));
      }
    }
  }

  drift(position: Vector, momentum: Vector, a: PerChain, diagonal: Vector | null): void {
    for (let chain = 0; chain < this.chains; chain++) {
      const w = this.#chainOf(position, chain);
      const p = this.#chainOf(momentum, chain);
      const d = diagonal && this.#chainOf(diagonal, chain);
      const time = ofChain(a, chain);
      for (let i = 0; i < this.dim; i++) w[i] += time * (d ? d[i] * p[i] : p[i]);
    }
  }

  refresh(
    momentum: Vector,
    terms: { keep: PerChain; add: PerChain; inverseMass: Vector | null; noise: Noise },
  ): void {
    for (let chain = 0; chain < this.chains; chain++) {
      const p = this.#chainOf(momentum, chain);
      const inverseMass = terms.inverseMass && this.#chainOf(terms.inverseMass, chain);
      const keep = ofChain(terms.keep, chain);
      const add = ofChain(terms.add, chain);
      const z = this.#normals;
      fillNormals(terms.noise.streams[chain], terms.noise.step, z);
      for (let i = 0; i < this.dim; i++) {
        p[i] = keep * p[i] + add * (inverseMass ? z[i] / Math.sqrt(inverseMass[i]) : z[i]);
      }
    }
  }

  /** Steeg & Galstyan 2021; Robnik, De Luca, Silverstein & Seljak 2023, the isokinetic force update. */
  isokineticKick(
    direction: Vector,
    step: { position: Vector; gradient: Vector; a: PerChain; scale: Vector | null; at: SlotRow },
  ): void {
    const { nbeta, gamma, center } = this.posterior;
    const force = this.#normals;
    for (let chain = 0; chain < this.chains; chain++) {
      const u = this.#chainOf(direction, chain);
      const w = this.#chainOf(step.position, chain);
      const g = this.#chainOf(step.gradient, chain);
      const scale = step.scale && this.#chainOf(step.scale, chain);
      let squares = 0;
      let along = 0;
      for (let i = 0; i < this.dim; i++) {
        const f = -(nbeta * g[i] + gamma * (w[i] - center[i])) * (scale ? scale[i] : 1);
        force[i] = f;
        squares += f * f;
        along += f * u[i];
      }
      const norm = Math.sqrt(squares);
      if (norm === 0) continue;
      const cosine = along / norm;
      const delta = (ofChain(step.a, chain) * norm) / (this.dim - 1);
      const zeta = Math.exp(-delta);
      const alongForce = ((1 - zeta) * (1 + zeta + cosine * (1 - zeta))) / norm;
      for (let i = 0; i < this.dim; i++) u[i] = alongForce * force[i] + 2 * zeta * u[i];
      normalise(u);
      const energy = delta - Math.LN2 + Math.log(1 + cosine + (1 - cosine) * zeta * zeta);
      this.#slots[step.at.slots.id][step.at.row * this.chains + chain] += (this.dim - 1) * energy;
    }
  }

  isokineticRefresh(direction: Vector, nu: PerChain, noise: Noise): void {
    for (let chain = 0; chain < this.chains; chain++) {
      const u = this.#chainOf(direction, chain);
      const amount = ofChain(nu, chain);
      fillNormals(noise.streams[chain], noise.step, this.#normals);
      for (let i = 0; i < this.dim; i++) u[i] += amount * this.#normals[i];
      normalise(u);
    }
  }

  kinetic(momentum: Vector, inverseMass: Vector | null, at: SlotRow): void {
    for (let chain = 0; chain < this.chains; chain++) {
      const p = this.#chainOf(momentum, chain);
      const d = inverseMass && this.#chainOf(inverseMass, chain);
      let sum = 0;
      for (let i = 0; i < this.dim; i++) sum += (d ? d[i] : 1) * p[i] * p[i];
      this.#put(at, chain, 0.5 * sum);
    }
  }

  meters(position: Vector, gradient: Vector, metric: Vector | null, at: SlotRow): void {
    const { nbeta, gamma, center } = this.posterior;
    for (let chain = 0; chain < this.chains; chain++) {
      const w = this.#chainOf(position, chain);
      const g = this.#chainOf(gradient, chain);
      const d = metric && this.#chainOf(metric, chain);
      let distance = 0;
      let virial = 0;
      let norm = 0;
      for (let i = 0; i < this.dim; i++) {
        const away = w[i] - center[i];
        const force = nbeta * g[i] + gamma * away;
        distance += away * away;
        virial += away * g[i];
        norm += (d ? d[i] : 1) * force * force;
      }
      this.#put(at, chain, distance);
      this.#put({ slots: at.slots, row: at.row + 1 }, chain, virial);
      this.#put({ slots: at.slots, row: at.row + 2 }, chain, norm);
    }
  }

  #chainOf(vector: Vector, chain: number): Numbers {
    return this.#vectors[vector.id].subarray(chain * this.dim, (chain + 1) * this.dim);
  }

  #inDouble(vector: Vector, chain: number): Float64Array {
    const numbers = this.#chainOf(vector, chain);
    if (numbers instanceof Float64Array) return numbers;
    this.#position.set(numbers);
    return this.#position;
  }

  #rowsOf(batch: Batch | null, chain: number): Int32Array | null {
    if (batch === null || this.rows === 0) return null;
    if (this.#indices.length !== batch.size) this.#indices = new Int32Array(batch.size);
    fillBatch(batch.streams[chain], batch.step, this.rows, this.#indices);
    return this.#indices;
  }

  #put(at: SlotRow, chain: number, value: number): void {
    this.#slots[at.slots.id][at.row * this.chains + chain] = value;
  }
}

function normalise(u: Numbers): void {
  let squares = 0;
  for (let i = 0; i < u.length; i++) squares += u[i] * u[i];
  const factor = 1 / Math.sqrt(squares);
  for (let i = 0; i < u.length; i++) u[i] *= factor;
}
