import { basename, dirname } from 'node:path';
import { cannotWrite } from '../artifacts/cannot-write.ts';
import { sweepLayout } from '../artifacts/layout.ts';
import type { Backend } from '../backend.ts';
import { LlcError } from '../errors.ts';
import { openOrderDesk } from '../orders/order-desk.ts';
import { socketPath } from '../orders/order-socket.ts';
import { readSweepFile, type SweepFile } from '../plan/sweep-file.ts';
import { runSweep } from '../scheduler/run-loop.ts';
import type { SweepRequest } from '../scheduler/sweep-request.ts';
import type { SweepSummary } from '../scheduler/sweep-summary.ts';
import { HEARTBEAT_MS, ownHolder } from './lock-holder.ts';
import { requestOfFile } from './request-of-file.ts';
import { type Acquired, acquireLock, type HeldLock } from './supervisor-lock.ts';

export interface SupervisorOptions {
  readonly createBackend: (file: SweepFile) => Backend | Promise<Backend>;
  /** Aborted when the process is told to end: jobs go on. */
  readonly signal: AbortSignal;
  /** A person's word that a silent holder on another machine is gone. Default false. */
  readonly takeOver?: boolean;
  readonly log: (line: string) => void;
  /** What tests and benchmarks look at or change. */
  readonly request?: Partial<SweepRequest>;
}

export type Supervised =
  | { readonly kind: 'left'; readonly summary: SweepSummary }
  /** Another process runs the sweep. */
  | Extract<Acquired, { kind: 'taken' }>;

/**
 * The life of a sweep's one dispatcher: takes the lock, goes on where the journal ends, hears orders, and gives the
 * lock back. The process runs in the sweep's working directory.
 */
export async function supervise(sweepDir: string, options: SupervisorOptions): Promise<Supervised> {
  const { signal, log } = options;
  const files = sweepLayout(dirname(sweepDir), basename(sweepDir));
  const file = await readSweepFile(files.plan);
  const socket = await socketPath(sweepDir).catch((error: Error) => {
    log(`orders come by the inbox alone: ${error.message}`);
    return null;
  });
  const acquired = await acquireLock(files.lock, await ownHolder(0, socket, new Date()), {
    signal,
    takeOver: options.takeOver ?? false,
  }).catch((error: unknown) => {
    throw error instanceof LlcError ? error : cannotWrite('the lock', files.lock, error);
  });
  if (acquired.kind === 'taken') return acquired;
  const { lock } = acquired;
  const lost = new AbortController();
  const heart = setInterval(() => void beat(lock, lost), HEARTBEAT_MS);
  try {
    const orders = await openOrderDesk(files.inbox, socket);
    try {
      const summary = await runSweep(
        {
          ...requestOfFile(sweepDir, file, await options.createBackend(file)),
          orders,
          guard: sweepGuard(lock),
          epoch: async (newest) => {
            const epoch = newest + 1;
            await lock.amend({ epoch });
            log(`epoch ${epoch} begins`);
            return epoch;
          },
          onNotice: log,
          ...options.request,
        },
        AbortSignal.any([signal, lost.signal]),
      );
      return { kind: 'left', summary };
    } finally {
      await orders.close();
    }
  } finally {
    clearInterval(heart);
    await lock.release();
  }
}

/** Shows that this process lives; one that has lost the sweep finds out also while there is nothing to write. */
async function beat(lock: HeldLock, lost: AbortController): Promise<void> {
  try {
    if (await lock.isMine()) await lock.beat(new Date());
    else lost.abort(notMine());
  } catch {
    // A full disc or a server that does not answer: the next beat may get through.
  }
}

function notMine(): LlcError {
  return new LlcError(
    75,
    'The sweep is no longer this process’s: another has taken it over, or its folder is gone.',
    'Nothing more is done here; jobs go on.',
  );
}

const CHECK_EVERY_MS = 1000;

/**
 * Asks before writes and hand-overs whether the sweep is still this process's, at most once a second of any clock:
 * who takes a sweep over has seen its holder silent for minutes, so one that was stopped for so long asks again.
 */
function sweepGuard(lock: HeldLock): () => Promise<void> {
  let steady = Number.NEGATIVE_INFINITY;
  let wall = Number.NEGATIVE_INFINITY;
  return async () => {
    const [nowSteady, nowWall] = [performance.now(), Date.now()];
    if (nowSteady - steady < CHECK_EVERY_MS && Math.abs(nowWall - wall) < CHECK_EVERY_MS) return;
    [steady, wall] = [nowSteady, nowWall];
    if (!(await lock.isMine())) throw notMine();
  };
}
