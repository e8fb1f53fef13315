import type { SweepWatched } from '../../../src/screens/known/sweep-watched.ts';
import { type SweepTable, watchedSweep } from './watched-sweep.ts';

const SMALL = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((seed) => {
  const ok = 'ok 12.5 0.3';
  const sghmc = seed === 8 ? 'cancelled' : ok;
  const hmc = seed === 4 ? 'error lost x3' : seed === 9 ? 'running 64 12.2' : ok;
  const cells = seed === 0 ? Array(4).fill('cached 12.5 0.3') : [ok, sghmc, hmc, ok];
  return `small ${seed} | ${cells.join(' | ')}`;
});

const LARGE_WAITING = [5, 6, 7, 8, 9].map((seed) => {
  const cells =
    seed < 8
      ? ['waiting Priority', 'waiting Priority', 'waiting Priority', 'planned']
      : ['waiting Priority', 'waiting Priority', 'planned', 'planned'];
  return `large ${seed} | ${cells.join(' | ')}`;
});

/** The sweep of the design's frames. */
const FRAME_TABLE: SweepTable = {
  samplers: ['sgld', 'sghmc', 'hmc', 'mclmc'],
  table: `
${SMALL.join('\n')}
medium 0 | cached 31.9 0.8 | cached 32.4 1.1 | cached 31.6 0.4 | cached 31.8 0.5
medium 1 | ok 32.2 0.8 | ok 32.0 0.9 | ok 31.4 0.4 | ok 31.5 0.5
medium 2 | ok 31.7 0.7 | ok 32.6 1.0 | error oom x2 | ok 31.9 0.5
medium 3 | ok 32.5 0.8 | ok 32.1 0.9 | ok 31.7 0.4 | ok 30.2 0.6 ?
medium 4 | ok 33.9 1.4 ? | ok 32.3 1.0 | retrying 14:33 x2 | ok 31.6 0.5
medium 5 | ok 31.8 0.7 | ok 32.2 0.9 | ok 31.5 0.4 | running 92 31.7
medium 6 | ok 32.0 0.8 | ok 31.9 0.8 | running 77 31.3 | error diverged
medium 7 | ok 32.3 0.8 x2 | collecting | running 58 31.8 | running 83 31.6
medium 8 | ok 31.6 0.7 | running 90 32.5 | running 23 33.1 | starting
medium 9 | running 95 32.1 | waiting Resources | waiting Priority | waiting Priority
large 0 | ok 98.1 2.2 | ok 97.6 2.4 ? | running 41 95.2 | ok 95.7 1.8
large 1 | ok 97.9 2.3 | running 88 96.9 | running 37 94.8 | running 71 95.5
large 2 | running 52 98.8 | running 47 96.1 | starting | running 30 94.9
large 3 | running 12 104 | waiting Resources | waiting Priority | waiting Priority
large 4 | waiting Priority | waiting Priority | waiting QOSMaxJobsPerUserLimit | planned
${LARGE_WAITING.join('\n')}`,
};

export function frameSweep(): SweepWatched {
  return watchedSweep(FRAME_TABLE);
}
