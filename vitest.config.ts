import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    // Most of the time of the long ones is waiting: two at once, also on two cores.
    maxWorkers: 2,
    // Whole programs run inside some tests; the limit ends a hang, it is no measure of speed.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default', './test/closing-line-reporter.ts'],
  },
});
