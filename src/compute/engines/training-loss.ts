import type { LossFunction } from '../targets/loss-function.ts';
import { mlpLayout } from '../targets/mlp-layout.ts';
import type { MlpProblem, Problem } from '../targets/problem.ts';
import { lossFunction } from '../targets/reference.ts';
import { chooseEngine } from './create-engine.ts';
import { networkOf } from './network-shape.ts';
import { Arena } from './wasm/arena.ts';
import { compileKernels } from './wasm/compile.ts';
import { wasmFeatures } from './wasm/features.ts';
import { WasmNetwork } from './wasm/network.ts';

/**
 * What may be used wherever it is computed: WebAssembly defines its results to the last bit but for the relaxed
 * multiply-add, so that weights trained without it are the same bytes on every machine.
 */
const SAME_EVERYWHERE = { fused: false, paired: false };

/**
 * The loss that training minimises, in f64: by kernels for networks that fit their memory, else the reference.
 * The same whatever engine samples.
 */
export function trainingLoss(problem: Problem): LossFunction {
  const features = wasmFeatures() === null ? null : SAME_EVERYWHERE;
  const choice = chooseEngine({ problem, chains: 1, dtype: 'float64' }, features);
  const network = networkOf(problem);
  return network === null || choice.name === 'plain'
    ? lossFunction(problem)
    : new KernelLoss(network);
}

/** A network's kernels behind the signature of the reference. */
class KernelLoss implements LossFunction {
  readonly dim: number;
  readonly rows: number;

  readonly #arena = new Arena();
  readonly #network: WasmNetwork;
  readonly #position: number;
  readonly #gradient: number;
  #indices = { address: 0, size: 0 };

  constructor(problem: MlpProblem) {
    const arena = this.#arena;
    this.dim = mlpLayout(problem.widths, problem.bias).dim;
    this.rows = problem.rows;
    const compiled = compileKernels(problem, this.dim, 'float64', SAME_EVERYWHERE, arena, null);
    this.#network = new WasmNetwork(problem, compiled, arena);
    const room = () => arena.allocate(Float64Array.BYTES_PER_ELEMENT * this.dim);
    this.#position = room();
    this.#gradient = room();
  }

  evaluate(
    position: Float64Array,
    gradient: Float64Array | null,
    batch: Int32Array | null,
  ): number {
    this.#arena.doubles(this.#position, this.dim).set(position);
    const into = gradient === null ? 0 : this.#gradient;
    const value = this.#network.evaluate(this.#position, into, this.#gathered(batch));
    gradient?.set(this.#arena.doubles(this.#gradient, this.dim));
    return value;
  }

  #gathered(batch: Int32Array | null) {
    if (batch === null) return null;
    const size = batch.length;
    if (this.#indices.size < size) {
      const bytes = Int32Array.BYTES_PER_ELEMENT * size;
      this.#indices = { address: this.#arena.allocate(bytes), size };
    }
    const { address } = this.#indices;
    this.#arena.integers(address, size).set(batch);
    return { indices: address, size };
  }
}
