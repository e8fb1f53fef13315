import { LlcError } from '../../dispatch/errors.ts';
import { errorTypeOfSystemError } from '../../dispatch/job/failure.ts';
import type { ErrorType, Failure, Stage } from '../../dispatch/job/words.ts';

/** Trouble with Modal itself, in words and with what to do. */
export class ModalTrouble extends Error {
  readonly errorType: ErrorType;
  /** What to do next. */
  readonly hint: string;
  /** The service gave a definite answer: what was asked was not done. Otherwise nobody knows. */
  readonly isAnswer: boolean;
  /** There is no such thing, or there is one already. */
  readonly about: 'missing' | 'exists' | null;

  constructor(
    errorType: ErrorType,
    message: string,
    hint: string,
    more: Partial<Pick<ModalTrouble, 'isAnswer' | 'about'>> = {},
  ) {
    super(message);
    this.name = 'ModalTrouble';
    this.errorType = errorType;
    this.hint = hint;
    this.isAnswer = more.isAnswer ?? true;
    this.about = more.about ?? null;
  }
}

/** gRPC's status codes, https://grpc.io/docs/guides/status-codes/. */
const CODES = {
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  unavailable: 14,
  unauthenticated: 16,
} as const;

const NEW_TOKEN =
  'Make one at modal.com/settings/tokens; set MODAL_TOKEN_ID and MODAL_TOKEN_SECRET, or write it to ~/.modal.toml.';

/** What to do about each kind of trouble. */
const HINTS: Partial<Record<ErrorType, string>> = {
  billing:
    'Top up at modal.com/settings/billing, raise the spend limit there, or switch auto-recharge on; then start again.',
  auth: NEW_TOKEN,
  permission:
    'Ask who manages the workspace for the right, or choose another environment with MODAL_ENVIRONMENT.',
  throttled:
    'Modal limits how fast calls may come. It is tried again; fewer at once: --max-concurrent.',
  unavailable: 'Modal does not answer now; status.modal.com may say why. It is tried again.',
  image: 'Read the log of the build, then run llc modal setup.',
};

export function hintOf(errorType: ErrorType): string {
  return HINTS[errorType] ?? 'Run llc modal ping; it says what is wrong.';
}

/** Words by which Modal speaks of money, whatever the code. */
const BILLING =
  /billing|spend(ing)? limit|out of (funds|credit)|insufficient (funds|credit|balance)|payment (method|required)|past due|budget/i;
const INVALID_GPU = /gpu/i;
const MISSING = /not found|no such (file|path|sandbox|app)|does not exist|has been stopped/i;
const EXPIRED = /expired|no longer (available|retained)/i;
const NO_TOKEN = /missing credentials|token credentials|OAuth/i;

/**
 * An exception of the SDK, of gRPC or of the network as trouble in words. Codes say what kind it is, except that
 * money may be spoken of under any.
 *
 * @param what - what was asked, as the beginning of a sentence: `Modal did not start a sandbox`
 */
export function troubleOf(error: unknown, what: string): ModalTrouble {
  if (error instanceof ModalTrouble) return error;
  if (error instanceof LlcError) return new ModalTrouble('internal', error.message, error.hint);
  const {
    code,
    details,
    message = String(error),
  } = (error ?? {}) as {
    code?: unknown;
    details?: string;
    message?: string;
  };
  const said = (details || message).trim();
  const make = (errorType: ErrorType, more: Partial<ModalTrouble> = {}, hint = hintOf(errorType)) =>
    new ModalTrouble(errorType, `${what}: ${said}`, hint, more);

  if (typeof code !== 'number') {
    // A full disc here is no trouble of Modal's.
    const ofSystem = errorTypeOfSystemError(error);
    if (ofSystem !== 'internal')
      return make(ofSystem, {}, 'Free space or give rights here, then retry.');
    if (NO_TOKEN.test(said))
      return new ModalTrouble('auth', 'There is no token for Modal', NEW_TOKEN);
    return make('unavailable', { isAnswer: false });
  }
  if (BILLING.test(said)) return make('billing');
  switch (code) {
    case CODES.unauthenticated:
      return make('auth');
    case CODES.permissionDenied:
      return make('permission');
    case CODES.resourceExhausted:
      return make('throttled');
    case CODES.notFound:
      return make('lost', { about: 'missing' });
    case CODES.alreadyExists:
      return make('internal', { about: 'exists' });
    case CODES.invalidArgument:
    case CODES.outOfRange:
    case CODES.failedPrecondition:
      if (MISSING.test(said)) return make('lost', { about: 'missing' });
      return INVALID_GPU.test(said)
        ? make(
            'config',
            {},
            'Choose a type that Modal has: --gpu-types H100, A100, L40S, T4 or A10G.',
          )
        : make('config');
    case CODES.unimplemented:
      return make('internal');
    default:
      return make('unavailable', { isAnswer: false });
  }
}

/** Whether what was asked for was there once and is kept no longer. */
export function hasExpired({ message, errorType }: ModalTrouble): boolean {
  return errorType !== 'auth' && EXPIRED.test(message);
}

/** Trouble as what a job failed of. */
export function failureOf(error: unknown, stage: Stage, what: string): Failure {
  const { errorType, message, hint } = troubleOf(error, what);
  const told = message.startsWith(what) ? message : `${what}: ${message}`;
  return { stage, errorType, error: `${told}. ${hint}`, traceback: '' };
}

/** The same promise; trouble with Modal as what stops a command: 75 where it may pass, else 69. */
export async function orRefusal<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof ModalTrouble)) throw error;
    const { errorType, message, hint } = error;
    const mayPass = errorType === 'unavailable' || errorType === 'throttled';
    const text = errorType === 'billing' ? `Likely out of funds. ${message}` : message;
    throw new LlcError(mayPass ? 75 : 69, text, hint, { cause: error });
  }
}
