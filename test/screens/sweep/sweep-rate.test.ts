import { expect, test } from 'vitest';
import { agreementOf } from '../../../src/screens/sweep/agreement.ts';
import { rateOf } from '../../../src/screens/sweep/sweep-rate.ts';
import { afterFacts, NOW, watchedSweep } from './watched-sweep.ts';

const HOUR = 3_600_000;

test('the rate is of ends, and the sweep is done when the rest has gone at that pace', () => {
  const rows = ['ok', 'ok', 'ok', 'ok', 'planned', 'planned'].map(
    (state, seed) => `a ${seed} | ${state === 'ok' ? 'ok 1 0.1' : state}`,
  );
  const { sweep } = watchedSweep({ samplers: ['hmc'], table: rows.join('\n') });
  const { perHour, doneAt } = rateOf(sweep, (sweep.plannedAt ?? 0) + 4 * HOUR);
  expect(perHour).toBeCloseTo(1);
  expect(doneAt).toBeCloseTo((sweep.plannedAt ?? 0) + 6 * HOUR);
});

test('with too few ends nobody can tell', () => {
  const { sweep } = watchedSweep({ samplers: ['a', 'b'], table: 'p 0 | ok 1 0.1 | planned' });
  expect(rateOf(sweep, NOW)).toMatchObject({ perHour: null, doneAt: null, cost: null });
});

test('GPU time counts what has ended and what runs; without GPUs there is none', () => {
  const source = { samplers: ['a', 'b'], table: 'p 0 | ok 1 0.1 | running 50 1' };
  expect(rateOf(watchedSweep(source).sweep, NOW).gpuHours).toBeCloseTo((1900 + 2700) / 3600);
  expect(rateOf(watchedSweep({ ...source, gpuMode: 'off' }).sweep, NOW).gpuHours).toBeNull();
});

test('costs add up over jobs', () => {
  const watched = watchedSweep({ samplers: ['a', 'b'], table: 'p 0 | running 5 1 | running 6 1' });
  const usage = { seconds: 60, cpuHours: null, gpuHours: null, cost: 1.5 };
  const outcome = {
    llcMean: 1,
    llcSe: 0.1,
    ess: 1,
    rhat: 1,
    tSampling: 1,
    workGrad: 1,
    wnvTime: null,
    wnvFde: null,
    verdict: '',
  };
  afterFacts(
    watched,
    ['p-a-0', 'p-b-0'].map((jobId) => ({
      kind: 'job_finished' as const,
      jobId,
      attempt: 1,
      owner: 'owner-1',
      outcome,
      durationS: 60,
      usage,
    })),
  );
  expect(rateOf(watched.sweep, NOW).cost).toBe(3);
});

test('agreement is the largest distance of two samplers, and which of them is higher', () => {
  const table = 'p 0 | ok 98.4 0.8 | ok 97.9 0.9 | ok 95.4 0.6 | planned';
  const { sweep } = watchedSweep({ samplers: ['a', 'b', 'c', 'd'], table });
  const agreement = agreementOf([...sweep.jobs.values()]);
  expect(agreement).toMatchObject({ higher: 0, lower: 2 });
  expect(agreement?.z).toBeCloseTo(3);
  expect(agreementOf([...sweep.jobs.values()].slice(2))).toBeNull();
});
