import { expect, test } from 'vitest';
import { checkLayers } from '../../../src/dispatch/config/check.ts';
import { PRESETS, presetValues } from '../../../src/dispatch/config/presets.ts';

const TARGETS = {
  mlp: {},
  quadratic: {},
  dln: { dln_widths: [4, 3, 4] },
  crossing: { crossing_powers: [1, 2] },
  power: { power_exponents: [1, 2] },
  tanh: { tanh_hidden: 3 },
} as const;

for (const preset of PRESETS) {
  for (const [target, needed] of Object.entries(TARGETS)) {
    test(`${preset} plans every sampler on ${target}, also with little data`, () => {
      for (const sampler of ['sgld', 'sghmc', 'hmc', 'mclmc']) {
        for (const n_data of [undefined, 50]) {
          const facts = { target: target as keyof typeof TARGETS, n_data };
          const own = n_data === undefined ? {} : { n_data };
          const checked = checkLayers([
            { at: preset, raw: presetValues(preset, facts) },
            { at: '', raw: { target, sampler, ...needed, ...own } },
          ]);
          expect(checked).toMatchObject({ ok: true });
        }
      }
    });
  }
}

test('SGHMC runs on full gradients and follows the number of data points', () => {
  expect(presetValues('quick', {})).toMatchObject({ n_data: 1000, sghmc_batch_size: 1000 });
  expect(presetValues('full', { n_data: 77 })).toMatchObject({ sghmc_batch_size: 77 });
});

test('networks are localised by a length, other targets by gamma', () => {
  expect(presetValues('quick', { target: 'mlp' })).toMatchObject({ prior_radius: 10 });
  expect(presetValues('quick', { target: 'dln' })).toMatchObject({ gamma: 1 });
});
