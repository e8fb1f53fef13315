import { EXIT_CODES, errorTypeOfExit } from '../../dispatch/job/exit-codes.ts';
import { signInLog } from '../../dispatch/job/log-signs.ts';
import type { ErrorType, Failure, Stage } from '../../dispatch/job/words.ts';
import type { EndMark } from './end-mark.ts';

/** What is known of an attempt that has ended in Slurm and left no result. */
export interface SlurmRemains {
  readonly jobId: string;
  readonly attempt: number;
  /** `4711_3`. */
  readonly task: string;
  /** Slurm's word for its end; null where Slurm does not know the job any more. */
  readonly state: string | null;
  /** Somebody has taken it out of the queue. */
  readonly removed: boolean;
  /** Slurm's reason; empty where there is none. */
  readonly reason: string;
  /** `code:signal` as Slurm has it; empty where it is not known. */
  readonly exit: string;
  /** Who cancelled it, a user's number; null where that is not known. */
  readonly by: string | null;
  readonly node: string;
  /** What the script told last; null where it came to tell nothing. */
  readonly mark: EndMark | null;
  /** How often it ran to its limit. */
  readonly timeouts: number;
  readonly limitMin: number;
  readonly memoryGb: number | null;
  /** The last stage that it reported, null without a word. */
  readonly stage: Stage | null;
  readonly logTail: string;
  readonly logPath: string;
}

interface Cause {
  readonly errorType: ErrorType;
  /** Behind "The job …". */
  readonly what: string;
  readonly next: string;
  readonly fromOutside?: boolean;
}

const AGAIN = 'It is tried again.';
const MORE_MEMORY = 'Give it more with --mem-gb, or less to do.';
const MORE_TIME =
  'Give it more with --timeout-min, or less to do; a retry goes on from what it has saved.';

/** Says what an attempt has failed of, with the end of its log and what to do. */
export function failureOfEnd(remains: SlurmRemains): Failure {
  const { jobId, attempt, task, node, stage, logTail, logPath } = remains;
  const { errorType, what, next, fromOutside } = causeOf(remains);
  const during = stage === null ? 'before its first word' : `in its stage ${stage}`;
  const where = node === '' ? '' : ` on ${node}`;
  const lastLine = logTail.split('\n').at(-1) ?? '';
  const said = lastLine === '' ? 'Its log is empty.' : `Its log ends: ${lastLine.slice(0, 500)}`;
  return {
    stage: stage ?? 'start',
    errorType,
    error: `${jobId} (attempt ${attempt}, Slurm job ${task}${where}) ${what} ${during}. ${said}\nLog: ${logPath}\n${next}`,
    traceback: logTail.slice(-4000),
    log: logPath,
    ...(fromOutside === true ? { fromOutside } : {}),
  };
}

function causeOf(remains: SlurmRemains): Cause {
  const { mark } = remains;
  if (mark?.state === 'checkpointed') return ofCheckpoint(remains, mark);
  // What a worker says of its own end is nearer to the cause than what Slurm makes of its exit code.
  const own = mark === null ? null : ofWorker(remains, mark);
  const known = ofState(remains);
  return own ?? known ?? ofMark(remains) ?? (remains.removed ? REMOVED : LOST);
}

const LOST: Cause = {
  errorType: 'lost',
  what: 'is gone from Slurm and left no word of its end',
  next: AGAIN,
};

const REMOVED: Cause = {
  errorType: 'cancelled_by_site',
  what: 'was taken out of the queue by somebody else, not by this sweep,',
  next: 'Ask who did and why, then retry it.',
  fromOutside: true,
};

/** It saved its state when it was warned, but the site does not let it queue again by itself. */
function ofCheckpoint({ limitMin }: SlurmRemains, { cause }: EndMark): Cause {
  return {
    errorType: 'preempted',
    what:
      cause === 'timeout'
        ? `saved its state at its limit of ${limitMin} min, and this site does not let it queue again by itself,`
        : 'saved its state and made way for another job, and this site does not let it queue again by itself,',
    next: 'It is submitted again and goes on from there.',
    fromOutside: true,
  };
}

/** By what the worker itself has told; null where it was ended from outside. */
function ofWorker({ logTail }: SlurmRemains, { code, node }: EndMark): Cause | null {
  if (code === EXIT_CODES.taken)
    return {
      errorType: 'lost',
      what: 'found its attempt taken by another worker, which is gone,',
      next: AGAIN,
    };
  const unwritten = errorTypeOfExit(code);
  if (unwritten !== null)
    return {
      errorType: unwritten,
      what: `could not write its result (exit code ${code})`,
      next: unwritten === 'unavailable' ? AGAIN : FREE_SPACE,
    };
  if (code === NO_FOLDER)
    return {
      errorType: 'unavailable',
      what: `did not find its folder on ${node}: the node does not see this file system`,
      next: `${AGAIN} Start the sweep in a folder that all nodes see.`,
    };
  if (code === 126 || code === 127)
    return {
      errorType: 'config',
      what: `found no Node to run on ${node} (exit code ${code})`,
      next: 'Name a Node 24 that the compute nodes have, with --remote-node=PATH.',
    };
  const sign = signInLog(logTail);
  if (sign === 'oom') return { errorType: 'oom', what: 'ran out of memory', next: MORE_MEMORY };
  if (sign === 'disk_full')
    return { errorType: 'disk_full', what: 'found the disc or the quota full', next: FREE_SPACE };
  return null;
}

const FREE_SPACE = 'Free space or rights there, then retry the job.';
/** The script's own code where it cannot enter the attempt's folder: EX_NOINPUT. */
const NO_FOLDER = 66;

/** By Slurm's word; null where it only says that the script has ended. */
function ofState(remains: SlurmRemains): Cause | null {
  const { state, reason, exit, by, memoryGb, limitMin, timeouts, mark } = remains;
  switch (state) {
    case 'OUT_OF_MEMORY': {
      const limit = memoryGb === null ? '' : `, more than its ${memoryGb} GB`;
      return {
        errorType: 'oom',
        what: `was killed for lack of memory${limit},`,
        next: MORE_MEMORY,
      };
    }
    case 'TIMEOUT':
      return {
        errorType: 'timeout',
        what: `was ended at its limit of ${limitMin} min${timeouts > 1 ? ` (for the ${ordinal(timeouts)} time)` : ''}`,
        next: MORE_TIME,
      };
    case 'DEADLINE':
      return {
        errorType: 'timeout',
        what: 'could not end before its deadline',
        next: 'Give a later deadline with --slurm-extra deadline=…, or none.',
      };
    case 'NODE_FAIL':
      return { errorType: 'node_failure', what: 'ended as its node failed,', next: AGAIN };
    case 'BOOT_FAIL':
      return {
        errorType: 'node_failure',
        what: 'could not start, as its node could not be made ready,',
        next: AGAIN,
      };
    case 'PREEMPTED':
      return {
        errorType: 'preempted',
        what: 'made way for a job of higher priority',
        next: `${AGAIN} A partition or quality of service without preemption would let it finish.`,
        fromOutside: true,
      };
    case 'CANCELLED':
    case 'REVOKED': {
      const who = by === null ? 'somebody else' : by === '0' ? 'root' : `the user ${by}`;
      const why = /^(None)?$/.test(reason) ? '' : ` (${reason})`;
      return {
        errorType: 'cancelled_by_site',
        what: `was cancelled by ${who}, not by this sweep${why},`,
        next: 'Ask who did and why, then retry it.',
        fromOutside: true,
      };
    }
    case 'LAUNCH_FAILED':
    case 'RECONFIG_FAIL':
      return launchFailure(reason);
    case 'FAILED':
      if (mark === null && (exit === LAUNCH_FAILURE || /launch/i.test(reason)))
        return launchFailure(reason);
      if (mark !== null) return null;
      return {
        errorType: 'crash',
        what: `was ended with Slurm's exit code ${exit === '' ? 'unknown' : exit}`,
        next: 'The log of the script may say more.',
      };
    default:
      return null;
  }
}

/** Slurm's exit code where it could not start the script. */
const LAUNCH_FAILURE = '0:53';

function launchFailure(reason: string): Cause {
  return {
    errorType: 'unavailable',
    what: `could not be started by Slurm${reason === '' ? '' : ` (${reason})`}: mostly the node cannot write into its folder`,
    next: `${AGAIN} Start the sweep in a folder that all nodes see and you may write to.`,
  };
}

/** By how the script ended, where Slurm says no more than that. */
function ofMark({ mark, limitMin, timeouts }: SlurmRemains): Cause | null {
  if (mark === null) return null;
  const { code, cause } = mark;
  if (cause === 'timeout')
    return {
      errorType: 'timeout',
      what: `reached its limit of ${limitMin} min ${timeouts > 1 ? `for the ${ordinal(timeouts)} time, which is as often as --max-retries allows,` : ''}`.trimEnd(),
      next: MORE_TIME,
    };
  if (cause === 'preempted')
    return {
      errorType: 'preempted',
      what: 'made way for a job of higher priority and could not save its state',
      next: AGAIN,
      fromOutside: true,
    };
  if (code > 128)
    return {
      errorType: 'crash',
      what: `was ended by ${SIGNALS[code - 128] ?? `signal ${code - 128}`}`,
      next: FROM_OUTSIDE.has(code - 128)
        ? 'Another process or the system ended it. If it was memory, use --mem-gb.'
        : 'The full log may say more.',
      fromOutside: FROM_OUTSIDE.has(code - 128),
    };
  return {
    errorType: 'crash',
    what:
      code === 0
        ? 'ended as if all were well (exit code 0), but left no result that can be used,'
        : `ended with exit code ${code}`,
    next: 'The full log may say more.',
  };
}

const SIGNALS: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  12: 'SIGUSR2',
  15: 'SIGTERM',
};
/** Signals that a process is sent by others rather than earns by a fault of its own. */
const FROM_OUTSIDE: ReadonlySet<number> = new Set([1, 2, 3, 9, 12, 15]);

function ordinal(n: number): string {
  return ['', 'first', 'second', 'third', 'fourth'][n] ?? `${n}th`;
}
