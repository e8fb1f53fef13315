import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FinishedRun, forecast } from '../../../src/dispatch/forecast/forecast.ts';

const RUN: FinishedRun = {
  problem: 'p',
  entry: 'hmc',
  sampler: 'hmc',
  seed: 1,
  llc: 10,
  scale: 10,
  se: 0.2,
  warmupSeconds: 5,
  samplingSeconds: 20,
  draws: 1000,
  dollarsPerSecond: null,
  meterBound: 0,
  unbiased: true,
  doubts: [],
};

const SGLD: FinishedRun = {
  ...RUN,
  entry: 'sgld',
  sampler: 'sgld',
  unbiased: false,
  meterBound: 0.005,
};

test('the variance falls as the time after warm-up', () => {
  const budget = { kind: 'seconds', amount: 85 } as const;
  const [one] = forecast([RUN], { budget, error: 0.01 });
  // 2 % in 20 s: in 80 s half of it, and half of it takes 80 s and warm-up.
  expect(one?.seWithBudget?.value).toBeCloseTo(0.01, 12);
  expect(one?.secondsForError?.value).toBeCloseTo(85, 9);
  expect(one?.drawsForError).toBe(4000);
  expect(one?.isBest).toBe(true);
  expect(one?.seWithBudget?.low).toBeNaN();
});

test('seeds give the middle and its spread', () => {
  const runs = [0.1, 0.4].map((se, seed) => ({ ...RUN, se, seed }));
  const [one] = forecast(runs, { budget: null, error: 0.02 });
  expect(one?.secondsForError?.value).toBeCloseTo(25, 9);
  expect(one?.secondsForError?.low).toBeLessThan(10);
  expect(one?.secondsForError?.high).toBeGreaterThan(100);
});

test('dollars and draws are budgets too', () => {
  const paid = { ...RUN, dollarsPerSecond: 0.01 };
  const [dollars] = forecast([paid], { budget: { kind: 'dollars', amount: 0.85 }, error: null });
  expect(dollars?.seWithBudget?.value).toBeCloseTo(0.01, 12);
  const [draws] = forecast([RUN], { budget: { kind: 'draws', amount: 4000 }, error: null });
  expect(draws?.seWithBudget?.value).toBeCloseTo(0.01, 12);
});

test('more budget never buys a larger error, and a smaller error never takes less', () => {
  const amounts = fc.double({ min: 1, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(amounts, amounts, fc.double({ min: 0.001, max: 5, noNaN: true }), (a, b, se) => {
      const runs = [
        { ...RUN, se },
        { ...SGLD, se: se / 2 },
      ];
      const at = (amount: number) =>
        forecast(runs, { budget: { kind: 'seconds', amount }, error: 1 / (1 + amount) });
      const [few, many] = [at(Math.min(a, b)), at(Math.max(a, b))];
      few.forEach((one, i) => {
        const more = many[i];
        expect(more?.seWithBudget?.value).toBeLessThanOrEqual(one.seWithBudget?.value ?? 0);
        expect(more?.secondsForError?.value).toBeGreaterThanOrEqual(
          one.secondsForError?.value ?? 0,
        );
      });
      for (const all of [few, many])
        expect(all.filter(({ isBest }) => isBest).length).toBeLessThanOrEqual(1);
    }),
  );
});

test('a budget that warm-up takes whole buys nothing', () => {
  const budget = { kind: 'seconds', amount: 4 } as const;
  const [one] = forecast([RUN], { budget, error: null });
  expect(one?.seWithBudget?.value).toBe(Number.POSITIVE_INFINITY);
  expect(one?.isBest).toBe(false);
});

test('a quick sampler with an error of its own wins small budgets and loses large ones', () => {
  const quick = { ...SGLD, se: 0.02, warmupSeconds: 0 };
  const best = (amount: number) =>
    forecast([RUN, quick], { budget: { kind: 'seconds', amount }, error: null }).find(
      ({ isBest }) => isBest,
    )?.entry;
  expect(best(30)).toBe('sgld');
  expect(best(10_000)).toBe('hmc');
});

test('no draws buy an error below the sampler’s own', () => {
  const all = forecast([RUN, { ...SGLD, se: 0.02 }], { budget: null, error: 0.004 });
  expect(all.map(({ entry, isBest }) => [entry, isBest])).toEqual([
    ['hmc', true],
    ['sgld', false],
  ]);
  expect(all[1]?.refusal).toContain('own error');
});

test('what differs clearly from an exact sampler on the same seeds is as wrong as that', () => {
  const exact = { ...RUN, se: 0.01 };
  const off = { ...SGLD, se: 0.01, llc: 11 };
  const [, one] = forecast([exact, off], { budget: null, error: 0.05 });
  expect(one?.ownError).toBeCloseTo(0.1, 2);
  expect(one?.refusal).not.toBe('');
  // Another seed has other data: its estimate proves nothing.
  const [, other] = forecast([{ ...exact, seed: 2 }, off], { budget: null, error: 0.05 });
  expect(other?.ownError).toBe(0.005);
});

test('what more draws do not cure is refused, and a single bad seed of three left out', () => {
  const bad = { ...RUN, doubts: ['not_burnt_in'], se: 5 };
  const [one] = forecast([bad], { budget: null, error: 0.02 });
  expect(one?.refusal).toBe('1 of 1 not burnt in');
  const [two] = forecast([{ ...bad, seed: 3 }, RUN, { ...RUN, seed: 2 }], {
    budget: null,
    error: 0.02,
  });
  expect(two?.refusal).toBe('');
  expect(two?.secondsForError?.value).toBeCloseTo(25, 9);
});

test('samplers that seeds cannot tell apart are both named', () => {
  const seeds = [1, 2, 3];
  const runs = [
    ...seeds.map((seed) => ({ ...RUN, seed, se: 0.2 + 0.05 * seed })),
    ...seeds.map((seed) => ({ ...RUN, entry: 'long', seed, se: 0.21 + 0.05 * seed })),
  ];
  const [one, two] = forecast(runs, { budget: null, error: 0.02 });
  expect([one?.isBest, two?.isClose]).toEqual([true, true]);
});
