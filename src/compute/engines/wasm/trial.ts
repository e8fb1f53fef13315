import { stream } from '../../rng/stream.ts';
import type { Activation } from '../../settings.ts';
import type { EngineOptions } from '../engine.ts';
import type { NativeKernels } from '../native/native-kernels.ts';
import type { WasmFeatures } from './features.ts';
import { createWasmEngine } from './wasm-engine.ts';

/** What an engine made of a small network. */
export interface Trial {
  /** Seconds of one gradient, at its quickest. */
  readonly seconds: number;
  /** A position and its gradient after moves with noise. */
  readonly numbers: readonly Float64Array[];
}

/** The first gradients may wait for the compiler; of so many one is undisturbed. */
const GRADIENTS = 40;

const WIDTHS = [16, 128, 40, 3];
const ROWS = 120;
const STEPS = 3;

/**
 * Tries features on a network with every kind of tile: whole ones, and ones that are cut at an edge.
 *
 * @param clock - seconds.
 */
export async function tryFeatures(
  features: WasmFeatures,
  dtype: EngineOptions['dtype'],
  clock: () => number,
  native: { readonly kernels: NativeKernels | null; readonly activation: Activation } = {
    kernels: null,
    activation: 'tanh',
  },
): Promise<Trial> {
  const inputs = WIDTHS[0];
  const outputs = WIDTHS[WIDTHS.length - 1];
  const dim = WIDTHS.slice(1).reduce((sum, width, l) => sum + width * (WIDTHS[l] + 1), 0);
  const wave = (length: number) => Float64Array.from({ length }, (_, i) => Math.sin(1.3 * i * i));
  const engine = createWasmEngine(
    {
      problem: {
        kind: 'mlp',
        widths: WIDTHS,
        activation: native.activation,
        bias: true,
        residualPeriod: 0,
        layernorm: false,
        loss: 'mse',
        studentDf: 1,
        noiseScale: 1,
        lossScale: 1,
        rows: ROWS,
        x: wave(ROWS * inputs),
        y: wave(ROWS * outputs),
      },
      posterior: { nbeta: 1, gamma: 1, center: new Float64Array(dim) },
      chains: 1,
      dtype,
    },
    features,
    native.kernels,
  );
  const position = engine.vector();
  const gradient = engine.vector();
  engine.write(position, wave(dim));

  let seconds = Number.POSITIVE_INFINITY;
  for (let i = 0; i < GRADIENTS; i++) {
    const began = clock();
    engine.gradient(position, gradient, null);
    seconds = Math.min(seconds, clock() - began);
  }
  const streams = [stream(0, 'noise')];
  for (let step = 0; step < STEPS; step++) {
    const noise = { streams, step };
    engine.langevin(position, { gradient, stepSize: 0.01, metric: null, noise, scheme: 'euler' });
    engine.gradient(position, gradient, null);
  }
  return { seconds, numbers: [await engine.read(position), await engine.read(gradient)] };
}
