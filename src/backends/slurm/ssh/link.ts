import type { SFTPWrapper } from 'ssh2';
import { LlcError } from '../../../dispatch/errors.ts';
import type { Connection } from './connect.ts';
import { reconnectDelayMs } from './reconnect-pace.ts';
import { slots } from './slots.ts';
import { PersonNeeded, wayTrouble } from './ssh-trouble.ts';
import { untilAborted } from './until-aborted.ts';

/** Hosts allow 10 sessions a connection by default, fewer where they are strict; one of ours is kept for files. */
const COMMANDS_AT_ONCE = 3;
/** A connection that is lost sooner counts as one that failed. */
const STEADY_MS = 10_000;
const SFTP_LIMIT_MS = 20_000;

/** A host that may be lost at any time, and is reached again by itself. */
export interface Link {
  readonly host: string;
  /**
   * Does something over the connection, which is made where there is none.
   *
   * @param task - given a signal that is aborted when the connection is lost, too
   * @throws LlcError 75 where the host cannot be reached, or the connection is lost meanwhile; while it waits before
   *   the next attempt, at once with the trouble of the last one
   */
  command<T>(task: LinkTask<T>, signal: AbortSignal): Promise<T>;
  /** The same over the one channel for files. */
  files<T>(
    task: (sftp: SFTPWrapper, signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T>;
  close(): Promise<void>;
}

export type LinkTask<T> = (connection: Connection, signal: AbortSignal) => Promise<T>;

export interface LinkParts {
  /** Milliseconds that only grow. */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** @param connect - makes a connection; one call at a time */
export function link(
  host: string,
  connect: (signal: AbortSignal) => Promise<Connection>,
  { now, random }: LinkParts = { now: () => performance.now(), random: Math.random },
): Link {
  const over = new AbortController();
  const places = slots(COMMANDS_AT_ONCE);
  const filesOf = new WeakMap<Connection, Promise<SFTPWrapper>>();
  let connection: Connection | null = null;
  let connecting: Promise<Connection> | null = null;
  let upSince = 0;
  let failures = 0;
  let trouble: { readonly error: unknown; readonly until: number } | null = null;

  const failed = (error: unknown) => {
    failures++;
    const delay = reconnectDelayMs(failures, error instanceof PersonNeeded, random());
    trouble = { error, until: now() + delay };
  };

  async function open(): Promise<Connection> {
    try {
      const made = await connect(over.signal);
      upSince = now();
      trouble = null;
      connection = made;
      made.lost.addEventListener('abort', () => {
        if (now() - upSince < STEADY_MS) failed(made.lost.reason);
        else failures = 0;
        if (connection === made) connection = null;
      });
      return made;
    } catch (error) {
      failed(error);
      throw error;
    } finally {
      connecting = null;
    }
  }

  async function up(signal: AbortSignal): Promise<Connection> {
    signal.throwIfAborted();
    if (over.signal.aborted) throw wayTrouble(host, 'the connection was ended');
    if (connection !== null) return connection;
    if (connecting === null) {
      if (trouble !== null && now() < trouble.until)
        throw waiting(trouble.error, trouble.until - now());
      connecting = open();
    }
    return untilAborted(connecting, signal);
  }

  function filesOver(there: Connection): Promise<SFTPWrapper> {
    const open = filesOf.get(there);
    if (open !== undefined) return open;
    const opening = openFiles(host, there);
    filesOf.set(there, opening);
    // One that did not open, or was closed, is asked for anew.
    const forget = () => void filesOf.delete(there);
    opening.then((sftp) => sftp.once('close', forget).on('error', forget), forget);
    return opening;
  }

  return {
    host,
    async command(task, signal) {
      const leave = await places.enter(signal);
      try {
        const there = await up(signal);
        return await task(there, AbortSignal.any([signal, there.lost]));
      } finally {
        leave();
      }
    },
    async files(task, signal) {
      const there = await up(signal);
      const either = AbortSignal.any([signal, there.lost]);
      return task(await untilAborted(filesOver(there), either), either);
    },
    async close() {
      over.abort(wayTrouble(host, 'the connection was ended'));
      connection?.end();
    },
  };
}

async function openFiles(host: string, { ssh, lost }: Connection): Promise<SFTPWrapper> {
  const limit = AbortSignal.any([lost, AbortSignal.timeout(SFTP_LIMIT_MS)]);
  try {
    return await untilAborted(ssh.requestSFTP(), limit);
  } catch (error) {
    if (lost.aborted) throw lost.reason;
    throw new PersonNeeded(
      75,
      `${host} gives no access to files by SFTP (${(error as Error).message}).`,
      'Ask its administrators for the sftp subsystem of sshd.',
    );
  }
}

function waiting(error: unknown, leftMs: number): unknown {
  if (!(error instanceof LlcError)) return error;
  const seconds = Math.max(1, Math.ceil(leftMs / 1000));
  return new LlcError(error.code, error.message, `${error.hint} Next try in ${seconds} s.`.trim());
}
