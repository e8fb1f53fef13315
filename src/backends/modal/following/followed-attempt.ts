import { existsSync } from 'node:fs';
import { writeOnce } from '../../../dispatch/artifacts/atomic-write.ts';
import { attemptLayout } from '../../../dispatch/artifacts/layout.ts';
import type { Observation } from '../../../dispatch/backend.ts';
import { attemptNews } from '../../../dispatch/job/attempt-news.ts';
import { logTail } from '../../../dispatch/job/log-tail.ts';
import type { JobResult } from '../../../dispatch/job/protocol.ts';
import type { Failure } from '../../../dispatch/job/words.ts';
import { type ControlPlane, type SandboxEnd, STATUS } from '../control-plane/control-plane.ts';
import type { ToldResult } from '../frames.ts';
import type { ModalAttempt } from '../handle.ts';
import { pricePerHour } from '../prices.ts';
import { STOPPED_TAG } from '../sandbox-name.ts';
import { readRecord, writeRecord } from '../sandbox-record.ts';
import { failureOf, troubleOf } from '../trouble.ts';
import { resultPath } from '../volume-layout.ts';
import { AttemptWords } from './attempt-words.ts';
import { type Collecting, collectRun } from './collect-run.ts';
import { endedWithoutResult } from './ended-without-result.ts';
import { readErrors, readOutput } from './output.ts';
import { FIRST_DELAY_MS, Patience, pause } from './patience.ts';
import { resultOnVolume } from './result-on-volume.ts';
import { untilStarted } from './sandbox-start.ts';

/** How long one question may wait for news at the service, seconds. */
const END_WAIT_S = 10;
/** How long a first look waits for the service to tell of the attempt. */
const FIRST_LOOK_MS = 3000;

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
  readonly #words: AttemptWords;
  readonly #patience: Patience;
  /** Resolves when the attempt is over. */
  readonly over: Promise<Observation>;
  /** We asked it to end. */
  cancelled = false;
  /** Resolves when there is something to tell: of one that has ended its end, of others how they are. */
  readonly #known = Promise.withResolvers<void>();

  #phase: Phase = { kind: 'waiting' };
  #outputLost: string | null = null;
  #perHour: number | null = null;

  constructor(attempt: ModalAttempt, following: Following) {
    this.attempt = attempt;
    this.#following = following;
    this.#closed = following.closed;
    this.#patience = new Patience(following.closed, () => this.#known.resolve());
    this.#words = new AttemptWords(attempt, (since) => this.#become({ kind: 'running', since }));
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
    const { trouble } = this.#patience;
    if (trouble !== null) return { kind: 'unknown', reason: trouble };
    switch (phase.kind) {
      case 'waiting':
        return { kind: 'waiting', reason: this.#waitingReason() };
      case 'starting':
        return {
          kind: 'starting',
          on: this.#on(),
          ...(phase.since && { since: phase.since }),
          ...this.#price(),
        };
      case 'running': {
        const { dir, handle } = this.attempt;
        const progress = await attemptNews.progress(dir, handle.owner);
        return {
          kind: 'running',
          on: this.#on(),
          since: phase.since,
          ...this.#price(),
          progress,
        };
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

    const plane = await this.#patience.ask(() => this.#following.place.plane());
    void this.#askPrice();
    const end = await this.#toTheEnd(plane, sandboxId);
    const told = this.#words.told ?? (await this.#resultOnVolume(end));
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

  /** Nobody waits for it: without a price only what it costs so far cannot be told. */
  async #askPrice(): Promise<void> {
    const { gpu } = this.attempt;
    const prices = await this.#following.place.prices(this.#closed).catch(() => null);
    if (prices !== null) this.#perHour = pricePerHour(prices, this.attempt, gpu);
  }

  #price(): { perHour?: number } {
    const perHour = this.#perHour;
    return perHour !== null && Number.isFinite(perHour) ? { perHour } : {};
  }

  /** Null where Modal does not know the sandbox. */
  async #toTheEnd(plane: ControlPlane, sandboxId: string): Promise<SandboxEnd | null> {
    const { sandboxes } = plane;
    const [closed, patience] = [this.#closed, this.#patience];
    try {
      const known = () => this.#known.resolve();
      const { hasMachine, hasEnded } = await untilStarted(
        sandboxes,
        sandboxId,
        patience,
        known,
        closed,
      );
      if (hasMachine) await this.#noteStart();
      if (hasMachine && !hasEnded) this.#become({ kind: 'starting', since: null });
      this.#outputLost = await readOutput({
        sandboxes,
        sandboxId,
        patience,
        closed,
        take: (text) => this.#words.take(text),
        onUpToDate: known,
      });
      const end = await this.#untilEnded(plane, sandboxId);
      const { stderr } = attemptLayout(this.attempt.dir);
      if (this.#words.told === null && end.status !== STATUS.success && !existsSync(stderr))
        await readErrors(sandboxes, sandboxId, stderr, closed);
      return end;
    } catch (error) {
      if (troubleOf(error, '').about === 'missing') return null;
      throw error;
    }
  }

  /** It was given a machine: no other GPU need be asked for after it. */
  async #noteStart(): Promise<void> {
    const { dir } = this.attempt;
    const record = await readRecord(dir);
    if (record !== null && !record.started) writeRecord(dir, { ...record, started: true });
  }

  async #untilEnded({ sandboxes }: ControlPlane, sandboxId: string): Promise<SandboxEnd> {
    for (;;) {
      const end = await this.#patience.ask(() =>
        sandboxes.wait(sandboxId, END_WAIT_S, this.#closed),
      );
      if (end !== null) return end;
      await pause(FIRST_DELAY_MS, this.#closed);
    }
  }

  #resultOnVolume(end: SandboxEnd | null): Promise<ToldResult | null> {
    const { workerEnd } = this.#words;
    return resultOnVolume(this.attempt, { end, workerEnd }, this.#following, this.#patience);
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
      workerEnd: this.#words.workerEnd,
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
