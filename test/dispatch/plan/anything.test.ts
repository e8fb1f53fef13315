import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkConfig } from '../../../src/dispatch/config/check.ts';
import { FIELDS } from '../../../src/dispatch/config/fields.ts';
import { readGrid } from '../../../src/dispatch/config/grid.ts';
import { PRESETS } from '../../../src/dispatch/config/presets.ts';
import { checkStudy } from '../../../src/dispatch/config/study.ts';
import { makePlan } from '../../../src/dispatch/plan/plan.ts';
import { request } from './requests.ts';

/** Values of every kind, likely ones more often, so that many configurations come through. */
function anyValueOf(field: (typeof FIELDS)[number]) {
  const { min, max, choices } = field;
  const inRange = fc.integer({
    min: Math.ceil(min ?? 0) + 1,
    max: Math.floor(Math.min(max ?? 1e5, 1e5)) + 1,
  });
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant(field.default) },
    { weight: 4, arbitrary: inRange },
    { weight: 2, arbitrary: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 6 }) },
    { weight: 2, arbitrary: fc.constantFrom<unknown>(...choices, 'none', 'auto', true, false) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<unknown>(0, -1, 1e9, 1e300, Number.NaN, Infinity, 0.5),
    },
    {
      weight: 1,
      arbitrary: fc.anything({ maxDepth: 2, withBigInt: true, withNullPrototype: true }),
    },
  );
}
const known = fc
  .constantFrom(...FIELDS)
  .chain((field) => fc.tuple(fc.constant<string>(field.name), anyValueOf(field)));
const unknown = fc.tuple(
  fc.oneof(
    fc.string(),
    fc.constantFrom('__proto__', 'constructor', 'samplers', 'use_tqdm', 'chain'),
  ),
  fc.anything({ maxDepth: 2 }),
);
const entry = fc.oneof({ weight: 30, arbitrary: known }, { weight: 1, arbitrary: unknown });
const fields = fc
  .array(entry, { maxLength: 8 })
  .map((entries) => Object.fromEntries(entries) as Record<string, unknown>);

test('10,000 arbitrary configurations are each a plan or told what is wrong', () => {
  const preset = fc.constantFrom(null, ...PRESETS);
  let plans = 0;
  fc.assert(
    fc.property(fields, preset, fc.boolean(), (given, name, isRun) => {
      const checked = checkConfig(given);
      if (!checked.ok) expect(checked.issues.length).toBeGreaterThan(0);
      const made = makePlan(
        request({
          command: isRun ? 'run' : 'sweep',
          fields: given,
          preset: name === null ? null : { name },
        }),
      );
      if (made.ok) {
        plans++;
        expect(made.plan.jobs.length).toBeGreaterThan(0);
        const { config } = made.plan.jobs[made.plan.jobs.length - 1];
        expect(checkConfig(config)).toMatchObject({ ok: true, config });
      } else {
        expect(made.issues.length).toBeGreaterThan(0);
        for (const { got } of made.issues) expect(got.length).toBeLessThan(200);
      }
    }),
    { numRuns: 10_000, seed: 1 },
  );
  // Otherwise nothing but refusals was looked at.
  expect(plans).toBeGreaterThan(500);
});

test('whatever stands in a study or a grid, there is a plan or issues', () => {
  const name = fc.oneof(fc.string(), fc.constantFrom('a', 'hmc', 'sgld', '..', 'a/b'));
  const item = fc.oneof(
    fc.record({ name, overrides: fields }, { requiredKeys: [] }),
    fc.jsonValue(),
  );
  const list = fc.oneof(fc.array(item, { maxLength: 4 }), fc.jsonValue());
  const raw = fc.record(
    {
      base: fc.oneof(fields, fc.jsonValue()),
      problems: list,
      samplers: list,
      seeds: fc.oneof(fc.array(fc.nat(), { maxLength: 3 }), fc.jsonValue()),
    },
    { requiredKeys: [] },
  );
  const grid = fc.oneof(list, fc.dictionary(fc.string(), list, { maxKeys: 3 }));
  fc.assert(
    fc.property(raw, grid, (studyRaw, gridRaw) => {
      const study = checkStudy(studyRaw, 's.yaml');
      const problems = readGrid(gridRaw, '--problem-grid');
      for (const read of [study, problems]) {
        if (!read.ok) expect(read.issues.length).toBeGreaterThan(0);
      }
      const made = makePlan(
        request({
          study: study.ok ? study.study : null,
          problemGrid: problems.ok ? problems.entries : null,
        }),
      );
      if (!made.ok) expect(made.issues.length).toBeGreaterThan(0);
    }),
    { numRuns: 1000, seed: 2 },
  );
});
