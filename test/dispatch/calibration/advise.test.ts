import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { fillNormals, stream } from '../../../src/compute/rng/stream.ts';
import { advise, type Wishes } from '../../../src/dispatch/calibration/advise.ts';
import type { Cell, Reading } from '../../../src/dispatch/calibration/map-cell.ts';

const STEPS = [0.25, 0.5, 1];
const BETAS = [0.5, 1, 2];
const GAMMAS = [0.1, 0.3, 1, 3, 10];
const WISHES: Wishes = { tolerance: 0.02, error: 0.01, base: { beta0: 1, gamma: 1 } };

interface Place {
  readonly step: number;
  readonly beta: number;
  readonly gamma: number;
}

/** A map whose estimates are `llc` with 1 % of error, the noise that of a seed. */
function mapOf(
  llc: (place: Place) => number,
  { seed = 0, noise = 1, doubt = (_: Place): string => '' } = {},
): Cell[] {
  const normals = new Float64Array(64);
  fillNormals(stream(seed, 'noise', 'map'), 0, normals);
  const places = STEPS.flatMap((step) =>
    BETAS.flatMap((beta) => GAMMAS.map((gamma) => ({ step, beta, gamma }))),
  );
  return places.map((place, i) => {
    const value = llc(place);
    const why = doubt(place);
    const reading: Reading = {
      llc: value * (1 + 0.01 * noise * normals[i]),
      se: 0.01 * value,
      ess: 400 * place.step,
      rhat: 1.005,
      virial: 1 + 0.01 * place.step,
      virialSe: 0.002,
      heat: 0.01 * place.step,
      lever: 1,
      work: 1000,
      seconds: 1,
      doubts: why === '' ? [] : [why],
    };
    const isLost = why === 'diverged';
    return {
      sampler: 'sgld',
      seed: 42,
      stepSize: place.step,
      beta0: place.beta,
      gamma: place.gamma,
      transitions: 10_000,
      vanishing: true,
      unbiased: false,
      reading: isLost ? null : reading,
      failure: isLost ? 'diverged' : '',
    };
  });
}

function adviseOne(cells: readonly Cell[], wishes = WISHES) {
  const [advice] = advise(cells, wishes);
  if (advice === undefined) throw new Error('no advice');
  return advice;
}

test('where nothing depends on anything, nearly all of the map is the plateau, with noise too', () => {
  expect(adviseOne(mapOf(() => 5, { noise: 0 })).plateau?.sites).toHaveLength(45);
  for (let seed = 1; seed <= 40; seed++) {
    const { plateau, recommended } = adviseOne(mapOf(() => 5, { seed }));
    expect(plateau?.sites.length).toBeGreaterThanOrEqual(24);
    expect(recommended?.beta0).toBe(1);
  }
});

test('a localisation that pulls is left out of the plateau, and beta keeps its convention', () => {
  const quadratic = ({ beta, gamma }: Place) => (5 * 144 * beta) / (144 * beta + 8 * gamma);
  for (let seed = 1; seed <= 20; seed++) {
    const { plateau, recommended } = adviseOne(mapOf(quadratic, { seed, noise: 0.3 }));
    expect(Math.max(...(plateau?.sites.map(({ gamma }) => gamma) ?? []))).toBeLessThanOrEqual(3);
    expect(recommended?.beta0).toBe(1);
    expect(recommended?.gamma).toBeLessThan(10);
  }
});

test('an estimate that depends on beta and gamma everywhere has no plateau, and is said to', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), (seed) => {
      const steep = ({ beta, gamma }: Place) => 250 * beta ** 0.4 * gamma ** -0.25;
      const { plateau, recommended, warnings } = adviseOne(mapOf(steep, { seed }));
      expect(plateau).toBeNull();
      expect(recommended).toMatchObject({ beta0: 1, gamma: 1 });
      expect(warnings[0]).toContain('no plateau');
      expect(warnings[0]).toContain('for 10 times gamma');
    }),
    { numRuns: 30 },
  );
});

test('no place that diverged or is doubted is on the plateau or recommended', () => {
  const words = ['', '', '', 'diverged', 'not_burnt_in', 'step_too_large'];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words), { minLength: 45, maxLength: 45 }), (doubts) => {
      let next = 0;
      const { plateau, ground, recommended } = adviseOne(
        mapOf(() => 5, { noise: 0.5, doubt: () => doubts[next++] ?? '' }),
      );
      const sites = [...(plateau?.sites ?? []), ...(ground?.sites ?? [])];
      expect(sites.every(({ doubt }) => doubt === '')).toBe(true);
      if (doubts.includes('')) expect(recommended?.site.doubt).toBe('');
      else expect(recommended).toBeNull();
    }),
  );
});

test('a map without a place to trust recommends nothing and tells why', () => {
  const { recommended, warnings } = adviseOne(mapOf(() => 5, { doubt: () => 'not_burnt_in' }));
  expect(recommended).toBeNull();
  expect(warnings).toEqual([
    'nothing is recommended: no place of the map can be trusted (45 not_burnt_in)',
  ]);
});

test('a step that changes the estimate is bounded by as much, and a smaller one is chosen', () => {
  const heated = ({ step }: Place) => 5 * (1 + 0.08 * step);
  const wishes = { ...WISHES, tolerance: 0.2 };
  // The meters say 1 % of a step that changes the estimate by 8 %.
  const { recommended } = adviseOne(mapOf(heated, { noise: 0 }), wishes);
  expect(recommended?.stepSize).toBe(0.25);
  expect(recommended?.bias).toBeGreaterThan(0.08 * 0.25 * 0.9);
});

test('where the map has one step alone the meters bound the error', () => {
  const cells = mapOf(() => 5, { noise: 0 }).filter(({ stepSize }) => stepSize === 1);
  expect(adviseOne(cells).recommended?.bias).toBeCloseTo(0.01, 12);
});

test('a smaller error asks for longer chains, as the square', () => {
  const at = (error: number) =>
    adviseOne(
      mapOf(() => 5),
      { ...WISHES, error },
    ).recommended;
  fc.assert(
    fc.property(fc.double({ min: 0.005, max: 0.01, noNaN: true }), (error) => {
      const [one, half] = [at(error), at(error / 1.3)];
      expect(half?.transitions).toBeGreaterThanOrEqual(one?.transitions ?? 0);
      expect(half?.within).toBeLessThanOrEqual(one?.within ?? 0);
    }),
    { numRuns: 20 },
  );
});

test('seeds that are missing somewhere make that place doubtful', () => {
  const cells = mapOf(() => 5, { noise: 0 });
  const second = cells.map((cell) => ({ ...cell, seed: 43 }));
  const { grid } = adviseOne([...cells, ...second.slice(1)]);
  expect(grid.at(0, 0, 0)?.doubt).toBe('missing');
  expect(grid.at(0, 0, 1)?.doubt).toBe('');
});

test('a sampler that finds its own step is mapped over beta and gamma alone', () => {
  const cells = mapOf(() => 5, { noise: 0 })
    .filter(({ stepSize }) => stepSize === 1)
    .map((cell) => ({ ...cell, sampler: 'hmc' as const, stepSize: null, unbiased: true }));
  const { plateau, recommended } = adviseOne(cells);
  expect(plateau?.sites).toHaveLength(15);
  expect(recommended).toMatchObject({ stepSize: null, beta0: 1, gamma: 1, bias: 0 });
});
