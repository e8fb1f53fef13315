import type { SFTPWrapper } from 'ssh2';
import { LlcError } from '../../../dispatch/errors.ts';
import { harmlessText } from '../../../dispatch/job/harmless-text.ts';

/** No single answer takes longer, unless the file system there hangs. */
const ANSWER_LIMIT_MS = 60_000;

/** Codes of `SSH_FXP_STATUS` (draft-ietf-secsh-filexfer-02, 7). */
const STATUS = { noSuchFile: 2, permissionDenied: 3, failure: 4 } as const;

/** The host of a channel for files, and how long its answers are waited for. */
export interface Files {
  readonly host: string;
  readonly sftp: SFTPWrapper;
  readonly signal: AbortSignal;
}

/**
 * One question over SFTP. Its answer is waited for as long as the connection is there.
 *
 * @param path - which the question is about, for the words of an error
 * @param ask - given how to answer; what comes too late is not heard
 * @throws LlcError in words; `isMissing` tells where there is no such file
 */
export function sftpCall<T>(
  { host, sftp, signal }: Files,
  path: string,
  ask: (sftp: SFTPWrapper, answer: (error: Error | null | undefined, value?: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const finish = (act: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      act();
    };
    const abort = () => finish(() => reject(signal.reason));
    const timer = setTimeout(
      () =>
        finish(() =>
          reject(
            new LlcError(
              75,
              `${host} has not answered about ${path} for ${ANSWER_LIMIT_MS / 1000} s.`,
              'Its file system may hang.',
            ),
          ),
        ),
      ANSWER_LIMIT_MS,
    );
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    try {
      ask(sftp, (error, value) =>
        finish(() => (error ? reject(inWords(error, host, path)) : resolve(value as T))),
      );
    } catch (error) {
      // What cannot be sent any more.
      finish(() => reject(inWords(error as Error, host, path)));
    }
  });
}

/** Whether an error says that a file, or a folder on the way to it, is not there. */
export function isMissing(error: unknown): boolean {
  return statusOf(error) === STATUS.noSuchFile;
}

/** What a server says where it says nothing more, as of a full disc. */
export function isPlainFailure(error: unknown): boolean {
  return statusOf(error) === STATUS.failure;
}

export function isForbidden(error: unknown): boolean {
  return statusOf(error) === STATUS.permissionDenied;
}

function statusOf(error: unknown): unknown {
  return ((error as Error | null)?.cause as { code?: unknown } | undefined)?.code;
}

function inWords(cause: Error, host: string, path: string): LlcError {
  const where = `${host}:${path}`;
  const options = { cause };
  switch ((cause as { code?: unknown }).code) {
    case STATUS.noSuchFile:
      return new LlcError(75, `There is no ${where}.`, '', options);
    case STATUS.permissionDenied:
      return new LlcError(
        75,
        `${where}: permission denied.`,
        'See whose it is, or name another folder by --remote-dir.',
        options,
      );
    default:
      return new LlcError(
        75,
        `${where}: ${harmlessText(cause.message, 300)}.`,
        'It is tried again.',
        options,
      );
  }
}
