import { describe, expect, test } from 'vitest';
import type { Engine } from '../../../src/compute/engines/engine.ts';
import { stream } from '../../../src/compute/rng/stream.ts';
import {
  enqueueIsokineticStep,
  ISOKINETIC_WORDS,
  refreshAmount,
} from '../../../src/compute/samplers/isokinetic-step.ts';
import { potentialOf, readRows } from '../../../src/compute/samplers/standing.ts';
import { ENGINES } from '../engines/every-engine.ts';
import { quadratic, zeroNetwork } from './full-gradient-run.ts';

describe.each(ENGINES)('on the $name engine', ({ createEngine }) => {
  const NAMES = Object.keys(ISOKINETIC_WORDS) as (keyof typeof ISOKINETIC_WORDS)[];

  function startAt(engine: Engine, position: Float64Array) {
    const state = {
      position: engine.vector(),
      direction: engine.vector(),
      gradient: engine.vector(),
    };
    engine.write(state.position, position);
    const streams = Array.from({ length: engine.chains }, (_, c) => stream(4, 'momentum', c));
    engine.isokineticRefresh(state.direction, 1, { streams, step: 0 });
    engine.gradient(state.position, state.gradient, null);
    return state;
  }

  describe.each(NAMES)('%s', (name) => {
    const word = ISOKINETIC_WORDS[name];

    test('its kicks and its drifts each take the whole step, in a palindrome', () => {
      expect(word.kicks.reduce((a, b) => a + b)).toBeCloseTo(1, 14);
      expect(word.drifts.reduce((a, b) => a + b)).toBeCloseTo(1, 14);
      expect(word.kicks.toReversed()).toEqual(word.kicks);
      expect(word.drifts.toReversed()).toEqual(word.drifts);
      expect(word.kicks).toHaveLength(word.drifts.length + 1);
    });

    test('goes back where it came from when its direction is turned', async () => {
      const engine = createEngine({
        problem: zeroNetwork(2, 2, 2),
        posterior: { nbeta: 50, gamma: 1, center: new Float64Array(8) },
        chains: 2,
        dtype: 'float64',
      });
      const from = Float64Array.from({ length: 16 }, (_, i) => Math.sin(3 * i + 1));
      const state = startAt(engine, from);
      const direction = await engine.read(state.direction);
      const slots = engine.slots(1);
      const scale = engine.vector();
      engine.write(
        scale,
        Float64Array.from({ length: 16 }, (_, i) => 0.5 + 0.1 * (i % 8)),
      );
      const steps = (count: number) => {
        for (let i = 0; i < count; i++) {
          enqueueIsokineticStep(engine, state, {
            word,
            sizes: [0.1, 0.2],
            scale,
            kinetic: { slots, row: 0 },
            loss: null,
          });
        }
      };
      steps(20);
      const there = await engine.read(state.position);
      expect(Math.abs(there[0] - from[0])).toBeGreaterThan(0.01);
      engine.write(
        state.direction,
        (await engine.read(state.direction)).map((u) => -u),
      );
      steps(20);
      const back = await engine.read(state.position);
      const turned = await engine.read(state.direction);
      for (let i = 0; i < 16; i++) {
        expect(back[i]).toBeCloseTo(from[i], 9);
        expect(turned[i]).toBeCloseTo(-direction[i], 8);
      }
      // ΔK there and back cancels as well, which the Metropolis test of the adjusted form rests on.
      for (const change of await engine.readSlots(slots)) expect(change).toBeCloseTo(0, 8);
    });

    test('its energy error falls with the square of the step, or faster', async () => {
      const spectrum = [1, 2, 3, 5];
      const errorAt = async (size: number) => {
        const engine = createEngine({
          problem: quadratic(...spectrum),
          posterior: { nbeta: 3, gamma: 1, center: new Float64Array(4) },
          chains: 1,
          dtype: 'float64',
        });
        const state = startAt(engine, Float64Array.of(0.7, -0.4, 0.5, 0.3));
        const slots = engine.slots(4);
        const standingAt = async () => {
          engine.loss(state.position, null, { slots, row: 1 });
          engine.meters(state.position, state.gradient, null, { slots, row: 2 });
          const rows = await readRows(engine, slots);
          return { loss: rows(1), squaredDistance: rows(2), virialLoss: rows(3) };
        };
        const wide = engine.slots(5);
        const before = potentialOf(engine, await standingAt());
        for (let i = 0; i < Math.round(1.6 / size); i++) {
          enqueueIsokineticStep(engine, state, {
            word,
            sizes: [size],
            scale: null,
            kinetic: { slots: wide, row: 0 },
            loss: null,
          });
        }
        const after = potentialOf(engine, await standingAt());
        const [kinetic] = await engine.readSlots(wide);
        return Math.abs(kinetic + after[0] - before[0]);
      };
      const order = Math.log2((await errorAt(0.1)) / (await errorAt(0.05)));
      expect(order).toBeGreaterThan(1.8);
    });
  });

  test('partial refreshment keeps directions uniform and of length one', async () => {
    const chains = 4000;
    const engine = createEngine({
      problem: quadratic(1, 1, 1),
      posterior: { nbeta: 1, gamma: 1, center: new Float64Array(3) },
      chains,
      dtype: 'float64',
    });
    const { direction } = startAt(engine, new Float64Array(3 * chains));
    const before = await engine.read(direction);
    const streams = Array.from({ length: chains }, (_, chain) => stream(9, 'noise', chain));
    engine.isokineticRefresh(direction, refreshAmount(0.5, 2, 3), { streams, step: 1 });
    const after = await engine.read(direction);
    const moment = (of: (chain: number) => number) => {
      let sum = 0;
      for (let chain = 0; chain < chains; chain++) sum += of(chain);
      return sum / chains;
    };
    for (let i = 0; i < 3; i++) {
      // Components of a uniform direction in three dimensions: variance 1/3, of their squares 4/45.
      expect(Math.abs(moment((c) => after[3 * c + i]))).toBeLessThan(4 * Math.sqrt(1 / 3 / chains));
      expect(Math.abs(moment((c) => after[3 * c + i] ** 2) - 1 / 3)).toBeLessThan(
        4 * Math.sqrt(4 / 45 / chains),
      );
    }
    const lengths = moment((c) => Math.hypot(...after.subarray(3 * c, 3 * c + 3)));
    expect(lengths).toBeCloseTo(1, 12);
    const kept = moment((c) =>
      [0, 1, 2].reduce((sum, i) => sum + before[3 * c + i] * after[3 * c + i], 0),
    );
    // e^{−t/L} for small t/L; three dimensions keep a little more.
    expect(kept).toBeGreaterThan(0.75);
    expect(kept).toBeLessThan(0.9);
  });
});
