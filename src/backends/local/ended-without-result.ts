import { EXIT_CODES, errorTypeOfExit } from '../../dispatch/job/exit-codes.ts';
import { signInLog } from '../../dispatch/job/log-signs.ts';
import type { ErrorType, Failure, Stage } from '../../dispatch/job/words.ts';
import type { Exit } from './local-worker.ts';

/** What is known of a worker that has ended and left no result. */
export interface Remains {
  readonly jobId: string;
  readonly attempt: number;
  /** Null where it was not our child, so that the system told somebody else. */
  readonly exit: Exit | null;
  /** The machine was started anew since. */
  readonly rebooted: boolean;
  /** The last stage that it reported, null without a word. */
  readonly stage: Stage | null;
  /** The kernel has killed for lack of memory meanwhile. */
  readonly kernelKilled: boolean;
  readonly peakBytes: number;
  readonly memoryGb: number | null;
  /** There is something in the place of its result, which is none. */
  readonly unreadableResult: boolean;
  readonly logTail: string;
  readonly logPath: string;
}

/** Signals that a process sends to others rather than earns by a fault of its own. */
const FROM_OUTSIDE = new Set(['SIGKILL', 'SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGSTOP']);

const FREE_SPACE = 'Free space, then retry the job.';
/** What to do about a result that could not be written. */
const ADVICE: Partial<Record<ErrorType, string>> = {
  disk_full: FREE_SPACE,
  permission: 'Use directories that you may write to, then retry the job.',
};

/** Above this share of what it was given, a kill is taken for the system's answer to its memory. */
const NEAR_LIMIT = 0.9;

/** Says what a worker that left no result has failed of, with the end of its log and what to do. */
export function endedWithoutResult(remains: Remains): Failure {
  const { jobId, attempt, exit, stage, logTail, logPath } = remains;
  const signal = signalOf(exit);
  const during = stage === null ? 'before its first word' : `in its stage ${stage}`;
  const tell = (errorType: ErrorType, what: string, next: string, fromOutside = false): Failure => {
    const lastLine = logTail.split('\n').at(-1) ?? '';
    const said = lastLine === '' ? 'Its log is empty.' : `Its log ends: ${lastLine.slice(0, 500)}`;
    return {
      stage: stage ?? 'start',
      errorType,
      error: `The worker of ${jobId} (attempt ${attempt}) ${what} ${during}. ${said}\nLog: ${logPath}\n${next}`,
      traceback: logTail.slice(-4000),
      log: logPath,
      ...(fromOutside ? { fromOutside } : {}),
    };
  };

  if (remains.rebooted)
    return tell(
      'node_failure',
      'ended with its machine, which was restarted,',
      'It is tried again.',
    );
  if (exit?.code === EXIT_CODES.taken)
    return tell(
      'lost',
      'found its attempt taken by another worker, which is gone,',
      'It is tried again.',
    );
  if (exit?.code === EXIT_CODES.checkpointed)
    return tell(
      'crash',
      'was told by SIGUSR2 that it would be ended soon, and left',
      'It is tried again, from its checkpoint.',
      true,
    );
  const unwritten = errorTypeOfExit(exit?.code ?? null);
  if (unwritten !== null)
    return tell(
      unwritten,
      `could not write its result (exit code ${exit?.code})`,
      ADVICE[unwritten] ?? 'It is tried again.',
    );
  if (signInLog(logTail) === 'oom')
    return tell('oom', 'ran out of memory', 'Give it more with --mem-gb, or less to do.');
  if ((signal === 'SIGKILL' && outOfMemory(remains)) || (exit === null && remains.kernelKilled))
    return tell(
      'oom',
      `was killed for lack of memory${memoryText(remains)}`,
      'Give it more with --mem-gb, run fewer at once with --workers, or give it less to do.',
    );
  if (signInLog(logTail) === 'disk_full')
    return tell('disk_full', 'found the disc or the quota full', FREE_SPACE);
  if (exit === null)
    return tell(
      'lost',
      'is gone and left no result; it ended while nobody watched,',
      'It is tried again.',
    );
  if (signal !== null)
    return tell(
      'crash',
      `was ended by ${signal}`,
      FROM_OUTSIDE.has(signal)
        ? 'Another process or the system ended it. If it was memory, use --mem-gb or fewer --workers.'
        : 'The full log may say more.',
      FROM_OUTSIDE.has(signal),
    );
  const left = remains.unreadableResult ? 'left no result that can be used' : 'left no result';
  return tell(
    'crash',
    exit.code === 0
      ? `ended as if all were well (exit code 0), but ${left},`
      : `ended with exit code ${exit.code}`,
    'The full log may say more.',
  );
}

/** The signal, also where a shell in between turned it into an exit code. */
function signalOf(exit: Exit | null): string | null {
  if (exit === null) return null;
  if (exit.signal !== null) return exit.signal;
  return exit.code === 137 ? 'SIGKILL' : exit.code === 143 ? 'SIGTERM' : null;
}

function outOfMemory({ kernelKilled, peakBytes, memoryGb }: Remains): boolean {
  return kernelKilled || (memoryGb !== null && peakBytes >= NEAR_LIMIT * memoryGb * 2 ** 30);
}

function memoryText({ peakBytes, memoryGb }: Remains): string {
  if (peakBytes === 0) return '';
  const peak = (peakBytes / 2 ** 30).toFixed(2);
  return memoryGb === null ? ` (${peak} GB in use)` : ` (${peak} of ${memoryGb} GB in use)`;
}
