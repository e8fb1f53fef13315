import { Worker } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { createEngine, type EngineChoice } from '../../../src/compute/engines/create-engine.ts';
import { createPlainEngine } from '../../../src/compute/engines/plain.ts';
import type { ThreadLink } from '../../../src/compute/engines/thread-link.ts';
import { createThreadedEngine } from '../../../src/compute/engines/threaded.ts';
import { wasmFeatures } from '../../../src/compute/engines/wasm/features.ts';
import type { Problem } from '../../../src/compute/targets/problem.ts';
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
