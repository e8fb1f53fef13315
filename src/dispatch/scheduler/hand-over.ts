import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { attemptLayout, sweepLayout } from '../artifacts/layout.ts';
import type { Attempt, Submission } from '../backend.ts';
import { LlcError } from '../errors.ts';
import { errorTypeOfSystemError } from '../job/failure.ts';
import type { JobSpec } from '../job/job-spec.ts';
import { type Payload, PROTOCOL_VERSION } from '../job/protocol.ts';
import type { Failure, Stage } from '../job/words.ts';
import type { SweepState } from '../journal/sweep-state.ts';
import type { AttemptRef, Stimulus } from './stimulus.ts';
import type { SweepRequest } from './sweep-request.ts';
import { withinLimit } from './within-limit.ts';

/** Writes the payloads of attempts and gives them to the backend. Trouble is told as a stimulus. */
export async function handOver(
  request: SweepRequest,
  specs: ReadonlyMap<string, JobSpec>,
  sweep: SweepState,
  attempts: readonly AttemptRef[],
  now: () => number,
  signal: AbortSignal,
): Promise<Stimulus[]> {
  const stimuli: Stimulus[] = [];
  const prepared: { attempt: AttemptRef; handed: Attempt }[] = [];
  const answers: { attempt: AttemptRef; answer: Submission }[] = [];
  for (const attempt of attempts)
    try {
      prepared.push({ attempt, handed: prepare(request, specs, sweep, attempt) });
    } catch (error) {
      const failure = failureOfError(
        error,
        'submit',
        `Cannot write the payload of ${attempt.jobId}`,
      );
      // A full disc is no fault of the job's, and may have room again soon.
      if (failure.errorType === 'disk_full')
        stimuli.push({ kind: 'submit_failed', at: now(), attempts: [attempt], failure });
      else answers.push({ attempt, answer: { kind: 'refused', jobId: attempt.jobId, failure } });
    }
  if (prepared.length > 0)
    try {
      const told = await withinLimit('submit', signal, (limited) =>
        request.backend.submit(
          prepared.map(({ handed }) => handed),
          limited,
        ),
      );
      for (const [i, { attempt }] of prepared.entries())
        answers.push({ attempt, answer: told[i] as Submission });
    } catch (error) {
      stimuli.push({
        kind: 'submit_failed',
        at: now(),
        attempts: prepared.map(({ attempt }) => attempt),
        failure: failureOfError(
          error,
          'submit',
          `The ${request.backend.name} backend took no jobs`,
        ),
      });
    }
  if (answers.length > 0) stimuli.push({ kind: 'submitted', at: now(), answers });
  return stimuli;
}

function prepare(
  request: SweepRequest,
  specs: ReadonlyMap<string, JobSpec>,
  sweep: SweepState,
  { jobId, attempt, owner }: AttemptRef,
): Attempt {
  const job = specs.get(jobId);
  const record = sweep.jobs.get(jobId);
  if (job === undefined || record === undefined)
    throw new LlcError(78, `The plan holds no job ${jobId}.`, 'Plan the sweep again.');
  const resources = { ...request.resources, ...record.resources };
  const dir = sweepLayout(resolve(request.sweepsDir), request.sweepId).attempt(jobId, attempt);
  const payload: Payload = {
    protocol: PROTOCOL_VERSION,
    schemaHash: request.schemaHash,
    codeVersion: request.codeVersion,
    sweepId: request.sweepId,
    attempt,
    owner,
    job,
    resources,
    runsDir: resolve(request.runsDir),
    storeDir: resolve(request.storeDir),
    noSkip: request.noSkip || record.noSkip,
    noArtifacts: request.noArtifacts,
  };
  // Nobody reads it before this returns, and an attempt of which nothing is known is handed over anew, payload and all:
  // it need be neither renamed into place nor forced to the disc. In one go, since five turns of the pool of threads
  // cost a sweep of thousands more than the writing.
  mkdirSync(dir, { recursive: true });
  writeFileSync(attemptLayout(dir).payload, JSON.stringify(payload));
  return { job, attempt, owner, resources, dir };
}

/** An exception as what a job failed of. */
export function failureOfError(error: unknown, stage: Stage, what: string): Failure {
  const { message, stack } = error as Error;
  const errorType = error instanceof LlcError ? 'unavailable' : errorTypeOfSystemError(error);
  const hint =
    error instanceof LlcError && error.hint !== '' ? ` ${error.hint}` : ADVICE[errorType];
  return {
    stage,
    errorType,
    error: `${what}: ${message}${hint ?? ''}`,
    traceback: errorType === 'internal' ? (stack ?? '') : '',
  };
}

const ADVICE: Partial<Record<Failure['errorType'], string>> = {
  disk_full: '. Free space, then retry the job.',
  permission: '. Use directories that you may write to.',
  unavailable: '. It is tried again.',
  internal: '. Please report this.',
};
