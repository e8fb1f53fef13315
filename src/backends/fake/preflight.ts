import type { Preflight, PreflightRequest } from '../../dispatch/backend.ts';
import type { ErrorType } from '../../dispatch/job/words.ts';
import { ask } from './ask.ts';
import type { FakePlace } from './fake-place.ts';
import { faultThat } from './faults.ts';
import { partitionsOf, placementFor, pricePerHour } from './site.ts';
import { budgetLeft } from './usage.ts';

/** Whether the place has what such jobs ask for, and money for them. */
export async function preflightFake(
  place: FakePlace,
  { jobs, resources }: PreflightRequest,
  signal: AbortSignal,
): Promise<Preflight> {
  const names = jobs.map(({ jobId }) => jobId);
  return ask(place, 'preflight', names, signal, (met) => {
    const refusal = (names.length === 0 ? [''] : names)
      .map((name) => faultThat(met, 'refuse', name))
      .find((found) => found !== null);
    if (refusal) return { ok: false, failure: refusal.failure, hint: refusal.hint ?? '' };

    const placement = placementFor(place.site, resources);
    if (placement === null) {
      const types = partitionsOf(place.site).flatMap(({ gpus = [] }) =>
        gpus.map(({ type }) => type),
      );
      const asked = `${resources.cpus} cores, ${resources.timeoutMin} min, GPU ${resources.gpuMode}`;
      return refused(
        'config',
        `No partition of the fake place takes such a job (${asked}).`,
        types.length === 0 ? 'Use --gpu-mode off, or ask for less.' : `It has ${types.join(', ')}.`,
      );
    }
    const left = budgetLeft(place);
    if (left !== null && left <= 0)
      return refused('billing', 'The budget of the fake place is spent.', 'Raise the budget.');
    const price = pricePerHour(place.site, placement.gpu, resources.cpus);
    return {
      ok: true,
      notes: price === null ? [] : [`A job costs ${price.toFixed(2)} $ an hour.`],
    };
  });
}

function refused(errorType: ErrorType, error: string, hint: string): Preflight {
  return { ok: false, failure: { stage: 'preflight', errorType, error, traceback: '' }, hint };
}
