/**
 * What the arithmetic takes: one core, network 32-303-1 with biases (10,303 parameters), one chain.
 *
 *     node bench/compute.ts [PYTHON]        PYTHON with numpy, jax or torch: those too
 *
 * W1 is an SGLD step on a minibatch of 256, W2 a full gradient at n = 5000, W3 a full loss at n = 20,000. Times are
 * the best of many; the fraction is that of the multiply-adds that this core does in 128-bit vectors.
 */
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Engine, EngineOptions } from '../src/compute/engines/engine.ts';
import { createPlainEngine } from '../src/compute/engines/plain.ts';
import { lanesOf } from '../src/compute/engines/wasm/assembler/lanes.ts';
import { assemble } from '../src/compute/engines/wasm/assembler/module.ts';
import { Routine } from '../src/compute/engines/wasm/assembler/routine.ts';
import { type WasmFeatures, wasmFeatures } from '../src/compute/engines/wasm/features.ts';
import { createWasmEngine } from '../src/compute/engines/wasm/wasm-engine.ts';
import { stream } from '../src/compute/rng/stream.ts';
import type { Problem } from '../src/compute/targets/problem.ts';
import {
  loadNativeKernels,
  NATIVE_KERNELS_FILE,
  nativeIsRight,
} from '../src/dispatch/work/load-native-kernels.ts';
import { allowFirstCompiler, quickestFeatures } from '../src/dispatch/work/quickest-features.ts';

type Dtype = EngineOptions['dtype'];

const INPUTS = 32;
const HIDDEN = 303;
const BATCH = 256;
const DIM = HIDDEN * (INPUTS + 2) + 1;
/** Multiply-adds count as two. */
const FORWARD = 2 * HIDDEN * (INPUTS + 1);
const GRADIENT = FORWARD + 2 * HIDDEN * (INPUTS + 2);
const SECONDS_EACH = 2;

console.log(`${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}`);
const usual = wasmFeatures();
allowFirstCompiler(false);
const native = loadNativeKernels(new URL(`../dist/${NATIVE_KERNELS_FILE}`, import.meta.url));
const DTYPES = ['float32', 'float64'] as const;
const peaks = new Map<Dtype, number>();
console.log('engine                W1 us (of peak)   W2 ms (of peak)   W3 ms (of peak)');
for (const dtype of DTYPES) {
  if (usual !== null) peaks.set(dtype, peakOf(dtype, usual));
  report('plain', dtype, createPlainEngine);
  if (usual !== null) report('wasm', dtype, (options) => createWasmEngine(options, usual));
}
// The flag that pairs vectors stays set: all that does without it comes first.
for (const dtype of DTYPES) {
  if (usual === null) continue;
  const quickest = await quickestFeatures(usual, dtype);
  if (!quickest.paired) console.log(`wasm, paired, ${dtype}: refused by its trial`);
  else report('wasm, paired', dtype, (options) => createWasmEngine(options, quickest));
  if (native === null) continue;
  if (await nativeIsRight(native, quickest, dtype)) {
    const name = `native ${native.instructions}`;
    report(name, dtype, (options) => createWasmEngine(options, quickest, native));
  } else console.log(`native, ${dtype}: refused by its trial`);
}
if (native === null) console.log('no native kernels: npm run build:native');
for (const [dtype, peak] of peaks) {
  console.log(`${dtype}: 128-bit peak of this core ${(peak / 1e9).toFixed(0)} GFLOP/s`);
}
await comparePeers(process.argv[2] ?? 'python3');

function report(name: string, dtype: Dtype, engineOf: (options: EngineOptions) => Engine): void {
  const peak = peaks.get(dtype) ?? Number.NaN;
  const create = (problem: Problem) => engineOf(optionsFor(problem, dtype));
  const rates = [
    { ...stepTime(create(problemOf(5000))), flops: BATCH * GRADIENT, unit: 1e6 },
    { ...gradientTime(create(problemOf(5000))), flops: 5000 * GRADIENT, unit: 1e3 },
    { ...lossTime(create(problemOf(20_000))), flops: 20_000 * FORWARD, unit: 1e3 },
  ];
  const cells = rates.map(({ seconds, flops, unit }) => {
    const share = (100 * flops) / seconds / peak;
    return `${(seconds * unit).toFixed(2)} (${share.toFixed(0)} %)`.padEnd(18);
  });
  console.log(`${name} ${dtype}`.padEnd(21), cells.join(''));
}

function stepTime(engine: Engine) {
  const { position, gradient } = begun(engine);
  const batches = [stream(1, 'batch')];
  const streams = [stream(1, 'noise')];
  return best((step) => {
    engine.gradient(position, gradient, { streams: batches, step, size: BATCH });
    const noise = { streams, step };
    engine.langevin(position, { gradient, stepSize: 1e-9, metric: null, noise, scheme: 'euler' });
  });
}

function gradientTime(engine: Engine) {
  const { position, gradient } = begun(engine);
  return best(() => engine.gradient(position, gradient, null));
}

function lossTime(engine: Engine) {
  const { position } = begun(engine);
  const slots = engine.slots(1);
  return best(() => engine.loss(position, null, { slots, row: 0 }));
}

function begun(engine: Engine) {
  const position = engine.vector();
  engine.write(
    position,
    waves(DIM, 0.3).map((value) => 0.1 * value),
  );
  return { position, gradient: engine.vector() };
}

/** The quickest of the calls that fit into the time. */
function best(run: (step: number) => void): { seconds: number } {
  let seconds = Number.POSITIVE_INFINITY;
  const end = performance.now() + SECONDS_EACH * 1000;
  for (let step = 0; performance.now() < end || step < 3; step++) {
    const began = performance.now();
    run(step);
    seconds = Math.min(seconds, (performance.now() - began) / 1000);
  }
  return { seconds };
}

/** Multiply-adds a second, times two, of a loop of as many independent sums as hide their latency. */
function peakOf(dtype: Dtype, { fused }: WasmFeatures): number {
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
  const { seconds } = best(() => (exports['run'] as (at: number) => void)(64));
  return (2 * turns * sums * lanes.count) / seconds;
}

function optionsFor(problem: Problem, dtype: Dtype): EngineOptions {
  const posterior = { nbeta: 100, gamma: 1, center: new Float64Array(DIM) };
  return { problem, posterior, chains: 1, dtype };
}

function problemOf(rows: number): Problem {
  return {
    kind: 'mlp',
    widths: [INPUTS, HIDDEN, 1],
    activation: 'relu',
    bias: true,
    residualPeriod: 0,
    layernorm: false,
    loss: 'mse',
    studentDf: 1,
    noiseScale: 1,
    lossScale: 1,
    rows,
    x: waves(rows * INPUTS, 0.1),
    y: waves(rows, 0.2),
  };
}

function waves(length: number, phase: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => Math.sin(phase + 1.7 * i + 0.3 * (i % 1009) ** 2));
}

/** The same work by libraries of Python, on one thread; those that are missing are named. */
async function comparePeers(python: string): Promise<void> {
  const script = join(import.meta.dirname, 'compute-peers.py');
  const one = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
  const env = { ...one, XLA_FLAGS: '--xla_cpu_multi_thread_eigen=false' };
  const { stdout, failed } = await execa(python, [script], { env, reject: false });
  console.log(failed ? `\n${python} does not run: no peers` : `\npeers, one thread\n${stdout}`);
}
