import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { setTimeout as timer } from 'node:timers/promises';
import { replaceFile, writeOnce } from '../../dispatch/artifacts/atomic-write.ts';
import { attemptLayout } from '../../dispatch/artifacts/layout.ts';
import type { Observation } from '../../dispatch/backend.ts';
import { attemptNews } from '../../dispatch/job/attempt-news.ts';
import { logTail } from '../../dispatch/job/log-tail.ts';
import type { Hello, JobResult } from '../../dispatch/job/protocol.ts';
import type { Failure } from '../../dispatch/job/words.ts';
import { type Collecting, collectRun } from './collect-run.ts';
import type { ControlPlane, SandboxEnd } from './control-plane/control-plane.ts';
import { STATUS } from './control-plane/control-plane.ts';
import { endedWithoutResult } from './ended-without-result.ts';
import { frameOf, Lines, type ToldResult, type WorkerEnd } from './frames.ts';
import type { ModalAttempt } from './handle.ts';
import { STOPPED_TAG } from './sandbox-name.ts';
import { readRecord, writeRecord } from './sandbox-record.ts';
import { failureOf, hasExpired, troubleOf } from './trouble.ts';
import { resultPath } from './volume-layout.ts';

/** Between looks at a service that does not answer: doubled from the first up to the second. */
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 8000;
/** How long one question may wait for news at the service, seconds. */
const TASK_WAIT_S = 10;
const END_WAIT_S = 10;
/** How long a first look waits for the service to tell of the attempt. */
const FIRST_LOOK_MS = 3000;
/** Times that the output of a sandbox that has ended is asked for in vain. */
const MOST_FAILURES = 4;
const BEGINNING = '0-0';

type Phase =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'starting'; readonly since: number | null }
  | { readonly kind: 'running'; readonly since: number }
  | { readonly kind: 'collecting' }
  | { readonly kind: 'over'; readonly observation: Observation };

/** What following needs beside the attempt. */
export interface Following extends Collecting {
  /** Told whenever a look may tell something new. */
  readonly ring: () => void;
}

/**
 * Follows one attempt from its sandbox's start to its end: what the sandbox says becomes the files of the attempt's
 * folder, as if the worker had written them here, and a finished run is brought before its result is. All that is
 * remembered can be learnt again: after a restart the output is read from its beginning.
 */
export class FollowedAttempt {
  readonly attempt: ModalAttempt;
  readonly #following: Following;
  readonly #closed: AbortSignal;
  readonly #lines = new Lines();
  /** Resolves when the attempt is over. */
  readonly over: Promise<Observation>;
  /** We asked it to end. */
  cancelled = false;
  /** Resolves when there is something to tell: of one that has ended its end, of others how they are. */
  readonly #known = Promise.withResolvers<void>();

  #phase: Phase = { kind: 'waiting' };
  /** Why the service cannot tell now; null while it does. */
  #trouble: string | null = null;
  #logsBegun = false;
  #told: ToldResult | null = null;
  #workerEnd: WorkerEnd | null = null;
  #outputLost: string | null = null;

  constructor(attempt: ModalAttempt, following: Following) {
    this.attempt = attempt;
    this.#following = following;
    this.#closed = following.closed;
    this.over = this.#follow().catch(
      (error): Observation => ({
        kind: 'failed',
        failure: failureOf(error, 'collect', `${attempt.handle.jobId} could not be followed`),
      }),
    );
    void this.over.then((observation) => {
      this.#phase = { kind: 'over', observation };
      this.#known.resolve();
      following.ring();
    });
  }

  /** It was given a machine. */
  get hasStarted(): boolean {
    return this.#phase.kind !== 'waiting';
  }

  /** What is known now. The first look waits a little for something to be known. */
  async look(signal: AbortSignal): Promise<Observation> {
    await Promise.race([this.#known.promise, pause(FIRST_LOOK_MS, signal)]);
    const phase = this.#phase;
    if (phase.kind === 'over') return phase.observation;
    // What cannot be seen must not be taken for silence.
    if (this.#trouble !== null) return { kind: 'unknown', reason: this.#trouble };
    switch (phase.kind) {
      case 'waiting':
        return { kind: 'waiting', reason: this.#waitingReason() };
      case 'starting':
        return { kind: 'starting', on: this.#on(), ...(phase.since && { since: phase.since }) };
      case 'running': {
        const { dir, handle } = this.attempt;
        const progress = await attemptNews.progress(dir, handle.owner);
        return { kind: 'running', on: this.#on(), since: phase.since, progress };
      }
      case 'collecting':
        return { kind: 'collecting' };
    }
  }

  async #follow(): Promise<Observation> {
    const { sandboxId } = this.attempt;
    const known = await this.#localResult();
    if (known !== null) return { kind: 'ended', result: known };
    if (sandboxId === null) return this.#takeCached();

    const plane = await this.#patiently(() => this.#following.place.plane());
    const end = await this.#toTheEnd(plane, sandboxId);
    const told = this.#told ?? (await this.#resultOnVolume(plane, end));
    if (told === null) return this.#withoutResult(sandboxId, end);
    const result = told.result as JobResult;
    if (result.status === 'error') return this.#commit(result);

    this.#become({ kind: 'collecting' });
    const failure = await collectRun(this.attempt.runId, told.manifestSha256, this.#following);
    if (failure !== null) return { kind: 'failed', failure };
    const ended = await this.#commit(result);
    // It is here now; what is left there is nobody's.
    const volume = await this.#following.place.volume(this.#closed);
    plane.volumes.remove(volume, resultPath(this.attempt.name), this.#closed).catch(() => {});
    return ended;
  }

  /** Null where Modal does not know the sandbox. */
  async #toTheEnd(plane: ControlPlane, sandboxId: string): Promise<SandboxEnd | null> {
    try {
      await this.#untilStarted(plane, sandboxId);
      await this.#readOutput(plane, sandboxId);
      const end = await this.#untilEnded(plane, sandboxId);
      if (this.#told === null && end.status !== STATUS.success) await this.#readErrors(plane);
      return end;
    } catch (error) {
      if (troubleOf(error, '').about === 'missing') return null;
      throw error;
    }
  }

  async #untilStarted(plane: ControlPlane, sandboxId: string): Promise<void> {
    for (let waitS = 0; ; waitS = TASK_WAIT_S) {
      const { taskId, end } = await this.#patiently(() =>
        plane.sandboxes.taskOf(sandboxId, waitS, this.#closed),
      );
      if (taskId !== null) {
        const record = await readRecord(this.attempt.dir);
        if (record !== null && !record.started)
          writeRecord(this.attempt.dir, { ...record, started: true });
        if (!end) this.#become({ kind: 'starting', since: null });
        return;
      }
      if (end !== null) return;
      this.#known.resolve();
      // A service that does not wait must not be asked without a pause.
      await pause(FIRST_DELAY_MS, this.#closed);
    }
  }

  async #readOutput(plane: ControlPlane, sandboxId: string): Promise<void> {
    let from = BEGINNING;
    const isOver =
      (await this.#patiently(() => plane.sandboxes.wait(sandboxId, 0, this.#closed))) !== null;
    let delay = FIRST_DELAY_MS;
    for (let failures = 0; ; ) {
      try {
        let came = false;
        for await (const part of plane.sandboxes.output(
          sandboxId,
          { of: 'stdout', from },
          this.#closed,
        )) {
          came = true;
          if (part.entryId !== '') from = part.entryId;
          this.#take(part.text);
          this.#recovered();
          failures = 0;
          if (!isOver) this.#known.resolve();
          if (part.isLast) return;
        }
        this.#recovered();
        if (!isOver) this.#known.resolve();
        delay = FIRST_DELAY_MS;
        // A stream that ends without an end is usual; one that does so at once is not asked without a pause.
        if (!came) {
          if ((await plane.sandboxes.wait(sandboxId, 0, this.#closed)) !== null) return;
          await pause(FIRST_DELAY_MS, this.#closed);
        }
      } catch (error) {
        this.#closed.throwIfAborted();
        const trouble = troubleOf(error, 'Modal does not give the output of the sandbox');
        failures += 1;
        const isGone =
          trouble.about === 'missing' || trouble.errorType === 'config' || hasExpired(trouble);
        // Of one that has ended, the volume tells the result as well.
        if (isGone || (failures >= MOST_FAILURES && (await this.#hasEnded(plane, sandboxId)))) {
          this.#outputLost = trouble.message;
          return;
        }
        this.#inTrouble(trouble.message);
        await pause(delay, this.#closed);
        delay = Math.min(2 * delay, LONGEST_DELAY_MS);
      }
    }
  }

  async #hasEnded(plane: ControlPlane, sandboxId: string): Promise<boolean> {
    return plane.sandboxes.wait(sandboxId, 0, this.#closed).then(
      (end) => end !== null,
      () => false,
    );
  }

  async #untilEnded(plane: ControlPlane, sandboxId: string): Promise<SandboxEnd> {
    for (;;) {
      const end = await this.#patiently(() =>
        plane.sandboxes.wait(sandboxId, END_WAIT_S, this.#closed),
      );
      if (end !== null) return end;
      await pause(FIRST_DELAY_MS, this.#closed);
    }
  }

  /** What the sandbox's own first process said, where the worker's words do not explain its end. */
  async #readErrors(plane: ControlPlane): Promise<void> {
    const { dir, sandboxId } = this.attempt;
    const { stderr } = attemptLayout(dir);
    if (existsSync(stderr) || sandboxId === null) return;
    try {
      const options = { of: 'stderr', from: BEGINNING, waitS: 1 } as const;
      for await (const { text } of plane.sandboxes.output(sandboxId, options, this.#closed))
        if (text !== '') appendFileSync(stderr, text);
    } catch {
      // The end is told without it.
    }
  }

  /** The result as the sandbox left it on the volume; the commit may lag behind the end. */
  async #resultOnVolume(plane: ControlPlane, end: SandboxEnd | null): Promise<ToldResult | null> {
    const { commitWaitMs, place } = this.#following;
    // One that failed, or has said its last word without a result, has hardly left one: one look is enough.
    const wasHeard = this.#workerEnd !== null;
    const mayCome = !wasHeard && (end === null || end.status === STATUS.success);
    const until = performance.now() + (mayCome ? commitWaitMs : 0);
    for (let delay = FIRST_DELAY_MS; ; delay = Math.min(2 * delay, LONGEST_DELAY_MS)) {
      const bytes = await this.#patiently(async () =>
        plane.volumes.readSmall(
          await place.volume(this.#closed),
          resultPath(this.attempt.name),
          this.#closed,
        ),
      );
      const told = bytes === null ? null : toldResult(bytes.toString('utf8'));
      if (told !== null && this.#isOurs(told.result)) return told;
      if (performance.now() >= until) return null;
      await pause(delay, this.#closed);
    }
  }

  /** The run lies on the volume whole: no sandbox was needed. */
  async #takeCached(): Promise<Observation> {
    const { runId, handle, dir } = this.attempt;
    this.#become({ kind: 'collecting' });
    const began = performance.now();
    const failure = await collectRun(runId, null, this.#following);
    if (failure !== null) return { kind: 'failed', failure };
    const payload = await this.#following.payloadOf(dir);
    return this.#commit({
      status: 'ok',
      cached: true,
      run_id: runId,
      run_dir: '',
      family_id: payload.job.familyId,
      duration_s: (performance.now() - began) / 1000,
      owner: handle.owner,
      attempt: handle.attempt,
      metrics: await this.#following.metricsOf(runId),
    });
  }

  async #withoutResult(sandboxId: string, end: SandboxEnd | null): Promise<Observation> {
    const { handle, dir, gpu, timeoutMin, memoryGb } = this.attempt;
    const { stdout, stderr } = attemptLayout(dir);
    const errors = await logTail(stderr);
    const log = errors === '' ? await logTail(stdout) : errors;
    if (this.cancelled)
      return { kind: 'cancelled', ...(log === '' ? {} : { traceback: log.slice(-4000) }) };
    const progress = await attemptNews.progress(dir, handle.owner);
    const hello = await attemptNews.hello(dir, handle.owner);
    const stopped = end?.status === STATUS.terminated && (await this.#wasStopped(sandboxId));
    const failure: Failure = endedWithoutResult({
      jobId: handle.jobId,
      attempt: handle.attempt,
      sandboxId,
      gpu,
      end,
      stopped,
      workerEnd: this.#workerEnd,
      stage: progress?.stage ?? (hello === null ? null : 'setup'),
      outputLost: this.#outputLost,
      timeoutMin,
      memoryGb,
      logTail: log,
      logPath: errors === '' ? stdout : stderr,
    });
    return { kind: 'failed', failure };
  }

  /** Whether `llc modal stop` has ended it. */
  async #wasStopped(sandboxId: string): Promise<boolean> {
    try {
      const { sandboxes } = await this.#following.place.plane();
      return STOPPED_TAG in (await sandboxes.tags(sandboxId, this.#closed));
    } catch {
      // Then it counts as preempted.
      this.#closed.throwIfAborted();
      return false;
    }
  }

  /** The result becomes the attempt's, with the run's place here. The first that is written stands. */
  async #commit(result: JobResult): Promise<Observation> {
    const { dir } = this.attempt;
    const here =
      result.status === 'ok'
        ? { ...result, run_dir: this.#following.runDirOf(this.attempt.runId) }
        : result;
    await writeOnce(attemptLayout(dir).result, `${JSON.stringify(here, null, 2)}\n`);
    const written = await this.#localResult();
    if (written !== null) return { kind: 'ended', result: written };
    const error = `The result of ${this.attempt.handle.jobId} is none that can be used. Folder: ${dir}. Look at its result.json.`;
    return {
      kind: 'failed',
      failure: { stage: 'collect', errorType: 'crash', error, traceback: '' },
    };
  }

  async #localResult(): Promise<JobResult | null> {
    const { dir, handle } = this.attempt;
    const result = await attemptNews.result(dir, handle.owner);
    return result?.attempt === handle.attempt ? result : null;
  }

  #take(text: string): void {
    const { dir } = this.attempt;
    const files = attemptLayout(dir);
    let stdout = '';
    let stderr = '';
    for (const line of this.#lines.take(text)) {
      const frame = frameOf(line);
      if (frame === null) {
        stdout += `${line}\n`;
        continue;
      }
      const { name, value } = frame;
      if (name === 'stderr') stderr += `${String(value)}\n`;
      else if (name === 'end') this.#workerEnd = value as WorkerEnd;
      else if (name === 'result') this.#takeResult(value);
      else if (name === 'trace' || this.#isOurs(value, name === 'hello')) {
        keep(() => replaceFile(files[name], `${JSON.stringify(value)}\n`));
        if (name === 'hello')
          this.#become({ kind: 'running', since: Number((value as Hello).startedAt) });
      }
    }
    if (!this.#logsBegun) {
      // Read from the beginning again, after a restart.
      this.#logsBegun = true;
      keep(() => writeFileSync(files.stdout, ''));
      if (existsSync(files.stderr)) keep(() => writeFileSync(files.stderr, ''));
    }
    if (stdout !== '') keep(() => appendFileSync(files.stdout, stdout));
    if (stderr !== '') keep(() => appendFileSync(files.stderr, stderr));
  }

  #takeResult(value: unknown): void {
    const told = value as ToldResult | null;
    if (told !== null && this.#isOurs(told.result)) this.#told ??= told;
  }

  #isOurs(value: unknown, withAttempt = true): boolean {
    const { owner, attempt } = (value ?? {}) as { owner?: unknown; attempt?: unknown };
    const { handle } = this.attempt;
    return owner === handle.owner && (!withAttempt || attempt === handle.attempt);
  }

  /** Asks until there is an answer; what is definite and no passing trouble is thrown. */
  async #patiently<T>(call: () => Promise<T>): Promise<T> {
    for (let delay = FIRST_DELAY_MS; ; delay = Math.min(2 * delay, LONGEST_DELAY_MS)) {
      this.#closed.throwIfAborted();
      try {
        const answer = await call();
        this.#recovered();
        return answer;
      } catch (error) {
        const trouble = troubleOf(error, 'Modal cannot be asked');
        if (trouble.about === 'missing') throw trouble;
        this.#inTrouble(trouble.message);
        await pause(delay, this.#closed);
      }
    }
  }

  #inTrouble(text: string): void {
    this.#trouble = text;
    this.#known.resolve();
  }

  #recovered(): void {
    this.#trouble = null;
  }

  #become(phase: Phase): void {
    this.#phase = phase;
    this.#following.ring();
  }

  #waitingReason(): string {
    const { gpu } = this.attempt;
    // Short, since the console's cells are narrow.
    return gpu === null ? 'no machine' : `no ${gpu}`;
  }

  #on(): string {
    const { gpu, sandboxId } = this.attempt;
    return gpu === null ? `${sandboxId}` : `${sandboxId} (${gpu})`;
  }
}

const NEVER = new AbortController().signal;

/** A word that cannot be kept, on a full disc or in a folder that is gone, must not cost those after it. */
function keep(write: () => void): void {
  try {
    write();
  } catch {
    // The next one may find room.
  }
}

/** Does not keep the process alive; shorter where it is called off. */
function pause(ms: number, signal: AbortSignal = NEVER): Promise<void> {
  return timer(ms, undefined, { ref: false, signal }).catch(() => undefined);
}

function toldResult(text: string): ToldResult | null {
  try {
    const told = JSON.parse(text) as Partial<ToldResult> | null;
    if (typeof told !== 'object' || told === null || !('result' in told)) return null;
    return { result: told.result, manifestSha256: told.manifestSha256 ?? null };
  } catch {
    return null;
  }
}
