import { Worker } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import type { Engine } from '../../../src/compute/engines/engine.ts';
import { createPlainEngine } from '../../../src/compute/engines/plain.ts';
import type { ThreadLink } from '../../../src/compute/engines/thread-link.ts';
import { createThreadedEngine } from '../../../src/compute/engines/threaded.ts';
import { stream } from '../../../src/compute/rng/stream.ts';
import type { Problem } from '../../../src/compute/targets/problem.ts';

const CHAINS = 5;
const workers: Worker[] = [];

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
});

function startThreads(count: number): ThreadLink[] {
  return Array.from({ length: count }, () => {
    const worker = new Worker(new URL('../../fixtures/engine-thread.ts', import.meta.url));
    workers.push(worker);
    return {
      send: (message) => worker.postMessage(message),
      onMessage: (handler) => worker.on('message', handler),
    };
  });
}

function regression(): Problem {
  const rows = 40;
  const x = Float64Array.from({ length: rows * 3 }, (_, i) => Math.sin(i * 1.7));
  const y = Float64Array.from({ length: rows * 2 }, (_, i) => Math.cos(i * 0.9));
  return {
    kind: 'mlp',
    widths: [3, 4, 2],
    activation: 'tanh',
    bias: true,
    residualPeriod: 0,
    layernorm: false,
    loss: 'mse',
    studentDf: 4,
    noiseScale: 0.1,
    lossScale: 50,
    rows,
    x,
    y,
  };
}

const streams = (purpose: 'noise' | 'batch') =>
  Array.from({ length: CHAINS }, (_, chain) => stream(11, purpose, chain));

/** Uses every operation of the port once or more and returns all that can be read. */
async function everyOperation(engine: Engine): Promise<number[][]> {
  const noise = streams('noise');
  const batch = { streams: streams('batch'), step: 3, size: 8 };
  const position = engine.vector();
  const gradient = engine.vector();
  const momentum = engine.vector();
  const metric = engine.vector();
  const direction = engine.vector();
  const slots = engine.slots(12);
  const size = CHAINS * engine.dim;
  const perChain = Array.from({ length: CHAINS }, (_, chain) => 0.001 * (chain + 1));
  engine.write(
    position,
    Float64Array.from({ length: size }, (_, i) => 0.3 * Math.sin(i)),
  );
  engine.write(
    metric,
    Float64Array.from({ length: size }, (_, i) => 1 + (i % 7)),
  );
  engine.gradient(position, gradient, batch, { slots, row: 0 });
  engine.langevin(position, {
    gradient,
    stepSize: perChain,
    metric,
    noise: { streams: noise, step: 0 },
    scheme: 'leimkuhler_matthews',
  });
  engine.langevin(position, {
    gradient,
    stepSize: 1e-4,
    metric: null,
    noise: { streams: noise, step: 1 },
    scheme: 'euler',
  });
  engine.gradient(position, gradient, null);
  engine.refresh(momentum, {
    keep: 0,
    add: 1,
    inverseMass: metric,
    noise: { streams: noise, step: 2 },
  });
  engine.kick(momentum, position, gradient, perChain);
  engine.drift(position, momentum, 0.01, metric);
  engine.isokineticRefresh(direction, 1, { streams: noise, step: 3 });
  engine.gradient(position, gradient, null, { slots, row: 1 });
  engine.isokineticKick(direction, {
    position,
    gradient,
    a: perChain,
    scale: metric,
    at: { slots, row: 2 },
  });
  engine.kinetic(momentum, metric, { slots, row: 3 });
  engine.meters(position, gradient, metric, { slots, row: 4 });
  engine.loss(position, null, { slots, row: 7 });
  engine.loss(position, batch, { slots, row: 8 });
  engine.accumulate(metric, { keep: 0.9, add: perChain, of: gradient, power: 2 });
  engine.accumulate(metric, { keep: 1, add: 0.1, of: position, power: 1, centred: true });
  engine.copy(position, gradient);
  engine.copyWhere([true, false, true, false, true], momentum, gradient);
  const read: number[][] = [[...(await engine.readSlots(slots))]];
  for (const vector of [position, gradient, momentum, metric, direction]) {
    read.push([...(await engine.read(vector))]);
  }
  engine.clear(slots);
  read.push([...(await engine.readSlots(slots))]);
  return read;
}

for (const dtype of ['float64', 'float32'] as const) {
  for (const threads of [1, 2, 3]) {
    test(`${threads} threads give the same ${dtype} numbers as one engine, bit for bit`, async () => {
      const problem = regression();
      const plainShape = createPlainEngine({
        problem,
        posterior: { nbeta: 1, gamma: 1, center: new Float64Array(0) },
        chains: 0,
        dtype,
      });
      const center = Float64Array.from({ length: plainShape.dim }, (_, i) => 0.1 * i);
      const options = { problem, posterior: { nbeta: 7, gamma: 2, center }, chains: CHAINS, dtype };
      const whole = await everyOperation(createPlainEngine(options));
      const spread = await everyOperation(
        createThreadedEngine({ ...options, threads: startThreads(threads) }),
      );
      expect(spread).toEqual(whole);
      expect(whole.flat().every(Number.isFinite)).toBe(true);
    });
  }
}

test('an error in a thread rejects the read that waits for it', async () => {
  const engine = createThreadedEngine({
    problem: { kind: 'quadratic', spectrum: Float64Array.of(1, 2) },
    posterior: { nbeta: 1, gamma: 1, center: new Float64Array(2) },
    chains: 2,
    dtype: 'float64',
    threads: startThreads(2),
  });
  await expect(engine.read({ id: 99 })).rejects.toThrow('an engine thread failed');
});
