import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ERROR_TYPES, JOB_STATES } from '../../../src/dispatch/job/words.ts';
import { failuresOf, groupFailures } from '../../../src/screens/errors/group-failures.ts';
import { sweepOf } from '../screen-context.ts';
import { failed, jobOf } from './failed-sweep.ts';

const anyJob = fc.record({
  errorType: fc.constantFrom(...ERROR_TYPES),
  error: fc.oneof(fc.string(), fc.constantFrom('', 'used 3.0 of 4 GB', 'ended with code 3')),
  state: fc.constantFrom(...JOB_STATES),
  hasFailure: fc.boolean(),
});

test('every failed job is in exactly one group, and no other job is', () => {
  fc.assert(
    fc.property(fc.array(anyJob, { maxLength: 30 }), (drawn) => {
      const jobs = drawn.map(({ errorType, error, state, hasFailure }, seed) => {
        const { failure, ...rest } = failed(errorType, error);
        return jobOf('p', seed, 'hmc', {
          ...rest,
          state,
          failure: hasFailure ? (failure ?? null) : null,
        });
      });
      const sweep = sweepOf(jobs);
      const grouped = groupFailures(sweep).flatMap((group) => group.jobs.map(({ jobId }) => jobId));
      expect(grouped.toSorted()).toEqual(
        failuresOf(sweep)
          .map(({ jobId }) => jobId)
          .toSorted(),
      );
      const sizes = groupFailures(sweep).map((group) => group.jobs.length);
      expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    }),
  );
});

test('numbers, addresses and the job’s own name do not make a cause of its own', () => {
  const error = (seed: number) =>
    `p-hmc-${seed} ended with code ${seed} at 0x${(seed * 977).toString(16)} after ${seed}.5 s`;
  const jobs = [1, 2, 30].map((seed) => jobOf('p', seed, 'hmc', failed('crash', error(seed))));
  expect(groupFailures(sweepOf(jobs))).toHaveLength(1);
});

test('the same message of another kind is another cause', () => {
  const jobs = [
    jobOf('p', 1, 'hmc', failed('crash', 'gone')),
    jobOf('p', 2, 'hmc', failed('lost', 'gone')),
  ];
  expect(groupFailures(sweepOf(jobs))).toHaveLength(2);
});

test('a number that differs within a group is left out of its words', () => {
  const jobs = [16, 32].map((gb) =>
    jobOf('p', gb, 'hmc', failed('oom', `It used ${gb}.0 of ${gb} GB.`)),
  );
  expect(groupFailures(sweepOf(jobs)).map(({ cause }) => cause)).toEqual(['OOM']);
});
