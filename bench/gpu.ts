/**
 * What the arithmetic takes on a GPU: network 32-303-1 with biases (10,303 parameters), chains in one batch.
 *
 *     node bench/gpu.ts            LLC_GPU_SOFTWARE=1 for a program that passes for one, whose speed means nothing
 *
 * W1 is an SGLD step on minibatches of 256, W2 a full gradient at n = 5000, W3 a full loss at n = 20,000 (as bench/compute.ts).
 * `recorded` is this program's own time for encoding and handing over; the rest of `all` the GPU's.
 */
import type { Engine } from '../src/compute/engines/engine.ts';
import { createGpuEngine } from '../src/compute/engines/gpu/gpu-engine.ts';
import { keepsRoundings } from '../src/compute/engines/gpu/trial.ts';
import { createPlainEngine } from '../src/compute/engines/plain.ts';
import { stream } from '../src/compute/rng/stream.ts';
import type { Problem } from '../src/compute/targets/problem.ts';
import { adapterText } from '../src/dispatch/gpu/gpu-adapter.ts';
import { openGpu } from '../src/dispatch/gpu/open-gpu.ts';
import { network, waves } from './kernel-timing.ts';

const INPUTS = 32;
const HIDDEN = 303;
const BATCH = 256;
const DIM = HIDDEN * (INPUTS + 2) + 1;
const FORWARD = 2 * HIDDEN * (INPUTS + 1);
const GRADIENT = FORWARD + 2 * HIDDEN * (INPUTS + 2);
const CHAINS = [1, 4, 256];
/** Steps between two reads, as samplers block them. */
const BLOCK = 100;
const SECONDS_EACH = 3;

const { device, adapter, failed, close } = await openGpu();
failed.catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
console.log(adapterText(adapter));
if (!(await keepsRoundings(device))) throw new Error('its sums lose what rounding loses');
await printErrors();
console.log('chains   what   all us   recorded us   GFLOP/s   chain-steps/s');
for (const chains of CHAINS) {
  const batches = Array.from({ length: chains }, (_, chain) => stream(1, 'batch', chain));
  const streams = Array.from({ length: chains }, (_, chain) => stream(1, 'noise', chain));
  await report('W1', BATCH * GRADIENT, chains, engineOf(problemOf(5000), chains), (engine, at) => {
    const { position, gradient } = at;
    engine.gradient(position, gradient, { streams: batches, step: at.step, size: BATCH });
    const noise = { streams, step: at.step };
    engine.langevin(position, { gradient, stepSize: 1e-9, metric: null, noise, scheme: 'euler' });
  });
  await report('W2', 5000 * GRADIENT, chains, engineOf(problemOf(5000), chains), (engine, at) =>
    engine.gradient(at.position, at.gradient, null),
  );
  await report('W3', 20_000 * FORWARD, chains, engineOf(problemOf(20_000), chains), (engine, at) =>
    engine.loss(at.position, null, { slots: at.slots, row: 0 }),
  );
}
await close();

type At = ReturnType<typeof begun> & { step: number };

async function report(
  name: string,
  flops: number,
  chains: number,
  engine: Engine,
  run: (engine: Engine, at: At) => void,
): Promise<void> {
  const at = { ...begun(engine), step: 0 };
  let all = Number.POSITIVE_INFINITY;
  let recorded = 0;
  // What takes long is not blocked.
  let block = 1;
  const end = performance.now() + SECONDS_EACH * 1000;
  do {
    const began = performance.now();
    for (let i = 0; i < block; i++, at.step++) run(engine, at);
    const handed = performance.now();
    await engine.readSlots(at.slots);
    const each = (performance.now() - began) / block;
    if (each < all) [all, recorded] = [each, (handed - began) / block];
    block = each * BLOCK < 1000 ? BLOCK : 1;
  } while (performance.now() < end);
  const cells = [
    (1000 * all).toFixed(1),
    (1000 * recorded).toFixed(1),
    ((chains * flops) / all / 1e6).toFixed(0),
    ((1000 * chains) / all).toFixed(0),
  ];
  console.log(
    `${String(chains).padEnd(9)}${name.padEnd(7)}${cells.map((cell) => cell.padEnd(12)).join('')}`,
  );
}

/** The losses and gradients of one position against the plain engine's, which computes in f64. */
async function printErrors(): Promise<void> {
  const problem = problemOf(5000);
  const [exact, ours] = await Promise.all(
    [createPlainEngine(optionsFor(problem, 1)), engineOf(problem, 1)].map(async (engine) => {
      const { position, gradient, slots } = begun(engine);
      engine.gradient(position, gradient, null, { slots, row: 0 });
      return { loss: (await engine.readSlots(slots))[0], gradient: await engine.read(gradient) };
    }),
  );
  const size = Math.max(...exact.gradient.map(Math.abs));
  const away = Math.max(...ours.gradient.map((value, i) => Math.abs(value - exact.gradient[i])));
  console.log(
    `against f64: loss off by ${Math.abs(ours.loss / exact.loss - 1).toExponential(1)} of itself, ` +
      `gradient by ${(away / size).toExponential(1)} of its largest entry`,
  );
}

function engineOf(problem: Problem, chains: number): Engine {
  return createGpuEngine(optionsFor(problem, chains), device, 'vectorized');
}

function begun(engine: Engine) {
  const position = engine.vector();
  engine.write(
    position,
    waves(engine.chains * DIM, 0.3).map((value) => Math.fround(0.1 * value)),
  );
  return { position, gradient: engine.vector(), slots: engine.slots(1) };
}

function optionsFor(problem: Problem, chains: number) {
  const posterior = { nbeta: 100, gamma: 1, center: new Float64Array(DIM) };
  return { problem, posterior, chains, dtype: 'float32' } as const;
}

/** Numbers that singles hold: what is compared is the arithmetic. */
function problemOf(rows: number): Problem {
  const { x, y, ...shape } = network([INPUTS, HIDDEN, 1], rows);
  return { ...shape, x: x.map(Math.fround), y: y.map(Math.fround) };
}
