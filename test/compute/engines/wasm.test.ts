import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Engine, EngineOptions } from '../../../src/compute/engines/engine.ts';
import { createPlainEngine } from '../../../src/compute/engines/plain.ts';
import { type WasmFeatures, wasmFeatures } from '../../../src/compute/engines/wasm/features.ts';
import { createWasmEngine } from '../../../src/compute/engines/wasm/wasm-engine.ts';
import { stream } from '../../../src/compute/rng/stream.ts';
import type { Problem } from '../../../src/compute/targets/problem.ts';
import { builtKernels } from './built-kernels.ts';
import { after, OPERATIONS } from './single-operations.ts';

const CHAINS = 3;
const ROUNDING = { float32: 2 ** -24, float64: 2 ** -53 };

/** Some below and above every tile's size, and some whose strides are powers of two. */
const width = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 9 }) },
  { weight: 2, arbitrary: fc.integer({ min: 10, max: 70 }) },
  { weight: 1, arbitrary: fc.constantFrom(64, 128) },
);
const dtype = fc.constantFrom('float32', 'float64');

const networks: fc.Arbitrary<Problem> = fc
  .record({
    widths: fc.array(width, { minLength: 2, maxLength: 5 }),
    activation: fc.constantFrom('relu', 'tanh', 'gelu', 'identity'),
    bias: fc.boolean(),
    residualPeriod: fc.constantFrom(0, 0, 1, 2),
    layernorm: fc.boolean(),
    loss: fc.constantFrom('mse', 't_regression'),
    rows: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 41, max: 700 })),
    seed: fc.integer({ min: 0, max: 1000 }),
  })
  .map(({ seed, rows, ...shape }) => ({
    kind: 'mlp',
    ...shape,
    studentDf: 4,
    noiseScale: 0.5,
    lossScale: 3,
    rows,
    x: waves(rows * shape.widths[0], seed + 0.1),
    y: waves(rows * (shape.widths.at(-1) as number), seed + 0.7),
  }));

const linear: fc.Arbitrary<Problem> = fc
  .record({ widths: fc.array(width, { minLength: 2, maxLength: 4 }), seed: fc.nat(1000) })
  .map(({ widths, seed }) => ({
    kind: 'dln',
    widths,
    target: waves(widths[0] * (widths.at(-1) as number), seed),
  }));

const problems = fc.oneof(networks, linear);

function waves(length: number, phase: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => Math.sin(phase + 1.7 * i + 0.3 * i * i));
}

const runtime = wasmFeatures();

const native = await builtKernels();

/** The variants that compute the same up to rounding. */
const VARIANTS = ['fused', 'without multiply-add', ...native.keys()];

function wasmEngine(
  options: EngineOptions,
  features: Partial<WasmFeatures> = {},
  instructions = 'none',
): Engine {
  if (runtime === null) throw new Error('this runtime has no vectors');
  const kernels = native.get(instructions) ?? null;
  return createWasmEngine(options, { ...runtime, ...features }, kernels);
}

test('there are native kernels to compare', ({ skip }) => {
  if (native.size === 0) skip('no C compiler that builds them, or no AVX2');
});

/** What engines of a problem are made for: a posterior around some w0. */
function optionsFor(problem: Problem, type: EngineOptions['dtype']): EngineOptions {
  const shape = { problem, chains: CHAINS, dtype: type };
  const nothing = { nbeta: 1, gamma: 1, center: new Float64Array(0) };
  const { dim } = createPlainEngine({ ...shape, posterior: nothing, chains: 0 });
  const center = waves(dim, 0.4).map((value) => Math.fround(value / Math.sqrt(dim)));
  return { ...shape, posterior: { nbeta: 7, gamma: 2, center } };
}

/** Vectors to begin an operation with, exact in either number type. */
function vectorsFor(dim: number) {
  const numbers = (phase: number) =>
    waves(CHAINS * dim, phase).map((value) => Math.fround(value / Math.sqrt(dim)));
  return {
    position: numbers(0.2),
    gradient: numbers(0.3),
    momentum: numbers(0.5),
    metric: numbers(0.6).map((value) => Math.fround(1.5 + value)),
    direction: numbers(0.8),
  };
}

/** Fails where two lists differ by more than `tolerance` of `scale` or the largest number in the second. */
function expectClose(
  actual: Float64Array,
  expected: Float64Array,
  { tolerance, scale, what }: { tolerance: number; scale: number; what: string },
) {
  const size = (values: Float64Array) =>
    values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const away = size(actual.map((value, i) => value - expected[i]));
  expect(actual.length).toBe(expected.length);
  expect(away, what).toBeLessThanOrEqual(tolerance * Math.max(scale, size(expected)));
}

/** Roundings grow with the length of sums and the number of layers that they pass through. */
function tolerance(problem: Problem, type: EngineOptions['dtype']): number {
  if (problem.kind !== 'mlp' && problem.kind !== 'dln') throw new Error('not a network');
  const longest = Math.max(...problem.widths, problem.kind === 'mlp' ? problem.rows : 1);
  return 40 * problem.widths.length ** 2 * Math.sqrt(longest) * ROUNDING[type];
}

const variant = fc.constantFrom(...VARIANTS);

test.each(Object.keys(OPERATIONS))(
  '%s: the plain engine’s numbers up to rounding',
  async (name) => {
    await fc.assert(
      fc.asyncProperty(problems, dtype, variant, async (problem, type, kind) => {
        const options = optionsFor(problem, type);
        const plain = createPlainEngine(options);
        const fused = kind !== 'without multiply-add';
        const wasm = wasmEngine(options, fused ? {} : { fused }, kind);
        const { dim } = plain;
        // On a single parameter there are no isokinetic moves.
        fc.pre(dim > 1);
        expect([wasm.dim, wasm.rows]).toEqual([dim, plain.rows]);
        const expected = await after(plain, name, vectorsFor(dim));
        const actual = await after(wasm, name, vectorsFor(dim));
        for (const [what, reference] of Object.entries(expected)) {
          // An isokinetic energy is what is left of terms of the size of the dimension.
          const scale = name.startsWith('isokinetic kick') && what === 'slots' ? dim : 0;
          const limits = { tolerance: tolerance(problem, type), scale, what };
          expectClose(actual[what], reference, limits);
        }
      }),
      { seed: 7, numRuns: name.includes('gradient') || name.includes('loss') ? 200 : 40 },
    );
  },
);

test('tiles for paired vectors give the same numbers, bit for bit', async () => {
  await fc.assert(
    fc.asyncProperty(problems, dtype, async (problem, type) => {
      const options = optionsFor(problem, type);
      const gradients = await Promise.all(
        [false, true].map(async (paired) => {
          const engine = wasmEngine(options, { paired });
          return after(engine, 'gradient of all', vectorsFor(engine.dim));
        }),
      );
      expect(gradients[1]).toEqual(gradients[0]);
    }),
    { seed: 8, numRuns: 60 },
  );
});

test.each(['float32', 'float64'] as const)('%s normals are those of the streams', async (type) => {
  const problem = { kind: 'dln', widths: [500, 600], target: new Float64Array(300_000) } as const;
  const options = optionsFor(problem, type);
  const engines = [createPlainEngine(options), wasmEngine(options)];
  const streams = Array.from({ length: CHAINS }, (_, chain) => stream(3, 'noise', chain));
  for (const step of [0, 5, 2 ** 32 + 9]) {
    const [expected, actual] = await Promise.all(
      engines.map((engine) => {
        const momentum = engine.vector();
        engine.refresh(momentum, { keep: 0, add: 1, inverseMass: null, noise: { streams, step } });
        return engine.read(momentum);
      }),
    );
    const worst = actual.reduce((most, z, i) => Math.max(most, Math.abs(z - expected[i])), 0);
    expect(worst).toBeLessThan(32 * ROUNDING[type]);
  }
});
