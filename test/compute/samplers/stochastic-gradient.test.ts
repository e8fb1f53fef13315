import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Draw, Sampler } from '../../../src/compute/samplers/sampler.ts';
import type { SamplerInput } from '../../../src/compute/samplers/sampler-input.ts';
import { createSghmc } from '../../../src/compute/samplers/sghmc.ts';
import { createSgld } from '../../../src/compute/samplers/sgld.ts';
import type { SghmcSettings, SgldSettings } from '../../../src/compute/settings.ts';
import { type Case, drawAll, inputOf, quadratic } from './full-gradient-run.ts';
import { BATCH, noisyCase, ROWS } from './noisy-regression.ts';

const SGLD: SgldSettings = {
  chains: 3,
  sgld_steps: 150,
  sgld_warmup: 64,
  sgld_batch_size: BATCH,
  sgld_eval_every: 3,
  sgld_eval_batch_size: null,
  sgld_thin: 7,
  sgld_step_size: 'auto',
  sgld_scheme: 'leimkuhler_matthews',
  sgld_precond: 'diagonal',
  sgld_beta1: 0.9,
  sgld_beta2: 0.99,
  sgld_eps: 1e-8,
  sgld_bias_correction: true,
  sgld_dtype: 'float64',
};

const SGHMC: SghmcSettings = {
  chains: 3,
  sghmc_steps: 150,
  sghmc_warmup: 64,
  sghmc_batch_size: BATCH,
  sghmc_eval_every: 3,
  sghmc_thin: 7,
  sghmc_step_size: 'auto',
  sghmc_temperature: 1,
  sghmc_friction: 'auto',
  sghmc_scheme: 'baoab',
  sghmc_precond: 'diagonal',
  sghmc_dtype: 'float64',
};

const NOISY = noisyCase(5);

const VARIANTS: readonly { name: string; make: (input: SamplerInput) => Sampler }[] = [
  { name: 'SGLD, diagonal', make: (input) => createSgld(input, SGLD) },
  { name: 'SGLD, none', make: (input) => createSgld(input, { ...SGLD, sgld_precond: 'none' }) },
  {
    name: 'SGLD, rmsprop',
    make: (input) => createSgld(input, { ...SGLD, sgld_precond: 'rmsprop', sgld_scheme: 'euler' }),
  },
  {
    name: 'SGLD, adam without bias correction',
    make: (input) =>
      createSgld(input, { ...SGLD, sgld_precond: 'adam', sgld_bias_correction: false }),
  },
  {
    name: 'SGLD, losses over a batch',
    make: (input) => createSgld(input, { ...SGLD, sgld_eval_batch_size: BATCH }),
  },
  { name: 'BAOAB', make: (input) => createSghmc(input, SGHMC) },
  {
    name: 'the BlackJAX scheme',
    make: (input) => createSghmc(input, { ...SGHMC, sghmc_scheme: 'blackjax' }),
  },
];

const freshInput = (dtype: 'float32' | 'float64' = 'float64') =>
  inputOf({ ...NOISY, dtype }, { seed: 11, chains: 3 });

describe.each(VARIANTS)('$name', ({ make }) => {
  test('the draws do not depend on how the run is cut, nor on a restart at every cut', async () => {
    const whole = await drawAll(make(freshInput()));
    const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(cuts, async (lengths) => {
        let sampler = make(freshInput());
        const draws: Draw[] = [];
        for (let i = 0; sampler.done < sampler.total; i++) {
          draws.push(...(await sampler.advance(lengths[i % lengths.length])));
          const saved = structuredClone(await sampler.save());
          const { done, work } = sampler;
          sampler = make(freshInput());
          sampler.restore(saved);
          expect(sampler.done).toBe(done);
          expect(sampler.work).toEqual(work);
        }
        expect(draws).toEqual(whole);
      }),
      { numRuns: 6, seed: 3 },
    );
  });

  test('a restart in single precision changes nothing either', async () => {
    const whole = await drawAll(make(freshInput('float32')));
    const first = make(freshInput('float32'));
    await first.advance(50);
    const second = make(freshInput('float32'));
    second.restore(await first.save());
    expect(await drawAll(second)).toEqual(whole);
  });

  test('warm-up is not recorded; afterwards every third transition is, some with the position', async () => {
    const sampler = make(freshInput());
    expect(await sampler.advance(1000)).toEqual([]);
    expect(sampler.done).toBe(64);
    const draws = await sampler.advance(1000);
    expect(sampler.done).toBe(150);
    expect(draws.map((draw) => draw.transition)).toEqual(
      Array.from({ length: 29 }, (_, i) => 3 * i),
    );
    const kept = draws.filter((draw) => draw.position !== null).map((draw) => draw.transition);
    expect(kept).toEqual([0, 9, 15, 21, 30, 36, 42, 51, 57, 63, 72, 78, 84]);
    for (const { loss, stats, meters } of draws) {
      expect(loss.every(Number.isFinite)).toBe(true);
      expect(stats['diverging']).toEqual([0, 0, 0]);
      expect(meters!.squaredDistance.every((value) => value > 0)).toBe(true);
    }
  });

  test('a state of another sampler is refused', () => {
    const sampler = make(freshInput());
    expect(() => sampler.restore({ sampler: 'hmc', state: {} })).toThrow('a state of hmc');
  });
});

describe('work is counted in full-data gradients', () => {
  const share = BATCH / ROWS;

  test('a step of SGLD or BAOAB is one minibatch, and so is the first gradient', async () => {
    const sgld = createSgld(freshInput(), { ...SGLD, sgld_step_size: 1e-4 });
    const sghmc = createSghmc(freshInput(), {
      ...SGHMC,
      sghmc_step_size: 0.1,
      sghmc_friction: 1,
    });
    for (const sampler of [sgld, sghmc]) {
      await drawAll(sampler);
      expect(sampler.work.warmup).toBeCloseTo(65 * share, 9);
      expect(sampler.work.sampling).toBeCloseTo(86 * share, 9);
      expect(sampler.work.evaluation).toBe(29);
    }
  });

  test('a loss over a batch is two of them: one more at w0', async () => {
    const settings = { ...SGLD, sgld_step_size: 1e-4, sgld_eval_batch_size: BATCH / 2 };
    const sampler = createSgld(freshInput(), settings);
    await drawAll(sampler);
    expect(sampler.work.evaluation).toBeCloseTo(29 * share, 9);
  });

  test("a transition of BlackJAX's scheme is ten", async () => {
    const settings = { ...SGHMC, sghmc_scheme: 'blackjax', sghmc_step_size: 0.01 } as const;
    const sampler = createSghmc(freshInput(), settings);
    await drawAll(sampler);
    expect(sampler.work.warmup).toBeCloseTo(641 * share, 9);
    expect(sampler.work.sampling).toBeCloseTo(860 * share, 9);
  });

  test('looking for a step size is work of the warm-up', async () => {
    const sampler = createSgld(freshInput(), SGLD);
    await drawAll(sampler);
    // Sixteen looks: five power iterations of two gradients, and four batches for the noise.
    expect(sampler.work.warmup).toBeCloseTo((65 + 16 * 14) * share, 9);
    expect(sampler.work.sampling).toBeCloseTo(86 * share, 9);
  });

  test('with all rows the loss comes with the gradient, and evaluation is free', async () => {
    const sampler = createSgld(freshInput(), {
      ...SGLD,
      sgld_batch_size: ROWS,
      sgld_step_size: 1e-4,
    });
    await drawAll(sampler);
    expect(sampler.work).toEqual({ warmup: 65, sampling: 86, evaluation: 0 });
  });

  test('a loss without data counts one a gradient', async () => {
    const target: Case = { problem: quadratic(1, 2), nbeta: 10, gamma: 1 };
    const sampler = createSgld(inputOf(target, { seed: 1 }), { ...SGLD, sgld_step_size: 0.01 });
    await drawAll(sampler);
    expect(sampler.work).toEqual({ warmup: 65, sampling: 86, evaluation: 0 });
  });
});

test('the loss of a draw is that of all rows at the position kept', async () => {
  const input = freshInput();
  const draws = await drawAll(createSgld(input, SGLD));
  const { engine } = input;
  const position = engine.vector();
  const slots = engine.slots(1);
  for (const draw of draws) {
    if (draw.position === null) continue;
    engine.write(position, draw.position);
    engine.loss(position, null, { slots, row: 0 });
    expect([...(await engine.readSlots(slots))]).toEqual(draw.loss);
  }
});

test('losses over a batch are on average those of all rows, of the same chains', async () => {
  const settings = { ...SGLD, sgld_steps: 6064 };
  const all = await drawAll(createSgld(freshInput(), settings));
  const some = await drawAll(
    createSgld(freshInput(), { ...settings, sgld_eval_batch_size: BATCH }),
  );
  expect(some.map(({ position }) => position)).toEqual(all.map(({ position }) => position));
  const away = some.flatMap(({ loss }, draw) => loss.map((value, c) => value - all[draw].loss[c]));
  // Batches are independent of each other and of the chains.
  const mean = away.reduce((sum, value) => sum + value) / away.length;
  const spread = Math.sqrt(away.reduce((sum, value) => sum + value ** 2, 0) / away.length);
  expect(Math.abs(mean)).toBeLessThan((4 * spread) / Math.sqrt(away.length));
  expect(spread).toBeGreaterThan(0);
});

test('a number for a step size is used as it is, from the first step to the last', async () => {
  const sampler = createSgld(freshInput(), { ...SGLD, sgld_step_size: 1.25e-4 });
  await sampler.advance(1);
  expect(sampler.adaptation).toEqual({ step_size: 1.25e-4 });
  const draws = await drawAll(sampler);
  expect(draws.every((draw) => draw.stats['step_size'].every((step) => step === 1.25e-4))).toBe(
    true,
  );
});

test('a run without warm-up finds its step size at the start', async () => {
  const sampler = createSghmc(freshInput(), { ...SGHMC, sghmc_warmup: 0 });
  const draws = await drawAll(sampler);
  expect(draws).toHaveLength(50);
  expect(sampler.adaptation['step_size']).toBeGreaterThan(0);
  expect(draws.at(-1)!.loss.every(Number.isFinite)).toBe(true);
});

describe('a chain that diverges', () => {
  /** w⁴ is unstable beyond |w| = 1/√(3nβε), where only a chain sent there goes. */
  const target: Case = {
    problem: { kind: 'power', exponents: [2] },
    nbeta: 100,
    gamma: 1,
    scale: Float64Array.of(0.1),
  };
  const settings = { ...SGLD, sgld_precond: 'none', sgld_step_size: 1e-3 } as const;

  test('is flagged, has no loss from then on, and leaves the others as they are', async () => {
    const untouched = await drawAll(createSgld(inputOf(target, { seed: 2, chains: 3 }), settings));
    const sampler = createSgld(inputOf(target, { seed: 2, chains: 3 }), settings);
    await sampler.advance(1000);
    const saved = await sampler.save();
    const position = (saved.state['position'] as Float64Array).slice();
    position[1] = 100;
    sampler.restore({ ...saved, state: { ...saved.state, position } });
    const draws = await drawAll(sampler);
    draws.forEach((draw, i) => {
      expect(draw.stats['diverging']).toEqual([0, 1, 0]);
      expect(draw.loss[1]).toBeNaN();
      expect([draw.loss[0], draw.loss[2]]).toEqual([untouched[i].loss[0], untouched[i].loss[2]]);
    });
  });

  test('during a warm-up that looks for the step size, is brought back', async () => {
    const auto = { ...SGLD, sgld_precond: 'none', sgld_warmup: 256, sgld_steps: 400 } as const;
    const sampler = createSgld(inputOf(target, { seed: 2, chains: 3 }), auto);
    await sampler.advance(100);
    const saved = await sampler.save();
    const position = (saved.state['position'] as Float64Array).slice();
    position[1] = Number.NaN;
    sampler.restore({ ...saved, state: { ...saved.state, position } });
    const draws = await drawAll(sampler);
    expect(draws.every((draw) => draw.loss.every(Number.isFinite))).toBe(true);
  });
});
