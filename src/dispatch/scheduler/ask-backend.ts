import type { Backend, JobHandle, Preflight, PreflightRequest, Usage } from '../backend.ts';
import { LlcError } from '../errors.ts';
import { failureOfError } from './hand-over.ts';
import type { Stimulus } from './stimulus.ts';
import { withinLimit } from './within-limit.ts';

/** Asks for preflight; a backend that cannot be asked refuses. */
export async function askPreflight(
  backend: Backend,
  request: PreflightRequest,
  signal: AbortSignal,
): Promise<Preflight> {
  try {
    return await withinLimit('preflight', signal, (limited) => backend.preflight(request, limited));
  } catch (error) {
    const failure = failureOfError(error, 'preflight', `The ${backend.name} backend is not ready`);
    return {
      ok: false,
      failure,
      hint: error instanceof LlcError ? error.hint : 'Try again later.',
    };
  }
}

/** Observes or cancels, and asks what ended attempts have used. */
export async function askForSightings(
  backend: Backend,
  handles: readonly JobHandle[],
  how: 'observe' | 'cancel',
  now: () => number,
  signal: AbortSignal,
): Promise<Stimulus> {
  const observations = await withinLimit(how, signal, (limited) => backend[how](handles, limited));
  const seen = handles.flatMap((handle, i) => {
    const observation = observations[i];
    return observation === undefined ? [] : [{ handle, observation }];
  });
  const ended = seen.filter(({ observation }) =>
    ['ended', 'failed', 'cancelled'].includes(observation.kind),
  );
  const used = await usageOf(
    backend,
    ended.map(({ handle }) => handle),
    signal,
  );
  return {
    kind: 'observed',
    at: now(),
    sightings: seen.map((one) => ({ ...one, usage: used.get(one.handle) ?? null })),
  };
}

/** A price that cannot be learnt must not hold a result back. */
async function usageOf(
  backend: Backend,
  handles: readonly JobHandle[],
  signal: AbortSignal,
): Promise<ReadonlyMap<JobHandle, Usage | null>> {
  if (handles.length === 0) return new Map();
  const usages = await withinLimit('usage', signal, (limited) =>
    backend.usage(handles, limited),
  ).catch(() => []);
  return new Map(handles.map((handle, i) => [handle, usages[i] ?? null]));
}
