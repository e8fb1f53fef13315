import type { ModalClient } from 'modal';
import { troubleOf } from '../trouble.ts';
import { Account } from './account.ts';
import { Apps } from './apps.ts';
import { checkCalls } from './calls.ts';
import { Images } from './images.ts';
import { Sandboxes } from './sandboxes.ts';
import { Volumes } from './volumes.ts';

export { type Budget, budgetLeft, type Rates, spentText } from './account.ts';
export { checkCalls } from './calls.ts';
export type { ImageRecipe } from './images.ts';
export { type SandboxEnd, STATUS } from './sandbox-end.ts';
export type { SandboxRequest, Used } from './sandboxes.ts';
export type { Volume, VolumeEntry } from './volumes.ts';

/**
 * The one module that speaks with Modal; nothing outside this folder sees the SDK. The SDK's public half waits where we
 * must not (a sandbox with a GPU up to 21 minutes) and lacks files of volumes, so this uses the client beneath, which may
 * change: hence the exact version and `checkCalls`. Every call is bounded and fails as `ModalTrouble`.
 */
export interface ControlPlane {
  readonly account: Account;
  readonly apps: Apps;
  readonly images: Images;
  readonly sandboxes: Sandboxes;
  readonly volumes: Volumes;
}

/** Longest wait that a server may order where it limits calls; longer ones are told as `throttled`. */
const THROTTLE_WAIT_S = 15;

/** Loads the SDK, which reads the environment and ~/.modal.toml as it is loaded. */
export async function connectModal(): Promise<ControlPlane> {
  const { ModalClient: Sdk } = await import('modal');
  let modal: ModalClient;
  try {
    modal = new Sdk({ maxThrottleWaitSecs: THROTTLE_WAIT_S, logger: SILENT });
  } catch (error) {
    throw troubleOf(error, 'Modal cannot be asked');
  }
  const client = modal.cpClient;
  checkCalls(client);
  const environment = modal.environmentName();
  return {
    account: new Account(client, environment),
    apps: new Apps(client, environment),
    images: new Images(client, modal, environment),
    sandboxes: new Sandboxes(client, environment),
    volumes: new Volumes(client, environment),
  };
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
