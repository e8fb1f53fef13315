import { EXIT_CODES, errorTypeOfExit } from '../../../dispatch/job/exit-codes.ts';
import {
  ERROR_TYPES,
  type ErrorType,
  type Failure,
  type Stage,
} from '../../../dispatch/job/words.ts';
import { type SandboxEnd, STATUS } from '../control-plane/control-plane.ts';
import type { WorkerEnd } from '../frames.ts';

/** What is known of a sandbox that has ended and left no result. */
export interface Remains {
  readonly jobId: string;
  readonly attempt: number;
  readonly sandboxId: string;
  readonly gpu: string | null;
  /** Null where Modal does not know it any more. */
  readonly end: SandboxEnd | null;
  /** `llc modal stop` has ended it. */
  readonly stopped: boolean;
  /** What the sandbox itself said last; null without a word. */
  readonly workerEnd: WorkerEnd | null;
  /** The last stage that was reported, null without a word. */
  readonly stage: Stage | null;
  /** Its output could not be read, so that a result may have been missed; the reason. */
  readonly outputLost: string | null;
  readonly timeoutMin: number;
  readonly memoryGb: number;
  readonly logTail: string;
  readonly logPath: string;
}

/** What Node and container runtimes say when memory is used up. */
const OUT_OF_MEMORY =
  /out of memory|\bOOM\b|ERR_WORKER_OUT_OF_MEMORY|Array buffer allocation failed|Invalid array buffer length/i;
const DISC_FULL = /\b(ENOSPC|EDQUOT)\b/;
const AGAIN = 'It is tried again.';
const FREE_SPACE = 'Free space on the volume (llc clean --remote), then retry the job.';

/** Says what a sandbox that left no result has failed of, with the end of its log and what to do. */
export function endedWithoutResult(remains: Remains): Failure {
  const { end, workerEnd, stage, logTail, logPath } = remains;
  const during = stage === null ? 'before its first word' : `in its stage ${stage}`;
  const tell = (errorType: ErrorType, what: string, next: string, fromOutside = false): Failure => {
    const lastLine = logTail.split('\n').at(-1) ?? '';
    const said = lastLine === '' ? 'Its log is empty.' : `Its log ends: ${lastLine.slice(0, 500)}`;
    const exception = end?.exception ? ` Modal says: ${end.exception.slice(0, 500)}.` : '';
    return {
      stage: stage ?? 'start',
      errorType,
      error: `The sandbox of ${remains.jobId} (attempt ${remains.attempt}, ${remains.sandboxId}) ${what} ${during}.${exception} ${said}\nLog: ${logPath}\n${next}`,
      traceback: logTail.slice(-4000),
      log: logPath,
      ...(fromOutside ? { fromOutside } : {}),
    };
  };

  if (end === null)
    return tell(
      'lost',
      'is not known to Modal any more; it ended while nobody watched,',
      AGAIN,
      true,
    );
  const { status, exitCode, exception } = end;
  if (status === STATUS.timeout)
    return tell(
      'timeout',
      `ran into its limit of ${remains.timeoutMin} min`,
      'Give it more with --timeout-min (at most 24 h), or less to do.',
    );
  if (remains.stopped)
    return {
      ...tell(
        'cancelled_by_site',
        'was ended by llc modal stop',
        'Its sweep is held; llc retry goes on with it.',
      ),
      holdsSweep: true,
    };
  if (/preempt/i.test(exception)) return tell('preempted', 'was preempted', AGAIN, true);
  if (
    OUT_OF_MEMORY.test(exception) ||
    OUT_OF_MEMORY.test(logTail) ||
    (workerEnd?.oomKills ?? 0) > 0
  )
    return tell(
      'oom',
      `ran out of memory (it had ${remains.memoryGb} GB)`,
      'Give it more with --mem-gb, or less to do.',
    );
  switch (status) {
    case STATUS.evicted:
      return tell('preempted', 'was evicted: its machine ran short of memory', AGAIN, true);
    case STATUS.terminated:
    case STATUS.idleTimeout:
      return tell(
        'preempted',
        'was ended from outside (preempted, or stopped by a person)',
        AGAIN,
        true,
      );
    case STATUS.internalFailure:
      return tell('node_failure', 'failed inside Modal', AGAIN, true);
    case STATUS.initFailure:
      return tell('unavailable', 'could not be set up by Modal', AGAIN, true);
  }

  const { trouble = null, signal = null } = workerEnd ?? {};
  if (trouble !== null) {
    const errorType = (ERROR_TYPES as readonly string[]).includes(trouble.errorType)
      ? (trouble.errorType as ErrorType)
      : 'internal';
    return tell(
      errorType,
      `could not keep its run: ${trouble.error}`,
      errorType === 'disk_full' ? FREE_SPACE : AGAIN,
    );
  }
  if (DISC_FULL.test(logTail)) return tell('disk_full', 'found a disc full', FREE_SPACE);
  const code = workerEnd?.code ?? exitCode;
  if (code === EXIT_CODES.taken)
    return tell('lost', 'found its attempt taken by another worker,', AGAIN);
  const unwritten = errorTypeOfExit(code);
  if (unwritten !== null)
    return tell(unwritten, `could not write its result (exit code ${code})`, AGAIN);
  if (signal === 'SIGKILL' || exitCode === 137)
    return tell(
      'crash',
      'was killed (SIGKILL)',
      'If it was memory, give it more with --mem-gb. Otherwise it is tried again.',
      true,
    );
  if (exitCode === 143 || signal === 'SIGTERM')
    return tell('preempted', 'was asked to end from outside', AGAIN, true);
  if (status === STATUS.success && remains.outputLost !== null)
    return tell(
      'lost',
      `ended well, but its output cannot be had (${remains.outputLost}) and no result of it lies on the volume,`,
      AGAIN,
      true,
    );
  if (status === STATUS.success)
    return tell(
      'crash',
      'ended as if all were well (exit code 0), but left no result,',
      'The full log may say more.',
    );
  return tell(
    'crash',
    signal === null ? `ended with exit code ${exitCode}` : `was ended by ${signal}`,
    'The full log may say more.',
  );
}
