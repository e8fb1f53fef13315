import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coresOfAJob } from '../../../src/dispatch/plan/share-cores.ts';

const of = (cores: number, jobs: number, workers: number | null = null) =>
  coresOfAJob({ cores, jobs, workers, most: 4 });

describe('the cores of this machine are shared out so that a sweep is done soonest', () => {
  test.each([
    ['a job alone takes what it may', 2, 1, 2],
    ['no more than a job asks for', 16, 1, 4],
    ['two jobs on two cores run side by side', 2, 2, 1],
    ['the third of three would leave a core idle', 2, 3, 2],
    ['eight on two', 2, 8, 1],
    ['eight on sixteen have two each', 16, 8, 2],
    ['eight on sixty-four have all they ask for', 64, 8, 4],
    ['one core', 1, 5, 1],
  ])('%s', (_, cores, jobs, each) => {
    expect(of(cores, jobs)).toBe(each);
  });

  test('one worker leaves all cores to each job', () => {
    expect(of(2, 8, 1)).toBe(2);
  });

  test('never more cores than there are, nor fewer than one', () => {
    const count = fc.integer({ min: 1, max: 200 });
    fc.assert(
      fc.property(count, count, fc.option(count), (cores, jobs, workers) => {
        const each = of(cores, jobs, workers);
        expect(each).toBeGreaterThanOrEqual(1);
        expect(each).toBeLessThanOrEqual(Math.min(4, cores));
      }),
    );
  });
});
