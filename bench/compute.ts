/**
 * What the arithmetic takes: one core, network 32-303-1 with biases (10,303 parameters), one chain.
 *
 *     taskset -c 0 node bench/compute.ts [PYTHON]        PYTHON with numpy, jax, blackjax, torch or devinterp: those too
 *
 * W1 is an SGLD step on a minibatch of 256, W2 a full gradient at n = 5000, W3 a full loss at n = 20,000. Times are
 * the best of many; the fraction is that of the multiply-adds that this core does in 128-bit vectors.
 */
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Engine, EngineOptions } from '../src/compute/engines/engine.ts';
import { createPlainEngine } from '../src/compute/engines/plain.ts';
import { wasmFeatures } from '../src/compute/engines/wasm/features.ts';
import { createWasmEngine } from '../src/compute/engines/wasm/wasm-engine.ts';
import { stream } from '../src/compute/rng/stream.ts';
import {
  loadNativeKernels,
  NATIVE_KERNELS_FILE,
  nativeIsRight,
} from '../src/dispatch/work/load-native-kernels.ts';
import { allowFirstCompiler, quickestFeatures } from '../src/dispatch/work/quickest-features.ts';
import {
  engineOptions,
  network,
  peakOf,
  productOperations,
  quickest,
  waves,
} from './kernel-timing.ts';
import { ONE_THREAD } from './peers/one-thread.ts';

type Dtype = EngineOptions['dtype'];

/** A line of `compute-peers.py`: seconds of W1, W2 and W3, NaN-free or left out. */
interface Peer {
  readonly name: string;
  readonly dtype: Dtype;
  readonly seconds: readonly number[];
  /** Why there are no times. */
  readonly missing?: string;
}

const WIDTHS = [32, 303, 1];
const BATCH = 256;
const SECONDS_EACH = 2;
const WORK = [
  { operations: BATCH * productOperations(WIDTHS, 'gradient'), unit: 1e6 },
  { operations: 5000 * productOperations(WIDTHS, 'gradient'), unit: 1e3 },
  { operations: 20_000 * productOperations(WIDTHS, 'loss'), unit: 1e3 },
];
const measured: { name: string; dtype: Dtype; seconds: readonly number[]; peer: boolean }[] = [];

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
  const features = await quickestFeatures(usual, dtype);
  if (!features.paired) console.log(`wasm, paired, ${dtype}: refused by its trial`);
  else report('wasm, paired', dtype, (options) => createWasmEngine(options, features));
  if (native === null) continue;
  if (await nativeIsRight(native, features, dtype)) {
    const name = `native ${native.instructions}`;
    report(name, dtype, (options) => createWasmEngine(options, features, native));
  } else console.log(`native, ${dtype}: refused by its trial`);
}
if (native === null) console.log('no native kernels: npm run build:native');
for (const [dtype, peak] of peaks) {
  console.log(`${dtype}: 128-bit peak of this core ${(peak / 1e9).toFixed(0)} GFLOP/s`);
}
await comparePeers(process.argv[2] ?? 'python3');

function report(name: string, dtype: Dtype, engineOf: (options: EngineOptions) => Engine): void {
  const create = (rows: number) => engineOf(engineOptions(network(WIDTHS, rows), dtype));
  const seconds = [stepTime(create(5000)), gradientTime(create(5000)), lossTime(create(20_000))];
  print(name, dtype, seconds, false);
}

function print(name: string, dtype: Dtype, seconds: readonly number[], peer = true): void {
  const peak = peaks.get(dtype) ?? Number.NaN;
  const cells = seconds.map((time, i) => {
    const share = (100 * WORK[i].operations) / time / peak;
    return `${(time * WORK[i].unit).toFixed(2)} (${share.toFixed(0)} %)`.padEnd(18);
  });
  console.log(`${name} ${dtype}`.padEnd(21), cells.join(''));
  measured.push({ name, dtype, seconds, peer });
}

function stepTime(engine: Engine) {
  const { position, gradient } = begun(engine);
  const batches = [stream(1, 'batch')];
  const streams = [stream(1, 'noise')];
  return quickest((step) => {
    engine.gradient(position, gradient, { streams: batches, step, size: BATCH });
    const noise = { streams, step };
    engine.langevin(position, { gradient, stepSize: 1e-9, metric: null, noise, scheme: 'euler' });
  }, SECONDS_EACH);
}

function gradientTime(engine: Engine) {
  const { position, gradient } = begun(engine);
  return quickest(() => engine.gradient(position, gradient, null), SECONDS_EACH);
}

function lossTime(engine: Engine) {
  const { position } = begun(engine);
  const slots = engine.slots(1);
  return quickest(() => engine.loss(position, null, { slots, row: 0 }), SECONDS_EACH);
}

function begun(engine: Engine) {
  const position = engine.vector();
  engine.write(
    position,
    waves(engine.dim, 0.3).map((value) => 0.1 * value),
  );
  return { position, gradient: engine.vector() };
}

/** The same work by libraries of Python; those that are missing are named. */
async function comparePeers(python: string): Promise<void> {
  const script = join(import.meta.dirname, 'compute-peers.py');
  const { stdout, failed } = await execa(python, [script], { env: ONE_THREAD, reject: false });
  if (failed && stdout === '') {
    console.log(`\n${python} does not run: no peers`);
    return;
  }
  const cores = availableParallelism();
  console.log(`\npeers${cores > 1 ? ' (jax takes all cores: bind this command to one)' : ''}`);
  for (const line of stdout.split('\n').filter((text) => text.startsWith('{'))) {
    const peer: Peer = JSON.parse(line);
    if (peer.missing !== undefined) console.log(`${peer.name}: missing (${peer.missing})`);
    else print(peer.name, peer.dtype, peer.seconds);
  }
  console.log('\ntimes of ours over theirs: below 1 is faster');
  for (const own of measured.filter(({ peer }) => !peer)) {
    const others = measured.filter(({ peer, dtype }) => peer && dtype === own.dtype);
    const ratios = others.map(({ name, seconds }) => {
      const cells = seconds.map((theirs, i) => (own.seconds[i] / theirs).toFixed(2));
      return `${name} ${cells.join('/')}`;
    });
    console.log(`${own.name} ${own.dtype}:`.padEnd(24), ratios.join('   '));
  }
}
