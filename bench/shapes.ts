/**
 * How near the emitted kernels come to what a core can do, over shapes: the gradient of networks of 1 to 4 hidden layers
 * of 16 to 1024 units on one core, as a fraction of its measured multiply-adds in 128-bit vectors.
 *
 *     node bench/shapes.ts [--paired] [--csv=FILE]
 *
 * Without `--paired` each instruction does 128 bits, so that 100 % cannot be passed.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { wasmFeatures } from '../src/compute/engines/wasm/features.ts';
import { createWasmEngine } from '../src/compute/engines/wasm/wasm-engine.ts';
import { allowFirstCompiler, quickestFeatures } from '../src/dispatch/work/quickest-features.ts';
import {
  engineOptions,
  network,
  peakOf,
  productOperations,
  quickest,
  waves,
} from './kernel-timing.ts';

const WIDTHS = [16, 32, 64, 100, 128, 256, 303, 512, 1024];
const LAYERS = [1, 2, 3, 4];
const INPUTS = 32;
/** Operations of one gradient, about: so short that a busy machine leaves some alone. */
const OPERATIONS = 2e7;
const SECONDS_EACH = 0.5;

const { values: options } = parseArgs({
  options: { paired: { type: 'boolean', default: false }, csv: { type: 'string' } },
});
console.log(`${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}`);
const usual = wasmFeatures();
if (usual === null) throw new Error('this runtime has no vectors');
allowFirstCompiler(false);
const lines = ['dtype,layers,width,share'];
// Before pairs are tried: their flag stays set.
const peaks = { float32: peakOf('float32', usual), float64: peakOf('float64', usual) };
for (const dtype of ['float32', 'float64'] as const) {
  const peak = peaks[dtype];
  const features = options.paired ? await quickestFeatures(usual, dtype) : usual;
  console.log(`${dtype}, ${(peak / 1e9).toFixed(0)} GFLOP/s: percent of it, by layers and width`);
  console.log('  ', ...WIDTHS.map((width) => String(width).padStart(5)));
  for (const layers of LAYERS) {
    const shares = WIDTHS.map((width) => {
      const widths = [INPUTS, ...new Array<number>(layers).fill(width), 1];
      const operations = productOperations(widths, 'gradient');
      // Whole panels, and not fewer than a minibatch.
      const rows = Math.max(256, Math.ceil(OPERATIONS / operations / 16) * 16);
      const engine = createWasmEngine(engineOptions(network(widths, rows), dtype), features);
      const position = engine.vector();
      const gradient = engine.vector();
      engine.write(
        position,
        waves(engine.dim, 0.3).map((value) => value / Math.sqrt(width)),
      );
      const run = () => engine.gradient(position, gradient, null);
      const share = (operations * rows) / quickest(run, SECONDS_EACH) / peak;
      lines.push([dtype, layers, width, share.toFixed(3)].join(','));
      return share;
    });
    console.log(` ${layers}`, ...shares.map((share) => (100 * share).toFixed(0).padStart(5)));
  }
}
if (options.csv !== undefined) writeFileSync(options.csv, `${lines.join('\n')}\n`);
