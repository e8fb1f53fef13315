import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  nextProbe,
  type Probe,
  type Tried,
  whyTooLarge,
} from '../../../src/dispatch/calibration/step-search.ts';

const WELL: Probe = {
  stepSize: 1,
  diverged: false,
  virial: 1.001,
  virialSe: 0.002,
  heat: Number.NaN,
  lever: 1,
  acceptance: 0.99,
  moving: false,
  llc: 2,
  se: 0.02,
  ess: 500,
};

/** Searches where a probe is a function of the step and the length. */
function search(auto: number, probe: (step: number, longer: number) => Partial<Probe>) {
  const tried: Tried[] = [];
  for (;;) {
    const next = nextProbe(tried);
    if (next.kind !== 'try') return { next, tried };
    if (tried.length > 30) throw new Error('it does not end');
    const stepSize = next.stepSize ?? auto;
    tried.push({
      longer: next.longer,
      probe: { ...WELL, ...probe(stepSize, next.longer), stepSize },
    });
  }
}

const steps = fc.double({ min: -8, max: 8, noNaN: true }).map((log) => 2 ** log);

test('wherever it begins, it ends at a step that is well and whose double is not', () => {
  const faults: ((large: boolean) => Partial<Probe>)[] = [
    (large) => ({ virial: large ? 1.05 : 1.01 }),
    (large) => ({ acceptance: large ? 0.5 : 0.95 }),
    (large) => ({ heat: large ? 0.04 : 0.02 }),
    (large) => (large ? { diverged: true, virial: Number.NaN, acceptance: 0, se: Number.NaN } : {}),
  ];
  fc.assert(
    fc.property(steps, fc.constantFrom(...faults), (start, fault) => {
      const { next } = search(start, (step) => fault(step > 1));
      if (next.kind !== 'found') throw new Error('nothing found');
      const { stepSize } = next.best.probe;
      expect(stepSize).toBeLessThanOrEqual(1);
      expect(2 * stepSize).toBeGreaterThan(0.999);
    }),
  );
});

test('where every step is too large it says so instead of going on', () => {
  const { next, tried } = search(1, () => ({ diverged: true, acceptance: 0 }));
  expect(next.kind).toBe('none');
  expect(next.kind === 'none' && next.why).toContain('chains diverge');
  expect(tried.length).toBeLessThanOrEqual(12);
});

test('a warm-up that found no step is told', () => {
  const { next } = search(Number.NaN, () => ({ diverged: true }));
  expect(next.kind).toBe('none');
});

test('chains that have not arrived get time, at the same step, before it is judged', () => {
  const { next, tried } = search(1, (step, longer) =>
    longer < 4 ? { moving: true, virial: 1.4 } : { virial: step > 1 ? 1.05 : 1 },
  );
  expect(tried.slice(0, 3).map(({ longer, probe }) => [probe.stepSize, longer])).toEqual([
    [1, 1],
    [1, 2],
    [1, 4],
  ]);
  expect(next.kind === 'found' && next.best.probe.stepSize).toBe(1);
});

test('chains that never arrive do not keep it', () => {
  const { next, tried } = search(1, (step) => ({ moving: true, acceptance: step > 1 ? 0.5 : 1 }));
  expect(next.kind === 'found' && next.best.probe.stepSize).toBe(1);
  expect(tried.length).toBeLessThanOrEqual(12);
});

test('a virial that chance may have made counts for nothing, and one of many flat directions for much', () => {
  expect(whyTooLarge({ ...WELL, virial: 1.05, virialSe: 0.04 })).toBeNull();
  expect(whyTooLarge({ ...WELL, virial: 1.05, virialSe: 0.004 })).not.toBeNull();
  expect(whyTooLarge({ ...WELL, virial: 1.01, virialSe: 0.001, lever: 20 })).not.toBeNull();
  expect(whyTooLarge({ ...WELL, virial: 1.01, virialSe: 0.001, lever: 1 })).toBeNull();
});

test('the heat of the gradients stands for the virial where it is known', () => {
  expect(whyTooLarge({ ...WELL, virial: 1.2, heat: 0.01 })).toBeNull();
  expect(whyTooLarge({ ...WELL, virial: 1, heat: 0.05 })).not.toBeNull();
});
