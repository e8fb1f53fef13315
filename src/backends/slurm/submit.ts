import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { attemptLayout, slurmLayout, sweepDirOfAttempt } from '../../dispatch/artifacts/layout.ts';
import type { Submission as Answer, Attempt, JobHandle } from '../../dispatch/backend.ts';
import { LlcError } from '../../dispatch/errors.ts';
import { errorTypeOfSystemError } from '../../dispatch/job/failure.ts';
import type { ErrorType } from '../../dispatch/job/words.ts';
import { atOnceOf, chunks, claimedBy, readMaxArraySize } from './array-limits.ts';
import { arrayScript } from './array-script.ts';
import type { Cluster } from './cluster.ts';
import { findSubmission } from './find-submission.ts';
import { readSbatch, refusalOf } from './sbatch-answer.ts';
import { limitMinutes, resourceOptions, type SlurmOptions, warningOf } from './sbatch-options.ts';
import { handleOf, type SlurmTask } from './slurm-task.ts';
import type { Submission, Submissions } from './submissions.ts';

/** sbatch waits for a busy controller; its own limit lies far above. */
const SBATCH_LIMIT_MS = 60_000;
const CONFIG_LIMIT_MS = 10_000;

export interface Submitter {
  readonly cluster: Cluster;
  readonly options: SlurmOptions;
  /** Starts of one attempt that may end at their limit. */
  readonly timeouts: number;
  /** Tasks at once; null for no limit. */
  readonly maxConcurrent: number | null;
  readonly submissionsOf: (attemptDir: string) => Submissions;
  readonly environment: Readonly<Record<string, string>>;
  /** Asked of Slurm once. */
  maxArraySize: number | null;
  /** Attempts that this process knows to be in the queue. */
  readonly inQueue: () => readonly SlurmTask[];
  /** Told of each attempt that is. */
  readonly onSubmitted: (handle: JobHandle) => void;
}

/**
 * Gives attempts to Slurm, one array for those that ask for the same. An attempt that was given before is found again:
 * by the sweep's own files, and where they do not say whether Slurm took it, by its name in Slurm.
 *
 * @throws LlcError 75 where it is not known whether Slurm took them
 */
export async function submitAttempts(
  attempts: readonly Attempt[],
  submitter: Submitter,
  signal: AbortSignal,
): Promise<readonly Answer[]> {
  signal.throwIfAborted();
  const answers = new Map<Attempt, Answer>();
  const fresh: Attempt[] = [];
  for (const attempt of attempts) {
    const handle = await givenBefore(attempt, submitter, signal);
    if (handle === null) fresh.push(attempt);
    else answers.set(attempt, { kind: 'submitted', handle });
  }
  let left = fresh.length;
  for (const group of ofOneShape(fresh))
    for (const chunk of chunks(group, await maxArraySize(submitter, signal))) {
      for (const [attempt, answer] of await giveArray(chunk, left, submitter, signal))
        answers.set(attempt, answer);
      left -= chunk.length;
    }
  return attempts.map((attempt) => answers.get(attempt) as Answer);
}

async function givenBefore(
  attempt: Attempt,
  submitter: Submitter,
  signal: AbortSignal,
): Promise<JobHandle | null> {
  const submissions = submitter.submissionsOf(attempt.dir);
  const found = await submissions.find(attempt.dir);
  if (found === null) return null;
  const { of, task } = found;
  if (of.array !== null) return handleIn(of, of.array, task, attempt);
  const array = await findSubmission(submitter.cluster, of, signal);
  if (array === null) {
    await submissions.forget(of);
    return null;
  }
  return handleIn(await submissions.taken(of, array), array, task, attempt);
}

function handleIn(of: Submission, array: string, task: number, attempt: Attempt): JobHandle {
  const { cpus, gpuMode } = attempt.resources;
  return handleOf(attempt, {
    array,
    task,
    dir: attempt.dir,
    submission: of.name,
    submittedAt: of.madeAt,
    cpus,
    gpus: gpuMode === 'off' ? 0 : 1,
    limitMin: limitMinutes(attempt.resources),
    atOnce: of.atOnce,
  });
}

/** In the order of the first of each shape. */
function ofOneShape(attempts: readonly Attempt[]): readonly (readonly Attempt[])[] {
  const groups = new Map<string, Attempt[]>();
  for (const attempt of attempts) {
    const { cpus, memoryGb, timeoutMin, gpuMode } = attempt.resources;
    const key = JSON.stringify([
      sweepDirOfAttempt(attempt.dir),
      cpus,
      memoryGb,
      timeoutMin,
      gpuMode,
    ]);
    groups.set(key, [...(groups.get(key) ?? []), attempt]);
  }
  return [...groups.values()];
}

async function maxArraySize(submitter: Submitter, signal: AbortSignal): Promise<number> {
  if (submitter.maxArraySize === null) {
    const asked = { signal, limitMs: CONFIG_LIMIT_MS };
    const end = await submitter.cluster.run(['scontrol', 'show', 'config'], asked);
    if (end.code !== 0) return readMaxArraySize(end);
    submitter.maxArraySize = readMaxArraySize(end);
  }
  return submitter.maxArraySize;
}

/** What became of each attempt of an array. */
type Given = readonly (readonly [Attempt, Answer])[];

/** Where the queue takes no more, half as many may still find room; the rest is told to wait. */
async function giveArray(
  attempts: readonly Attempt[],
  left: number,
  submitter: Submitter,
  signal: AbortSignal,
): Promise<Given> {
  const [first] = attempts;
  if (first === undefined) return [];
  const { cluster, options, submissionsOf, maxConcurrent } = submitter;
  const submissions = submissionsOf(first.dir);
  const sweepDir = sweepDirOfAttempt(first.dir);
  const name = `llc-${basename(sweepDir)}-${randomUUID().slice(0, 8)}`;
  const files = slurmLayout(sweepDir).submission(name);
  const shape = first.resources;
  const atOnce = atOnceOf(maxConcurrent, claimedBy(submitter.inQueue()), attempts.length, left);
  const program = await cluster.program(signal);
  if (shape.gpuMode !== 'off') await cluster.lendGpuLibrary(signal);
  const script = arrayScript({
    sweepId: basename(sweepDir),
    name,
    tasks: attempts.length,
    atOnce,
    shape,
    resources: resourceOptions(shape, options),
    warningS: warningOf(shape, options),
    timeouts: submitter.timeouts,
    program,
    sweepDir: cluster.pathOf(sweepDir),
    dir: cluster.pathOf(files.dir),
    environment: submitter.environment,
  });
  const refuse = (errorType: ErrorType, error: string): Given =>
    attempts.map((attempt) => [attempt, refused(attempt, errorType, error)]);

  let submission: Submission;
  try {
    const dirs = attempts.map(({ dir }) => dir);
    submission = await submissions.open({ name, atOnce }, dirs, script);
  } catch (error) {
    return refuse(
      errorTypeOfSystemError(error),
      `Cannot write the script of an array, ${files.script}: ${(error as Error).message}.`,
    );
  }
  const payloads = attempts.map(({ dir }) => attemptLayout(dir).payload);
  await cluster.publish([...payloads, files.script, files.tasks], signal);
  const words = ['sbatch', '--parsable', cluster.pathOf(files.script)];
  const asked = { signal, limitMs: SBATCH_LIMIT_MS };
  const answer = await cluster.run(words, asked).then(readSbatch, (error: Error) => {
    // A program that is not there has taken nothing.
    if (error instanceof LlcError && error.code === 69) throw error;
    return { kind: 'unclear', said: error.message } as const;
  });
  switch (answer.kind) {
    case 'taken':
      return given(submission, answer.array);
    case 'unclear': {
      // sbatch has just ended, however long the files took before it.
      const array = await findSubmission(cluster, { ...submission, madeAt: Date.now() }, signal);
      if (array !== null) return given(submission, array);
      await submissions.forget(submission);
      throw new LlcError(75, `Slurm has not taken ${name}: ${answer.said}.`, 'It is tried again.');
    }
    case 'full': {
      await submissions.forget(submission);
      if (attempts.length === 1 && !answer.isCertain && submitter.inQueue().length === 0) {
        const { errorType, next } = refusalOf(answer.said);
        return refuse(errorType, `Slurm refuses the job: ${answer.said}. ${next}`);
      }
      if (attempts.length === 1)
        return attempts.map((attempt) => [attempt, full(attempt, answer.said)]);
      const half = Math.ceil(attempts.length / 2);
      const some = await giveArray(attempts.slice(0, half), left, submitter, signal);
      const rest = attempts.slice(half);
      if (some.some(([, { kind }]) => kind === 'full'))
        return [...some, ...rest.map((attempt) => [attempt, full(attempt, answer.said)] as const)];
      return [...some, ...(await giveArray(rest, left - half, submitter, signal))];
    }
    case 'refused': {
      const { errorType, said, next } = answer.refusal;
      await submissions.refused(submission, said);
      return refuse(errorType, `Slurm refuses the job: ${said}. ${next}\nScript: ${files.script}`);
    }
  }

  async function given(submission: Submission, array: string): Promise<Given> {
    const known = await submissions.taken(submission, array);
    return attempts.map((attempt, task) => {
      const handle = handleIn(known, array, task, attempt);
      submitter.onSubmitted(handle);
      return [attempt, { kind: 'submitted', handle }];
    });
  }
}

function refused({ job, dir }: Attempt, errorType: ErrorType, error: string): Answer {
  const { stderr } = attemptLayout(dir);
  return {
    kind: 'refused',
    jobId: job.jobId,
    failure: { stage: 'submit', errorType, error, traceback: '', log: stderr },
  };
}

function full({ job }: Attempt, said: string): Answer {
  return {
    kind: 'full',
    jobId: job.jobId,
    reason: `the queue takes no more of your jobs now (${said}); tried again as some end`,
  };
}
