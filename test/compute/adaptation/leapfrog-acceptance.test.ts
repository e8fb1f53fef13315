import { describe, expect, test } from 'vitest';
import { LeapfrogAcceptance } from '../../../src/compute/adaptation/leapfrog-acceptance.ts';
import { normal, stream } from '../../../src/compute/rng/stream.ts';
import { ENGINES } from '../engines/every-engine.ts';

/**
 * Of one leapfrog step h from a standard normal: with M the step's matrix and μ, 1/μ the eigenvalues of MᵀM,
 * 2 P(ΔH < 0) = (4/π) arctan(1/√μ), since the step is reversible and keeps volumes.
 */
function normalAcceptance(h: number): number {
  const trace = 2 * (1 - h ** 2 / 2) ** 2 + h ** 2 + h ** 2 * (1 - h ** 2 / 4) ** 2;
  const larger = (trace + Math.sqrt(trace ** 2 - 4)) / 2;
  return (4 / Math.PI) * Math.atan(1 / Math.sqrt(larger));
}

describe.each(ENGINES)('on the $name engine', ({ createEngine }) => {
  const CHAINS = 500;
  const ROUNDS = 8;
  const precision = 100 * 1 + 5;

  async function acceptance(h: number, metric: number | null): Promise<number> {
    const engine = createEngine({
      problem: { kind: 'quadratic', spectrum: Float64Array.of(1) },
      posterior: { nbeta: 100, gamma: 5, center: new Float64Array(1) },
      chains: CHAINS,
      dtype: 'float64',
    });
    const streams = Array.from({ length: CHAINS }, (_, chain) => stream(3, 'accept', chain));
    const witness = new LeapfrogAcceptance(engine, streams);
    const position = engine.vector();
    let inverseMass = null;
    if (metric !== null) {
      inverseMass = engine.vector();
      engine.write(inverseMass, new Float64Array(CHAINS).fill(metric));
    }
    let sum = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const places = Float64Array.from(
        { length: CHAINS },
        (_, chain) => normal(stream(9, 'noise', chain), round) / Math.sqrt(precision),
      );
      engine.write(position, places);
      for (const one of await witness.measure(position, inverseMass, h)) sum += one;
      expect([...(await engine.read(position))]).toEqual([...places]);
    }
    return sum / (CHAINS * ROUNDS);
  }

  test.each([0.3, 1, 1.5])(
    'from a normal posterior it is what theory says, at a step of %f deviations',
    async (h) => {
      // A probability has a standard deviation of at most ½.
      const tolerance = (4 * 0.5) / Math.sqrt(CHAINS * ROUNDS);
      const expected = normalAcceptance(h);
      expect(Math.abs((await acceptance(h / Math.sqrt(precision), null)) - expected)).toBeLessThan(
        tolerance,
      );
      expect(Math.abs((await acceptance(h, 1 / precision)) - expected)).toBeLessThan(tolerance);
    },
  );
});
