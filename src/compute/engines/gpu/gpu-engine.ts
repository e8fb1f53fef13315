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
import { networkOf } from '../network-shape.ts';
import { ofChain } from '../per-chain.ts';
import { GpuNetwork } from './gpu-network.ts';
import {
  type DeviceBuffer,
  type Kernel,
  Recording,
  type Shader,
  single,
  type Word,
} from './recording.ts';
import { THREADS } from './shaders/numbers.ts';
import { PRODUCT_WORDS } from './shaders/product.ts';
import {
  accumulateShader,
  BLOCK,
  CHAIN_WORDS,
  COMMON_WORDS,
  copyShader,
  deflateShader,
  driftShader,
  isokineticKickShader,
  isokineticRefreshShader,
  kickShader,
  kineticShader,
  langevinShader,
  metersShader,
  refreshShader,
  squareAlongShader,
} from './shaders/updates.ts';

/** How a GPU takes the chains: all in one batch, or one after another, which needs less memory. */
export type GpuMode = 'vectorized' | 'sequential';

/**
 * The engine of a GPU, over WebGPU: networks alone (`mlp`, `dln`), singles alone. Everything stays on the device but what is
 * read; sums of losses and over parameters are compensated, and are put together in f64 here.
 *
 * @param device opened by whoever owns it, with WebGPU's constants global; it is lost where the engine outlives it.
 * @throws RangeError where the problem is no network, is asked for in doubles, or does not fit the device's buffers.
 */
export function createGpuEngine(options: EngineOptions, device: GPUDevice, mode: GpuMode): Engine {
  return new GpuEngine(options, device, mode);
}

/** One slot block: pairs of singles on the device, and what each row is to be multiplied with. */
interface SlotBlock {
  readonly buffer: DeviceBuffer;
  readonly count: number;
  readonly scales: Float64Array;
}

/** What an update tells its kernel, besides the posterior. */
interface Update {
  readonly noise?: Noise;
  readonly first?: PerChain;
  readonly second?: PerChain;
  readonly at?: SlotRow;
}

class GpuEngine implements Engine {
  readonly name = 'webgpu';
  readonly dtype = 'float32';
  readonly chains: number;
  readonly dim: number;
  readonly rows: number;
  readonly posterior: Posterior;

  readonly #recording: Recording;
  readonly #network: GpuNetwork;
  readonly #vectors: DeviceBuffer[] = [];
  readonly #slots: SlotBlock[] = [];
  readonly #center: DeviceBuffer;
  #spare: Vector | null = null;

  constructor(
    { problem, posterior, chains, dtype }: EngineOptions,
    device: GPUDevice,
    mode: GpuMode,
  ) {
    const network = networkOf(problem);
    if (network === null) throw new RangeError(`a GPU computes networks, not ${problem.kind}`);
    if (dtype !== 'float32') throw new RangeError(`a GPU computes in float32, not ${dtype}`);
    this.chains = chains;
    this.posterior = posterior;
    const mostWords = Math.max(
      PRODUCT_WORDS.length,
      GATHER_WORDS + 2 * chains,
      COMMON_WORDS + CHAIN_WORDS * chains,
    );
    this.#recording = new Recording(device, mostWords);
    const together = mode === 'vectorized' ? chains : 1;
    this.#network = new GpuNetwork(network, this.#recording, chains, together);
    this.dim = this.#network.dim;
    // A deep linear network has no data: its rows are those of its matrix.
    this.rows = problem.kind === 'mlp' ? network.rows : 0;
    this.#center = this.#recording.buffer(4 * this.dim);
    this.#recording.write(this.#center, Float32Array.from(posterior.center).buffer);
  }

  vector(): Vector {
    return { id: this.#vectors.push(this.#recording.buffer(4 * this.chains * this.dim)) - 1 };
  }

  slots(count: number): Slots {
    const buffer = this.#recording.buffer(8 * count * this.chains);
    const scales = new Float64Array(count).fill(1);
    return { id: this.#slots.push({ buffer, count, scales }) - 1, count };
  }

  clear({ id }: Slots): void {
    const { buffer, count } = this.#slots[id];
    this.#recording.write(buffer, new ArrayBuffer(8 * count * this.chains));
  }

  write(into: Vector, values: Float64Array): void {
    this.#recording.write(this.#vectors[into.id], Float32Array.from(values).buffer);
  }

  async read(from: Vector): Promise<Float64Array> {
    const bytes = await this.#recording.read(this.#vectors[from.id], 4 * this.chains * this.dim);
    return Float64Array.from(new Float32Array(bytes));
  }

  async readSlots(from: Slots): Promise<Float64Array> {
    const { buffer, count, scales } = this.#slots[from.id];
    // Those of now: later updates may change them while the device answers.
    const scalesNow = scales.slice();
    const cells = count * this.chains;
    const pairs = new Float32Array(await this.#recording.read(buffer, 8 * cells));
    return Float64Array.from(
      { length: cells },
      (_, cell) =>
        scalesNow[Math.floor(cell / this.chains)] * (pairs[2 * cell] + pairs[2 * cell + 1]),
    );
  }

  copy(from: Vector, into: Vector): void {
    this.#each(this.#kernel('copy', copyShader), [from, into], { first: 1 });
  }

  copyWhere(mask: readonly boolean[], from: Vector, into: Vector): void {
    this.#each(this.#kernel('copy', copyShader), [from, into], { first: mask.map(Number) });
  }

  gradient(position: Vector, gradient: Vector, batch: Batch | null, at?: SlotRow): void {
    this.#evaluate(position, gradient, batch, at);
  }

  loss(position: Vector, batch: Batch | null, at: SlotRow): void {
    this.#evaluate(position, null, batch, at);
  }

  accumulate(
    into: Vector,
    terms: { keep: PerChain; add: PerChain; of: Vector; power: 1 | 2; centred?: boolean },
  ): void {
    const { power, centred = false } = terms;
    const kernel = this.#kernel(`accumulate ${power} ${centred}`, () =>
      accumulateShader(power, centred),
    );
    const of = terms.of.id === into.id ? this.#copied(into) : terms.of;
    this.#each(kernel, [into, of, this.#center], { first: terms.keep, second: terms.add });
  }

  deflate(
    from: Vector,
    into: Vector,
    { along, own, of, times }: { along: Vector; own: number; of: Vector; times: number },
  ): void {
    const inPlace = from.id === into.id;
    const kernel = this.#kernel(`deflate ${inPlace}`, () => deflateShader(inPlace));
    const buffers = inPlace ? [into] : [into, from];
    const update = { first: own, second: times };
    this.#whole(kernel, [...buffers, along, of, this.#center], update);
  }

  squareAlong(along: Vector, of: Vector, times: number, at: SlotRow): void {
    const { buffer, scales } = this.#slots[at.slots.id];
    const kernel = this.#kernel('square along', squareAlongShader);
    const update = { first: times / scales[at.row], at };
    this.#whole(kernel, [along, of, this.#center, buffer], update);
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
    const { gradient, stepSize, metric, noise, scheme } = update;
    const averaged = scheme === 'leimkuhler_matthews';
    const kernel = this.#scaled(`langevin ${averaged}`, metric, (scaled) =>
      langevinShader(scaled, averaged),
    );
    const buffers = [position, gradient, this.#center, ...given(metric)];
    this.#each(kernel, buffers, { noise, first: stepSize }, BLOCK);
  }

  kick(momentum: Vector, position: Vector, gradient: Vector, a: PerChain): void {
    this.#each(this.#kernel('kick', kickShader), [momentum, position, gradient, this.#center], {
      first: a,
    });
  }

  drift(position: Vector, momentum: Vector, a: PerChain, diagonal: Vector | null): void {
    const kernel = this.#scaled('drift', diagonal, driftShader);
    this.#each(kernel, [position, momentum, ...given(diagonal)], { first: a });
  }

  refresh(
    momentum: Vector,
    terms: { keep: PerChain; add: PerChain; inverseMass: Vector | null; noise: Noise },
  ): void {
    const { keep, add, inverseMass, noise } = terms;
    const kernel = this.#scaled('refresh', inverseMass, refreshShader);
    const update = { noise, first: keep, second: add };
    this.#each(kernel, [momentum, ...given(inverseMass)], update, BLOCK);
  }

  isokineticKick(
    direction: Vector,
    step: { position: Vector; gradient: Vector; a: PerChain; scale: Vector | null; at: SlotRow },
  ): void {
    const { position, gradient, a, scale, at } = step;
    const kernel = this.#scaled('isokinetic kick', scale, isokineticKickShader);
    const buffers = [direction, position, gradient, this.#center, ...given(scale)];
    this.#whole(kernel, [...buffers, this.#rowFor(at, 1)], { first: a, at });
  }

  isokineticRefresh(direction: Vector, nu: PerChain, noise: Noise): void {
    this.#whole(this.#kernel('nudge', isokineticRefreshShader), [direction], { noise, first: nu });
  }

  kinetic(momentum: Vector, inverseMass: Vector | null, at: SlotRow): void {
    const kernel = this.#scaled('kinetic', inverseMass, kineticShader);
    this.#whole(kernel, [momentum, ...given(inverseMass), this.#rowFor(at, 0.5)], { at });
  }

  meters(position: Vector, gradient: Vector, metric: Vector | null, at: SlotRow): void {
    const kernel = this.#scaled('meters', metric, metersShader);
    for (const more of [1, 2]) this.#rowFor({ ...at, row: at.row + more }, 1);
    const buffers = [position, gradient, this.#center, ...given(metric), this.#rowFor(at, 1)];
    this.#whole(kernel, buffers, { at });
  }

  #evaluate(position: Vector, gradient: Vector | null, asked: Batch | null, at?: SlotRow): void {
    const batch = this.rows === 0 ? null : asked;
    this.#network.evaluate(
      this.#vectors[position.id],
      gradient === null ? null : this.#vectors[gradient.id],
      batch,
      at === undefined
        ? null
        : { slots: this.#rowFor(at, this.#network.weightOf(batch)), at: at.row * this.chains },
    );
  }

  /** The buffer of a slot row whose new numbers are to be multiplied with `scale` where they are read. */
  #rowFor({ slots, row }: SlotRow, scale: number): DeviceBuffer {
    const block = this.#slots[slots.id];
    block.scales[row] = scale;
    return block.buffer;
  }

  /** A copy of a vector, good until the next. */
  #copied(vector: Vector): Vector {
    this.#spare ??= this.vector();
    this.copy(vector, this.#spare);
    return this.#spare;
  }

  #kernel(name: string, make: () => Shader): Kernel {
    return this.#recording.kernel(name, make);
  }

  /** A kernel with or without a diagonal. */
  #scaled(name: string, diagonal: Vector | null, make: (scaled: boolean) => Shader): Kernel {
    const scaled = diagonal !== null;
    return this.#kernel(scaled ? `${name}, scaled` : name, () => make(scaled));
  }

  /** Runs a kernel over the parameters of all chains, `together` of them a thread. */
  #each(
    kernel: Kernel,
    buffers: readonly (Vector | DeviceBuffer)[],
    update: Update,
    together = 1,
  ): void {
    const groups = Math.ceil(this.dim / (THREADS * together));
    this.#run(kernel, buffers, update, groups);
  }

  /** Runs a kernel with one workgroup a chain. */
  #whole(kernel: Kernel, buffers: readonly (Vector | DeviceBuffer)[], update: Update): void {
    this.#run(kernel, buffers, update, 1);
  }

  #run(
    kernel: Kernel,
    buffers: readonly (Vector | DeviceBuffer)[],
    { noise, first = 0, second = 0, at }: Update,
    groups: number,
  ): void {
    const { nbeta, gamma } = this.posterior;
    const step = noise?.step ?? 0;
    const words: Word[] = [
      this.dim,
      single(nbeta),
      single(gamma),
      noise === undefined ? this.chains : step % 2 ** 32,
      Math.floor(step / 2 ** 32),
      (step + 1) % 2 ** 32,
      Math.floor((step + 1) / 2 ** 32),
      at === undefined ? 0 : at.row * this.chains,
    ];
    for (let chain = 0; chain < this.chains; chain++) {
      const source = noise?.streams[chain];
      words.push(source?.key0 ?? 0, source?.key1 ?? 0);
      words.push(single(ofChain(first, chain)), single(ofChain(second, chain)));
    }
    this.#recording.dispatch(
      kernel,
      buffers.map((one) => ('buffer' in one ? one : this.#vectors[one.id])),
      words,
      [groups, 1, this.chains],
    );
  }
}

/** Words of a gathering before the chains' keys. */
const GATHER_WORDS = 9;

function given(vector: Vector | null): Vector[] {
  return vector === null ? [] : [vector];
}
