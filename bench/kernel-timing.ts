import type { EngineOptions } from '../src/compute/engines/engine.ts';
import { lanesOf } from '../src/compute/engines/wasm/assembler/lanes.ts';
import { assemble } from '../src/compute/engines/wasm/assembler/module.ts';
import { Routine } from '../src/compute/engines/wasm/assembler/routine.ts';
import type { WasmFeatures } from '../src/compute/engines/wasm/features.ts';
import { mlpLayout } from '../src/compute/targets/mlp-layout.ts';
import type { MlpProblem } from '../src/compute/targets/problem.ts';

/** Seconds of the quickest of the calls that fit into the time; other work on the machine slows all but a few. */
export function quickest(run: (step: number) => void, secondsInAll: number): number {
  let seconds = Number.POSITIVE_INFINITY;
  const end = performance.now() + secondsInAll * 1000;
  for (let step = 0; performance.now() < end || step < 3; step++) {
    const began = performance.now();
    run(step);
    seconds = Math.min(seconds, (performance.now() - began) / 1000);
  }
  return seconds;
}

/**
 * What a core can do in 128-bit vectors: multiply-adds a second, times two, of a loop of as many independent sums as
 * hide their latency.
 */
export function peakOf(dtype: EngineOptions['dtype'], { fused }: WasmFeatures): number {
  const lanes = lanesOf(dtype, fused);
  const turns = 20_000;
  const sums = 12;
  const f = new Routine(['i32']);
  const at = f.parameter('i32', 0);
  const factor = f.keep(lanes.constant(0.5));
  const variables = Array.from({ length: sums }, () => f.variable('v128'));
  f.repeat(turns, () => {
    for (const sum of variables) f.set(sum, lanes.madd(sum, factor, factor));
  });
  for (const [index, sum] of variables.entries()) f.do(lanes.store(at, 16 * index, sum));
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = new WebAssembly.Module(assemble({ run: f }));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const seconds = quickest(() => (exports['run'] as (at: number) => void)(64), 2);
  return (2 * turns * sums * lanes.count) / seconds;
}

/** A relu network with biases on made-up data. */
export function network(widths: readonly number[], rows: number): MlpProblem {
  return {
    kind: 'mlp',
    widths: [...widths],
    activation: 'relu',
    bias: true,
    residualPeriod: 0,
    layernorm: false,
    loss: 'mse',
    studentDf: 1,
    noiseScale: 1,
    lossScale: 1,
    rows,
    x: waves(rows * widths[0], 0.1),
    y: waves(rows * widths[widths.length - 1], 0.2),
  };
}

export function engineOptions(problem: MlpProblem, dtype: EngineOptions['dtype']): EngineOptions {
  const { dim } = mlpLayout(problem.widths, problem.bias);
  const posterior = { nbeta: 100, gamma: 1, center: new Float64Array(dim) };
  return { problem, posterior, chains: 1, dtype };
}

/** Operations of products, a row: a multiply-add counts as two. */
export function productOperations(widths: readonly number[], pass: 'loss' | 'gradient'): number {
  return widths.slice(1).reduce((sum, outputs, l) => {
    const forward = 2 * outputs * (widths[l] + 1);
    const byInputs = l === 0 ? 0 : 2 * outputs * widths[l];
    return sum + forward + (pass === 'loss' ? 0 : byInputs + forward);
  }, 0);
}

export function waves(length: number, phase: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => Math.sin(phase + 1.7 * i + 0.3 * (i % 1009) ** 2));
}
