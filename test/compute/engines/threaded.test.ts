import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import { createEngine, type EngineChoice } from '../../../src/compute/engines/create-engine.ts';
import type { Engine } from '../../../src/compute/engines/engine.ts';
import { createPlainEngine } from '../../../src/compute/engines/plain.ts';
import type { ThreadLink } from '../../../src/compute/engines/thread-link.ts';
import { createThreadedEngine, usableThreads } from '../../../src/compute/engines/threaded.ts';
import { type WasmFeatures, wasmFeatures } from '../../../src/compute/engines/wasm/features.ts';
import { stream } from '../../../src/compute/rng/stream.ts';
import type { MlpProblem, Problem } from '../../../src/compute/targets/problem.ts';
import { lossFunction } from '../../../src/compute/targets/reference.ts';
import { everyOperation } from './every-operation.ts';

const CHAINS = 5;
const features = wasmFeatures();
const choices: readonly EngineChoice[] = [
  { name: 'plain' },
  ...(features ? [{ name: 'wasm', features } as const] : []),
];
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

for (const choice of choices) {
  for (const dtype of ['float64', 'float32'] as const) {
    for (const threads of [1, 2, 3]) {
      test(`${threads} ${choice.name} threads give the same ${dtype} numbers as one engine, bit for bit`, async () => {
        const problem = regression();
        const plainShape = createPlainEngine({
          problem,
          posterior: { nbeta: 1, gamma: 1, center: new Float64Array(0) },
          chains: 0,
          dtype,
        });
        const center = Float64Array.from({ length: plainShape.dim }, (_, i) => 0.1 * i);
        const posterior = { nbeta: 7, gamma: 2, center };
        const options = { problem, posterior, chains: CHAINS, dtype };
        const whole = await everyOperation(createEngine(options, choice));
        const engine = createThreadedEngine({ ...options, choice, threads: startThreads(threads) });
        const spread = await everyOperation(engine);
        expect(engine.name).toBe(choice.name);
        expect(spread).toEqual(whole);
        expect(whole.flat().every(Number.isFinite)).toBe(true);
      });
    }
  }
}

/** A network whose full gradients, and batches of 400 rows, are cut in several parts. */
function divisible(): Problem {
  const rows = 700;
  const wave = (length: number) => Float64Array.from({ length }, (_, i) => Math.sin(1.3 * i * i));
  const widths = [5, 40, 20, 3];
  return { ...(regression() as MlpProblem), widths, rows, x: wave(5 * rows), y: wave(3 * rows) };
}

async function severalGradients(engine: Engine): Promise<number[][]> {
  const { chains, dim } = engine;
  const [position, gradient] = [engine.vector(), engine.vector()];
  const slots = engine.slots(6);
  engine.write(
    position,
    Float64Array.from({ length: chains * dim }, (_, i) => 0.3 * Math.cos(i)),
  );
  const streams = Array.from({ length: chains }, (_, chain) => stream(chain, 'batch'));
  const noise = Array.from({ length: chains }, (_, chain) => stream(chain, 'noise'));
  const read: number[][] = [];
  for (let step = 0; step < 3; step++) {
    const batch = { streams, step, size: 400 };
    engine.gradient(position, gradient, batch, { slots, row: 2 * step });
    read.push([...(await engine.read(gradient))]);
    engine.langevin(position, {
      gradient,
      stepSize: 1e-4,
      metric: null,
      noise: { streams: noise, step },
      scheme: 'euler',
    });
    engine.gradient(position, gradient, null);
    engine.loss(position, null, { slots, row: 2 * step + 1 });
  }
  read.push([...(await engine.read(gradient))], [...(await engine.readSlots(slots))]);
  return read;
}

describe.runIf(features !== null)('batches that threads share out', () => {
  const choice: EngineChoice = { name: 'wasm', features: features as WasmFeatures };
  for (const dtype of ['float64', 'float32'] as const) {
    const optionsFor = (chains: number) => {
      const problem = divisible();
      const { dim } = lossFunction(problem);
      const posterior = { nbeta: 7, gamma: 2, center: new Float64Array(dim) };
      return { problem, posterior, chains, dtype };
    };

    for (const { threads, chains } of [
      { threads: 2, chains: 1 },
      { threads: 3, chains: 4 },
      { threads: 4, chains: 2 },
    ]) {
      test(`${threads} threads give ${chains} chains the ${dtype} numbers of one engine, bit for bit`, async () => {
        const options = optionsFor(chains);
        const whole = await severalGradients(createEngine(options, choice));
        const engine = createThreadedEngine({ ...options, choice, threads: startThreads(threads) });
        expect(await severalGradients(engine)).toEqual(whole);
        expect(whole.flat().every(Number.isFinite)).toBe(true);
      });
    }

    test(`their ${dtype} parts add up to the reference`, async () => {
      const options = optionsFor(2);
      const [parts, reference] = await Promise.all(
        [createEngine(options, choice), createPlainEngine(options)].map(severalGradients),
      );
      const tolerance = dtype === 'float64' ? 1e-11 : 1e-4;
      for (const [index, numbers] of parts.entries()) {
        const size = Math.max(...reference[index].map(Math.abs));
        for (const [i, value] of numbers.entries()) {
          expect(Math.abs(value - reference[index][i])).toBeLessThan(tolerance * size);
        }
      }
    });
  }

  test('need no more threads than chains where batches are small', () => {
    const small = { ...optionsOf(regression()), choice };
    const large = { ...optionsOf(divisible()), choice };
    expect([usableThreads(small, 8), usableThreads(large, 8)]).toEqual([3, 8]);
  });
});

function optionsOf(problem: Problem) {
  const posterior = { nbeta: 1, gamma: 1, center: new Float64Array(0) };
  return { problem, posterior, chains: 3, dtype: 'float64' } as const;
}

test('an error in a thread rejects the read that waits for it', async () => {
  const engine = createThreadedEngine({
    problem: { kind: 'quadratic', spectrum: Float64Array.of(1, 2) },
    posterior: { nbeta: 1, gamma: 1, center: new Float64Array(2) },
    chains: 2,
    dtype: 'float64',
    choice: { name: 'plain' },
    threads: startThreads(2),
  });
  await expect(engine.read({ id: 99 })).rejects.toThrow('an engine thread failed');
});
