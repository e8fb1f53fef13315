import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Engine, EngineOptions } from '../../../src/compute/engines/engine.ts';
import { createPlainEngine } from '../../../src/compute/engines/plain.ts';
import { createTeamMemory, Team } from '../../../src/compute/engines/team.ts';
import { type WasmFeatures, wasmFeatures } from '../../../src/compute/engines/wasm/features.ts';
import { createWasmEngine } from '../../../src/compute/engines/wasm/wasm-engine.ts';
import { stream } from '../../../src/compute/rng/stream.ts';
import { builtKernels } from './built-kernels.ts';
import {
  CHAINS,
  dtype,
  expectClose,
  optionsFor,
  problems,
  ROUNDING,
  tolerance,
  vectorsFor,
} from './random-networks.ts';
import { after, OPERATIONS } from './single-operations.ts';

const runtime = wasmFeatures();

const native = await builtKernels();

/** The variants that compute the same up to rounding. */
const VARIANTS = ['fused', 'without multiply-add', ...native.keys()];

function wasmEngine(
  options: EngineOptions,
  features: Partial<WasmFeatures> = {},
  instructions = 'none',
  team: Team | null = null,
): Engine {
  if (runtime === null) throw new Error('this runtime has no vectors');
  const kernels = native.get(instructions) ?? null;
  return createWasmEngine(options, { ...runtime, ...features }, kernels, team);
}

test('there are native kernels to compare', ({ skip }) => {
  if (native.size === 0) skip('no C compiler that builds them, or no AVX2');
});

test.each(VARIANTS)('%s: the same bytes in the memory of a team', async (kind) => {
  const team = new Team(createTeamMemory(1, 2 ** 20), 0);
  for (const type of ['float32', 'float64'] as const) {
    const options = { ...optionsFor(fc.sample(problems, { numRuns: 1, seed: 7 })[0], type) };
    const features = kind === 'without multiply-add' ? { fused: false } : {};
    const own = wasmEngine(options, features, kind);
    const shared = wasmEngine(options, features, kind, team);
    const vectors = vectorsFor(own.dim);
    const expected = await after(own, 'gradient of all', vectors);
    expect(await after(shared, 'gradient of all', vectors)).toEqual(expected);
  }
});

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
