import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { wasmFeatures } from '../../compute/engines/wasm/features.ts';
import { writeOnce } from '../artifacts/atomic-write.ts';
import { attemptLayout } from '../artifacts/layout.ts';
import { schemaHash } from '../config/schema-hash.ts';
import { EXIT_CODES, exitCodeOf } from '../job/exit-codes.ts';
import { errorTypeOfSystemError, tidyFailure } from '../job/failure.ts';
import type { Hello, JobResult, Payload } from '../job/protocol.ts';
import type { Stage } from '../job/words.ts';
import { identityOf } from '../process-identity.ts';
import { CheckpointFile } from './checkpoint-file.ts';
import { compareVersions, ownVersions, type Versions } from './handshake.ts';
import { errorTypeOf } from './job-failure.ts';
import type { Surroundings } from './job-surroundings.ts';
import { obtainRun } from './obtain-run.ts';
import { type ProgressFile, startProgressFile } from './progress-file.ts';
import { isStillOwner, readPayload } from './read-payload.ts';
import { isFollowed, mayFollow, sayHello } from './say-hello.ts';
import { startTraceFile, type TraceFile } from './trace-file.ts';

const EXIT_AFTER: Readonly<Record<string, number>> = {
  SIGINT: 130,
  SIGTERM: 143,
  SIGUSR2: EXIT_CODES.checkpointed,
};

/** How often a worker asks whether the attempt is still its own. */
const OWNER_CHECK_MS = 2000;
/** Why a worker stops that has been replaced. */
const REPLACED = 'another owner of the attempt';
/** The same, where the attempt was started again while its first process lived on out of sight. */
const FOLLOWED = 'a later start of the attempt';

const TAKEN = 'another worker has said hello for this attempt; this one leaves';

/**
 * One try of a job: reads the payload of its folder and answers in it with `hello.json`, `progress.json`,
 * `trace.json` and, exactly once, `result.json`. Asked to stop, it leaves no result, but while sampling a checkpoint.
 */
export class AttemptWork {
  readonly #dir: string;
  readonly #around: Surroundings;
  readonly #began: number;
  readonly #replaced = new AbortController();
  readonly #stop: AbortSignal;
  readonly #checkpoint: CheckpointFile;
  #payload: Payload | null = null;
  #hello: Hello | null = null;
  #progress: ProgressFile | null = null;
  #trace: TraceFile | null = null;
  #stage: Stage = 'start';

  constructor(dir: string, surroundings: Surroundings) {
    this.#dir = dir;
    this.#around = surroundings;
    this.#began = surroundings.clock();
    this.#checkpoint = new CheckpointFile(dir, surroundings.log);
    this.#stop = AbortSignal.any([surroundings.stop, this.#replaced.signal]);
  }

  /** Returns the exit code. Throws nothing. */
  async run(): Promise<number> {
    const files = attemptLayout(this.#dir);
    try {
      if (existsSync(files.result)) {
        this.#around.log('this attempt has its result already');
        return EXIT_CODES.ok;
      }
      // Before anything is compared: a worker of another version must not answer for the one at work.
      if (existsSync(files.hello) && !(await this.#mayFollow())) return this.#leave();
      this.#payload = readPayload(this.#dir);
      return await this.#answer(this.#payload);
    } catch (error) {
      return this.fail(error);
    } finally {
      this.#progress?.stop();
      if (!this.#replaced.signal.aborted) this.#trace?.finish();
    }
  }

  /** Commits a failure as the result, unless the process was asked to stop. Returns the exit code. */
  async fail(error: unknown): Promise<number> {
    const { log } = this.#around;
    if (this.#stop.aborted) {
      // Whoever has been replaced must not ask, by its code, to be started again.
      const { reason } = this.#replaced.signal.aborted ? this.#replaced.signal : this.#stop;
      log(`stopped by ${reason} in stage ${this.#stage}; no result was written`);
      return EXIT_AFTER[reason] ?? EXIT_CODES.failed;
    }
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    const { error: text, traceback } = tidyFailure({
      stage: this.#stage,
      errorType: errorTypeOf(error),
      error: message,
      traceback: stack ?? '',
    });
    log(`failed in stage ${this.#stage} (${errorTypeOf(error)}): ${text}`);
    if (this.#payload === null) return exitCodeOf(errorTypeOf(error));
    return this.#commit({
      status: 'error',
      run_id: this.#payload.job.runId,
      stage: this.#stage,
      error_type: errorTypeOf(error),
      error: text,
      traceback,
      duration_s: this.#around.clock() - this.#began,
      owner: this.#payload.owner,
      attempt: this.#payload.attempt,
    });
  }

  async #answer(payload: Payload): Promise<number> {
    const { log, clock } = this.#around;
    const { job, owner, attempt } = payload;
    const versions = ownVersions(schemaHash());
    compareVersions(payload, versions);
    if (!(await this.#sayHello(versions, payload))) return this.#leave();
    // Ends with the process.
    setInterval(() => this.#checkOwner(), OWNER_CHECK_MS).unref();
    const files = attemptLayout(this.#dir);
    const trace = startTraceFile(files.trace, {
      clock,
      onTrouble: (error) => log(`the trace file cannot be written: ${error}`),
    });
    this.#trace = trace;
    this.#progress = startProgressFile(files.progress, {
      owner,
      clock,
      onTrouble: (error) => log(`the progress file cannot be written: ${error}`),
      onBeat: trace.add,
    });
    const { runDir, cached, metrics } = await obtainRun(payload, {
      ...this.#around,
      stop: this.#stop,
      progress: this.#progress,
      trace,
      checkpoint: this.#checkpoint,
      enter: (stage) => {
        this.#stage = stage;
        this.#progress?.update({ stage });
      },
      checkOwner: () => {
        this.#checkOwner();
        this.#replaced.signal.throwIfAborted();
      },
    });
    return this.#commit({
      status: 'ok',
      cached,
      run_id: job.runId,
      run_dir: runDir,
      family_id: job.familyId,
      duration_s: clock() - this.#began,
      owner,
      attempt,
      metrics,
    });
  }

  /** False where another worker was first. */
  async #sayHello(versions: Versions, { owner, attempt }: Payload): Promise<boolean> {
    const { incarnation, gpusGiven } = this.#around;
    const hello: Hello = {
      ...versions,
      owner,
      attempt,
      ...(await identityOf(process.pid)),
      host: hostname(),
      startedAt: Math.round(performance.timeOrigin),
      node: process.version,
      engine: wasmFeatures() === null ? 'plain' : 'wasm',
      incarnation,
      ...(gpusGiven === null ? {} : { gpus: gpusGiven }),
    };
    const first = await sayHello(this.#dir, hello);
    if (first) {
      this.#stage = 'setup';
      this.#hello = hello;
    }
    return first;
  }

  async #mayFollow(): Promise<boolean> {
    const { incarnation } = this.#around;
    return incarnation > 0 && mayFollow(this.#dir, readPayload(this.#dir), incarnation);
  }

  #leave(): number {
    this.#around.log(TAKEN);
    return EXIT_CODES.taken;
  }

  #checkOwner(): void {
    if (this.#payload !== null && !isStillOwner(this.#dir, this.#payload.owner))
      this.#replaced.abort(REPLACED);
    if (this.#hello !== null && isFollowed(this.#dir, this.#hello)) this.#replaced.abort(FOLLOWED);
  }

  /** The first result of an attempt stands; one that another has been given stays without ours. */
  async #commit(result: JobResult): Promise<number> {
    const { log } = this.#around;
    this.#checkOwner();
    if (this.#replaced.signal.aborted) {
      log('the attempt is no longer this worker’s; its result is dropped');
      return EXIT_CODES.failed;
    }
    try {
      const first = await writeOnce(
        attemptLayout(this.#dir).result,
        `${JSON.stringify(result, null, 2)}\n`,
      );
      if (!first) log('the attempt had a result already; this one is dropped');
      else if (result.status === 'ok') await this.#checkpoint.remove();
      return result.status === 'ok' ? EXIT_CODES.ok : EXIT_CODES.failed;
    } catch (error) {
      log(`the result cannot be written: ${error}`);
      return exitCodeOf(errorTypeOfSystemError(error));
    }
  }
}
