import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPlainEngine } from '../../../src/compute/engines/plain.ts';
import { stretchedEngine } from '../../../src/compute/engines/stretched.ts';
import { fillNormals, stream } from '../../../src/compute/rng/stream.ts';
import { createSampler } from '../../../src/compute/samplers/create-sampler.ts';
import { makeOrthonormal } from '../../../src/compute/targets/orthonormal.ts';
import { lossFunction } from '../../../src/compute/targets/reference.ts';
import { NO_STRETCH, type Stretch, weightsOf } from '../../../src/compute/targets/stretch.ts';
import { checkLayers } from '../../../src/dispatch/config/check.ts';
import type { Config } from '../../../src/dispatch/config/schema.ts';
import { drawAll, estimateOf, inputOf, quadratic, temper } from '../samplers/full-gradient-run.ts';
import { ENGINES } from './every-engine.ts';
import { CHAINS, optionsFor, problems, vectorsFor } from './random-networks.ts';

/** Orthonormal directions across all axes, of which different parts are taken. */
function across(dim: number, count: number): Stretch {
  const directions: { along: Float64Array; taken: number; curvature: number }[] = [];
  for (let k = 0; k < Math.min(count, dim); k++) {
    const along = new Float64Array(dim);
    fillNormals(stream(3, 'probe'), k, along);
    const others = directions.map((direction) => direction.along);
    for (let pass = 0; pass < 2; pass++) makeOrthonormal(along, others);
    directions.push({ along, taken: 0.8 - 0.3 * k, curvature: 1 });
  }
  return { directions };
}

describe.each(ENGINES)('$name', ({ createEngine }) => {
  const shape = fc.record({ problem: problems, count: fc.integer({ min: 1, max: 2 }) });

  test('gradients are those of the potential in the coordinates of positions', async () => {
    await fc.assert(
      fc.asyncProperty(shape, async ({ problem, count }) => {
        const options = optionsFor(problem, 'float64');
        const { nbeta, gamma, center } = options.posterior;
        const dim = center.length;
        const stretch = across(dim, count);
        const engine = stretchedEngine(createEngine(options), stretch);
        const [position, gradient] = [engine.vector(), engine.vector()];
        const slots = engine.slots(1);
        const from = vectorsFor(dim).position;
        engine.write(position, from);
        engine.gradient(position, gradient, null, { slots, row: 0 });
        const [g, losses] = [await engine.read(gradient), await engine.readSlots(slots)];

        const loss = lossFunction(problem);
        for (let chain = 0; chain < CHAINS; chain++) {
          const y = from.subarray(chain * dim, (chain + 1) * dim);
          // ∇U in the coordinates of y is T times that in the coordinates of w.
          const w = weightsOf(stretch, center, y);
          const plain = new Float64Array(dim);
          const value = loss.evaluate(w, plain, null);
          const force = plain.map((slope, i) => nbeta * slope + gamma * (w[i] - center[i]));
          const expected = weightsOf(stretch, new Float64Array(dim), force);
          const size = expected.reduce((most, one) => Math.max(most, Math.abs(one)), 1);
          for (let i = 0; i < dim; i++) {
            const actual = nbeta * g[chain * dim + i] + gamma * (y[i] - center[i]);
            expect(Math.abs(actual - expected[i])).toBeLessThan(1e-9 * size);
          }
          expect(Math.abs(losses[chain] - value)).toBeLessThan(1e-10 * (1 + Math.abs(value)));
        }
      }),
      { numRuns: 30 },
    );
  });

  test('losses and meters are those of the weights', async () => {
    await fc.assert(
      fc.asyncProperty(shape, async ({ problem, count }) => {
        const options = optionsFor(problem, 'float64');
        const { center } = options.posterior;
        const dim = center.length;
        const stretch = across(dim, count);
        const from = vectorsFor(dim).position;
        const read = async (engine: ReturnType<typeof createEngine>, at: Float64Array) => {
          const [position, gradient, slots] = [engine.vector(), engine.vector(), engine.slots(4)];
          engine.write(position, at);
          engine.gradient(position, gradient, null);
          engine.loss(position, null, { slots, row: 0 });
          engine.meters(position, gradient, null, { slots, row: 1 });
          return (await engine.readSlots(slots)).slice(0, 3 * CHAINS);
        };
        const weights = new Float64Array(from.length);
        for (let chain = 0; chain < CHAINS; chain++) {
          const y = from.subarray(chain * dim, (chain + 1) * dim);
          weights.set(weightsOf(stretch, center, y), chain * dim);
        }
        const actual = await read(stretchedEngine(createEngine(options), stretch), from);
        const expected = await read(createPlainEngine(options), weights);
        const size = expected.reduce((most, one) => Math.max(most, Math.abs(one)), 1);
        for (const [i, value] of expected.entries())
          expect(Math.abs(actual[i] - value)).toBeLessThan(1e-9 * size);
      }),
      { numRuns: 30 },
    );
  });
});

test('nothing is wrapped where nothing is stretched', () => {
  const [problem] = fc.sample(problems, { numRuns: 1, seed: 1 });
  const engine = createPlainEngine(optionsFor(problem, 'float64'));
  expect(stretchedEngine(engine, NO_STRETCH)).toBe(engine);
});

/** ½ Σ s, s = nβh/(nβh + γ). */
const POSTERIOR = {
  problem: quadratic(0.1, 0.3, 1, 1, 3, 10),
  nbeta: temper(1000),
  gamma: 10,
};
const EXACT = [0.1, 0.3, 1, 1, 3, 10].reduce((sum, h) => {
  const bent = POSTERIOR.nbeta * h;
  return sum + (0.5 * bent) / (bent + POSTERIOR.gamma);
}, 0);

test.each([
  { sampler: 'sgld', sgld_steps: 60_000, sgld_scheme: 'leimkuhler_matthews' },
  { sampler: 'sghmc', sghmc_steps: 30_000 },
  { sampler: 'hmc', hmc_draws: 4000, hmc_warmup: 500 },
  { sampler: 'mclmc', mclmc_draws: 30_000, mclmc_adjusted: true },
] as const)('$sampler samples the same posterior, whatever is stretched', async (changes) => {
  const checked = checkLayers([{ at: 'test', raw: { target: 'quadratic', ...changes } }]);
  if (!checked.ok) throw new Error(JSON.stringify(checked));
  const config: Config = checked.config;
  const input = inputOf(POSTERIOR, { seed: 1 });
  const engine = stretchedEngine(input.engine, across(6, 2));
  const draws = await drawAll(createSampler(changes.sampler, { ...input, engine }, config));
  const { mean, standardError, ess, virial } = estimateOf(POSTERIOR, draws);
  expect(ess).toBeGreaterThan(500);
  expect(Math.abs(mean - EXACT)).toBeLessThan(5 * standardError);
  // (w − w0)·∇U has a variance of some 2d under the posterior.
  expect(Math.abs(virial - 1)).toBeLessThan(5 * Math.sqrt(2 / (6 * ess)));
});
