import { basename } from 'node:path';

/** Where the volume is seen in a sandbox. */
export const MOUNT_PATH = '/runs';
export const APP_NAME = 'llc-experiments';
export const VOLUME_NAME = 'llc-runs';

/** Results of attempts, from the volume's root, for a client that missed them in the output. */
export function resultPath(sandboxName: string): string {
  return `.llc/results/${sandboxName}.json`;
}

/** Where sampling of a run had come to, from the volume's root. */
export function checkpointPath(runId: string): string {
  return `.llc/checkpoints/${runId}.bin`;
}

/** Whether a name can be that of a run or of its file: it leads nowhere but into its folder. */
export function isPlainName(name: string): boolean {
  return name === basename(name) && /^[\w-][\w.-]*$/.test(name);
}
