import { ModalTrouble } from '../backends/modal/trouble.ts';
import { LlcError } from '../dispatch/errors.ts';

/** Trouble with Modal as what stops a command: 75 where it may pass, else 69. */
export function modalRefusal(error: unknown): unknown {
  if (!(error instanceof ModalTrouble)) return error;
  const { errorType, message, hint } = error;
  const mayPass = errorType === 'unavailable' || errorType === 'throttled';
  const text = errorType === 'billing' ? `likely out of funds. ${message}` : message;
  return new LlcError(mayPass ? 75 : 69, text, hint, { cause: error });
}
