import { randomUUID } from 'node:crypto';
import type { ClientChannel } from 'ssh2';
import { LlcError } from '../../../dispatch/errors.ts';
import { harmlessText } from '../../../dispatch/job/harmless-text.ts';
import type { Connection } from './connect.ts';
import type { Link } from './link.ts';
import { afterMark, markedScript } from './shell-script.ts';
import { wayTrouble } from './ssh-trouble.ts';
import { untilAborted } from './until-aborted.ts';

export interface ScriptOptions {
  readonly signal: AbortSignal;
  /** Of the script itself, not of making the connection. */
  readonly limitMs: number;
}

/** How a script ended. */
export interface ScriptEnd {
  /** Null where a signal or the limit ended it. */
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly timedOut: boolean;
}

/** Bytes; a host that says more is not listened to. */
const OUTPUT_LIMIT = 64 * 2 ** 20;

/**
 * Has sh run a script there. It reads it from its input: whatever the login shell is, it sees the word `/bin/sh` alone,
 * and a script may be longer than a command line.
 *
 * @throws LlcError 75 where the host is not reached, the connection is lost or there is no shell
 */
export function runScript(
  link: Link,
  script: string,
  { signal, limitMs }: ScriptOptions,
): Promise<ScriptEnd> {
  return link.command(async (connection, either) => {
    const mark = `llc-${randomUUID()}`;
    const channel = await openChannel(link.host, connection, either);
    const end = await collect(link.host, channel, markedScript(script, mark), either, limitMs);
    const stdout = afterMark(end.stdout, mark);
    const stderr = afterMark(end.stderr, mark);
    if (stdout === null && !end.timedOut) {
      const said = harmlessText(`${end.stdout}${end.stderr}`.trim(), 300);
      throw new LlcError(
        75,
        `${link.host} gives no shell to run commands in${said === '' ? '' : `; it says: ${said}`}.`,
        `See what \`ssh ${link.host} /bin/sh -c date\` does.`,
      );
    }
    const none = Buffer.alloc(0);
    return { ...end, stdout: stdout ?? none, stderr: stderr ?? none };
  }, signal);
}

async function openChannel(
  host: string,
  { ssh }: Connection,
  signal: AbortSignal,
): Promise<ClientChannel> {
  const opened = new Promise<ClientChannel>((resolve, reject) => {
    const { connection } = ssh;
    if (connection === null) reject(wayTrouble(host, 'the connection was lost'));
    else
      connection.exec('/bin/sh', (error, channel) => {
        if (error) reject(wayTrouble(host, `a command could not be started: ${error.message}`));
        else resolve(channel);
      });
  });
  // One that opens after all is of no use to anybody.
  opened.then(
    (channel) => signal.aborted && channel.close(),
    () => {},
  );
  return untilAborted(opened, signal);
}

function collect(
  host: string,
  channel: ClientChannel,
  input: string,
  signal: AbortSignal,
  limitMs: number,
): Promise<ScriptEnd> {
  return new Promise((resolve, reject) => {
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let bytes = 0;
    let ended: { code: number | null } | null = null;

    const finish = (act: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      act();
    };
    const end = (timedOut: boolean): ScriptEnd => ({
      code: timedOut ? null : (ended?.code ?? null),
      stdout: Buffer.concat(stdout),
      stderr: Buffer.concat(stderr),
      timedOut,
    });
    const leave = () => channel.close();
    const abort = () => {
      leave();
      finish(() => reject(signal.reason));
    };
    const timer = setTimeout(() => {
      leave();
      finish(() => resolve(end(true)));
    }, limitMs);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) return abort();

    const keep = (parts: Buffer[]) => (part: Buffer) => {
      bytes += part.length;
      if (bytes <= OUTPUT_LIMIT) parts.push(part);
      else {
        leave();
        finish(() => reject(wayTrouble(host, 'it answers a command with more than 64 MB')));
      }
    };
    channel.on('data', keep(stdout));
    channel.stderr.on('data', keep(stderr));
    channel.on('exit', (code: number | null) => {
      ended = { code };
    });
    channel.on('error', (error: Error) => finish(() => reject(wayTrouble(host, error))));
    channel.on('close', () =>
      finish(() => {
        // What ends without a word of how was cut off.
        if (ended === null) reject(wayTrouble(host, 'the connection was lost while a command ran'));
        else resolve(end(false));
      }),
    );
    channel.end(input);
  });
}
