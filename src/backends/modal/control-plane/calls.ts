import type { ModalClient } from 'modal';
import { LlcError } from '../../../dispatch/errors.ts';
import { ModalTrouble } from '../trouble.ts';

/** The SDK's client beneath its public half. */
export type Client = ModalClient['cpClient'];

/** `objectCreationType`: make it where it is missing; 0 only looks. */
export const CREATE_IF_MISSING = 1;

/** The longest that a call may take which the service answers at once, milliseconds. */
export const QUICK_MS = 5000;
export const CREATE_MS = 30_000;

/** Every call that is used here, so that a client without one says so at the start. */
const CALLS = [
  'appGetOrCreate',
  'appList',
  'appStop',
  'blobGet',
  'environmentGetBudget',
  'environmentGetOrCreate',
  'imageGetOrCreate',
  'imageJoinStreaming',
  'sandboxCreate',
  'sandboxGetFromName',
  'sandboxGetLogs',
  'sandboxGetResourceUsage',
  'sandboxGetTaskId',
  'sandboxList',
  'sandboxStdinWrite',
  'sandboxTagsGet',
  'sandboxTagsSet',
  'sandboxTerminate',
  'sandboxWait',
  'tokenInfoGet',
  'volumeGetFile',
  'volumeGetFile2',
  'volumeGetOrCreate',
  'volumeListFiles',
  'volumeListFiles2',
  'volumeRemoveFile',
  'volumeRemoveFile2',
  'workspaceBillingRates',
] as const satisfies readonly (keyof Client)[];

/** @throws LlcError 70 that names what this version of the SDK lacks */
export function checkCalls(client: object): void {
  const missing = CALLS.filter(
    (name) => typeof (client as Record<string, unknown>)[name] !== 'function',
  );
  if (missing.length > 0)
    throw new LlcError(
      70,
      `The installed modal package has no ${missing.join(', ')}.`,
      'llc is made for modal 0.11.1: run npm ci.',
    );
}

/** The same answer; null where the service says that there is no such thing. */
export async function orNull<T>(call: Promise<T | null>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ModalTrouble && error.about === 'missing') return null;
    throw error;
  }
}
