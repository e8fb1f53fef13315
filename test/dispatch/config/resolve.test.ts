import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkLayers } from '../../../src/dispatch/config/check.ts';
import { FIELDS } from '../../../src/dispatch/config/fields.ts';
import { presetValues } from '../../../src/dispatch/config/presets.ts';
import { resolveLayers } from '../../../src/dispatch/config/resolve.ts';

/** Fields that obey no rule but precedence. */
const plain = FIELDS.filter(
  ({ name, kind }) => (kind === 'int' || kind === 'bool') && !/params|hidden|depth|quad/.test(name),
).map(({ name }) => name);
const layerValues = fc.dictionary(fc.constantFrom(...plain), fc.integer({ min: 5, max: 9 }), {
  noNullPrototype: true,
});

test('of several layers the last that gives a field wins, whatever the others give', () => {
  fc.assert(
    fc.property(fc.array(layerValues, { maxLength: 5 }), (list) => {
      const { config } = resolveLayers(list.map((values, i) => ({ name: `${i}`, values })));
      for (const field of FIELDS.filter(({ name }) => plain.includes(name))) {
        const last = list.findLast((values) => Object.hasOwn(values, field.name));
        expect(config[field.name]).toEqual(last?.[field.name] ?? field.default);
      }
    }),
  );
});

test('the last layer that localises wins, and the other way to say it is unset', () => {
  const localisation = fc.oneof(
    fc.record({ gamma: fc.double({ min: 0.1, max: 9, noNaN: true }) }),
    fc.record({ prior_radius: fc.double({ min: 0.1, max: 9, noNaN: true }) }),
    fc.constant({}),
  );
  fc.assert(
    fc.property(fc.array(localisation, { maxLength: 5 }), (list) => {
      const { config } = resolveLayers(list.map((values, i) => ({ name: `${i}`, values })));
      const last = list.findLast((values) => Object.keys(values).length > 0) ?? { gamma: 1 };
      expect({ gamma: config.gamma, prior_radius: config.prior_radius }).toEqual({
        gamma: null,
        prior_radius: null,
        ...last,
      });
    }),
  );
});

test('a gamma given by a flag unsets a preset’s prior radius', () => {
  const preset = presetValues('quick', {});
  const layers = [
    { at: 'preset', raw: preset },
    { at: '', raw: { gamma: 2, sampler: 'hmc' } },
  ];
  expect(checkLayers(layers)).toMatchObject({ config: { gamma: 2, prior_radius: null } });
});
