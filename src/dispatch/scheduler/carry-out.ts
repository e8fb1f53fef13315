import { resolve } from 'node:path';
import type { PullsUnderWay } from '../artifacts/pulls-under-way.ts';
import type { JobSpec } from '../job/job-spec.ts';
import type { SweepState } from '../journal/sweep-state.ts';
import { askForSightings, askPreflight } from './ask-backend.ts';
import { failureOfError, handOver } from './hand-over.ts';
import type { Command, Stimulus } from './stimulus.ts';
import type { SweepRequest } from './sweep-request.ts';
import { withinLimit } from './within-limit.ts';

/** What carrying a command out needs. */
export interface Hands {
  readonly request: SweepRequest;
  readonly specs: ReadonlyMap<string, JobSpec>;
  readonly sweep: SweepState;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Throws where the sweep is no longer this process's. */
  readonly guard: () => Promise<void>;
  readonly notice: (text: string) => void;
  readonly pulls: PullsUnderWay;
}

/** Does what was decided; what came of it is told as stimuli. */
export async function carryOut(command: Command, hands: Hands): Promise<readonly Stimulus[]> {
  const { request, specs, sweep, now, signal } = hands;
  switch (command.kind) {
    case 'preflight': {
      const jobs = command.jobIds.flatMap((jobId) => specs.get(jobId) ?? []);
      const asked = { jobs, resources: request.resources };
      const result = await askPreflight(request.backend, asked, signal);
      // A dispatcher that is told to stop has not been refused by the place.
      return signal.aborted ? [] : [{ kind: 'preflight', result, at: now() }];
    }
    case 'submit':
      await hands.guard();
      return (await handOver(request, specs, sweep, command.attempts, now, signal)).filter(
        ({ kind }) => kind === 'submitted' || !signal.aborted,
      );
    case 'cancel':
      return look(command.handles, 'cancel', hands);
    case 'pull':
      return [await pull(command.jobIds, hands)];
  }
}

/** Observes or cancels; a backend that does not answer is a notice, and it is asked again. */
export async function look(
  handles: Parameters<typeof askForSightings>[1],
  how: 'observe' | 'cancel',
  { request: { backend }, now, signal, notice }: Hands,
): Promise<readonly Stimulus[]> {
  try {
    return [await askForSightings(backend, handles, how, now, signal)];
  } catch (error) {
    if (!signal.aborted)
      notice(`The ${backend.name} backend does not answer: ${(error as Error).message}`);
    return [];
  }
}

async function pull(jobIds: readonly string[], hands: Hands): Promise<Stimulus> {
  const { request, specs, now, signal, pulls } = hands;
  const { storage, name } = request.backend;
  const runIds = jobIds.map((jobId) => specs.get(jobId)?.runId ?? '');
  pulls.begin(runIds);
  try {
    const failures =
      storage === null
        ? jobIds.map(() => null)
        : await withinLimit('pull', signal, (limited) =>
            storage.pull(runIds, resolve(request.runsDir), limited, pulls.arrived),
          );
    const answers = jobIds.map((jobId, i) => ({ jobId, failure: failures[i] ?? null }));
    return { kind: 'pulled', at: now(), answers };
  } catch (error) {
    const failure = failureOfError(error, 'collect', `The ${name} backend gave no runs`);
    const answers = jobIds.map((jobId) => ({ jobId, failure }));
    return { kind: 'pulled', at: now(), answers };
  } finally {
    pulls.end(runIds);
  }
}
