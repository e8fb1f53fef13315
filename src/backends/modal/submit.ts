import { readFile } from 'node:fs/promises';
import { setTimeout as timer } from 'node:timers/promises';
import { attemptLayout, RUN_FILES } from '../../dispatch/artifacts/layout.ts';
import type { Attempt, JobHandle, Submission } from '../../dispatch/backend.ts';
import { LlcError } from '../../dispatch/errors.ts';
import { attemptNews } from '../../dispatch/job/attempt-news.ts';
import type { Payload } from '../../dispatch/job/protocol.ts';
import type { ErrorType } from '../../dispatch/job/words.ts';
import type { ControlPlane, SandboxRequest } from './control-plane/control-plane.ts';
import { pack } from './envelope.ts';
import { gpuChoice } from './gpu-choice.ts';
import { handleOf } from './handle.ts';
import { ENTRY } from './image.ts';
import type { ModalPlace } from './modal-place.ts';
import { type StoredManifest, storedManifest } from './run-source.ts';
import { sandboxName, sandboxTags } from './sandbox-name.ts';
import { earlierRecords, readRecord, type SandboxRecord, writeRecord } from './sandbox-record.ts';
import { failureOf, ModalTrouble, troubleOf } from './trouble.ts';
import { APP_NAME, MOUNT_PATH } from './volume-layout.ts';

/** Sandboxes that are asked for at once. */
const AT_ONCE = 8;
/** How long a hand-over waits where Modal limits how fast sandboxes come; the rest is handed over again. */
const LONGEST_WAIT_MS = 60_000;
/** Between tries where Modal limits how fast they come: doubled from the first up to the second. */
const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 20_000;
/** Modal's bounds of a sandbox's life, seconds. */
const LONGEST_LIFE_S = 86_400;

/** What every other job would be told, too: none of them is asked for before a person has acted. */
const CONCERNS_ALL: ReadonlySet<ErrorType> = new Set([
  'billing',
  'auth',
  'permission',
  'image',
  'cancelled_by_site',
]);

/** What the attempts of one hand-over share. Changed in place. */
interface HandOver {
  /** When to wait no longer where Modal limits calls, milliseconds of `performance.now()`. */
  readonly until: number;
  /** A refusal that concerns all. */
  refusal: ModalTrouble | null;
}

/** Set for workers where it is set here. */
const PASSED_ON = ['LLC_CODE_VERSION'];

/**
 * Starts a sandbox for each attempt, some at once; one answer each, in order.
 *
 * @throws LlcError 75 where nobody knows whether some were started: the same attempts are handed over again, and those
 *   that were started are found
 */
export async function submitAttempts(
  attempts: readonly Attempt[],
  place: ModalPlace,
  signal: AbortSignal,
): Promise<readonly Submission[]> {
  const together: HandOver = { until: performance.now() + LONGEST_WAIT_MS, refusal: null };
  const answers: Submission[] = [];
  const queue = [...attempts.entries()];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      signal.throwIfAborted();
      const [i, attempt] = next;
      answers[i] = await submitAttempt(attempt, place, together, signal);
    }
  };
  const workers = Array.from({ length: Math.min(AT_ONCE, attempts.length) }, work);
  const ends = await Promise.allSettled(workers);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return answers;
}

async function submitAttempt(
  attempt: Attempt,
  place: ModalPlace,
  together: HandOver,
  signal: AbortSignal,
): Promise<Submission> {
  const { jobId } = attempt.job;
  const what = `No sandbox was started for ${jobId}`;
  const before = await startedBefore(attempt, place, signal).catch((error) => {
    signal.throwIfAborted();
    // One may live, whatever the answer was.
    const { message, hint } = troubleOf(error, what);
    throw new LlcError(75, message, hint);
  });
  if (before !== null) return { kind: 'submitted', handle: before };
  try {
    if (together.refusal !== null) throw together.refusal;
    const handle = await start(attempt, place, together.until, signal);
    return { kind: 'submitted', handle };
  } catch (error) {
    signal.throwIfAborted();
    const trouble = troubleOf(error, what);
    // Certainly not started, and no fault of the job's.
    if (trouble.errorType === 'throttled') return { kind: 'full', jobId, reason: trouble.message };
    if (!trouble.isAnswer) throw new LlcError(75, trouble.message, trouble.hint);
    const failure = failureOf(error, 'submit', what);
    if (!CONCERNS_ALL.has(trouble.errorType)) return { kind: 'refused', jobId, failure };
    together.refusal ??= trouble;
    return { kind: 'refused', jobId, failure: { ...failure, holdsSweep: true } };
  }
}

/** The handle of what an interrupted hand-over has left behind, if there is anything. */
async function startedBefore(
  attempt: Attempt,
  place: ModalPlace,
  signal: AbortSignal,
): Promise<JobHandle | null> {
  const record = await readRecord(attempt.dir);
  if (record === null || record.owner !== attempt.owner) return null;
  if (record.sandboxId !== null || record.cached) return handleOf(attempt, record);
  const result = await attemptNews.result(attempt.dir, attempt.owner);
  if (result?.attempt === attempt.attempt) return handleOf(attempt, { ...record, cached: true });
  const plane = await place.plane();
  const found = await plane.sandboxes.find(APP_NAME, record.name, signal);
  return found === null ? null : remembered(attempt, { ...record, sandboxId: found });
}

async function start(
  attempt: Attempt,
  place: ModalPlace,
  until: number,
  signal: AbortSignal,
): Promise<JobHandle> {
  const { dir, owner, resources } = attempt;
  const payload = JSON.parse(await readFile(attemptLayout(dir).payload, 'utf8')) as Payload;
  const earlier = await earlierRecords(attempt);
  const gpu = gpuChoice(resources, earlier);
  const name = sandboxName(attempt);
  const record: SandboxRecord = {
    owner,
    name,
    sandboxId: null,
    gpu,
    started: false,
    cached: false,
  };
  const mayTake = !payload.noSkip && earlier.every(({ cached }) => !cached);
  if (mayTake && (await liesThere(payload, place, signal)))
    return remembered(attempt, { ...record, gpu: null, cached: true });

  const environment = Object.fromEntries(
    PASSED_ON.flatMap((key) => {
      const value = process.env[key];
      return value === undefined || value === '' ? [] : [[key, value]];
    }),
  );
  const request = {
    mountPath: MOUNT_PATH,
    name,
    command: [...ENTRY, pack({ payload, name, environment })],
    tags: sandboxTags(attempt, payload),
    cpus: resources.cpus,
    memoryMb: Math.ceil(1024 * resources.memoryGb),
    gpu,
    timeoutS: Math.min(LONGEST_LIFE_S, Math.max(1, Math.ceil(60 * resources.timeoutMin))),
  };
  // What is refused before this leaves nothing to look for.
  await Promise.all([place.image(gpu !== null, signal), place.volume(signal)]);
  // From now on there may be one, whoever dies.
  writeRecord(dir, record);
  return remembered(attempt, { ...record, sandboxId: await create(request, place, until, signal) });
}

/** Whether the job's run lies on the volume, with its draws where they are wanted. */
async function liesThere(
  { job, noArtifacts }: Payload,
  place: ModalPlace,
  signal: AbortSignal,
): Promise<boolean> {
  let there: StoredManifest | null;
  try {
    const [plane, volume] = [await place.plane(), await place.volume(signal)];
    there = await storedManifest(plane, volume, job.runId, signal);
  } catch {
    signal.throwIfAborted();
    // The sandbox looks for itself.
    return false;
  }
  if (there === null) return false;
  return noArtifacts || RUN_FILES.draws(job.sampler) in there.manifest.files;
}

/** Asks for a sandbox until Modal takes the call, and finds the one that there is already. */
async function create(
  request: Omit<SandboxRequest, 'appId' | 'imageId' | 'volumeId'>,
  place: ModalPlace,
  until: number,
  signal: AbortSignal,
): Promise<string> {
  const plane = await place.plane();
  const find = () => plane.sandboxes.find(APP_NAME, request.name, signal);
  let wasForgotten = false;
  for (let delay = FIRST_DELAY_MS; ; delay = Math.min(2 * delay, LONGEST_DELAY_MS)) {
    const { id: appId } = await place.app(signal);
    const { id: imageId } = await place.image(request.gpu !== null, signal);
    const { id: volumeId } = await place.volume(signal);
    try {
      return await plane.sandboxes.create({ ...request, appId, imageId, volumeId }, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ModalTrouble)) throw error;
      // An answer that was lost: it may be there all the same.
      const found = error.about === 'exists' || !error.isAnswer ? await find() : null;
      if (found !== null) return found;
      // It is there and cannot be found yet.
      if (error.about === 'exists') throw unknownYet(error);
      if (error.about === 'missing' && !wasForgotten) {
        const isStopped = await wasAppStopped(plane, appId, signal);
        place.forget();
        if (isStopped)
          throw new ModalTrouble(
            'cancelled_by_site',
            'Its app was stopped while the sweep went on',
            'llc retry makes the app anew and goes on.',
          );
        // The image or the volume was removed: both are made anew, once.
        wasForgotten = true;
      } else if (error.errorType !== 'throttled' || performance.now() >= until) throw error;
    }
    await timer(delay * (0.5 + Math.random()), undefined, { signal });
  }
}

function unknownYet({ message, hint }: ModalTrouble): ModalTrouble {
  return new ModalTrouble('unavailable', message, hint, { isAnswer: false });
}

/** Whether a person has stopped the app with this id. */
async function wasAppStopped(
  { apps }: ControlPlane,
  appId: string,
  signal: AbortSignal,
): Promise<boolean> {
  if ((await apps.find(APP_NAME, false, signal)) !== appId) return true;
  // A service may know a stopped app by its name still, or not tell states.
  return apps.isStopped(appId, signal).catch(() => {
    signal.throwIfAborted();
    return false;
  });
}

function remembered(attempt: Attempt, record: SandboxRecord): JobHandle {
  writeRecord(attempt.dir, record);
  return handleOf(attempt, record);
}
