import type { ControlPlane } from './control-plane/control-plane.ts';
import { type LivingSandbox, livingSandboxes } from './living-sandboxes.ts';
import { ModalPlace } from './modal-place.ts';
import { STOPPED_TAG } from './sandbox-name.ts';
import { APP_NAME } from './volume-layout.ts';

/** Sandboxes that are ended at once. */
const AT_ONCE = 8;

export interface Stopped {
  /** Names of what was ended. */
  readonly ended: readonly string[];
  /** The id of the app that was stopped; null where none was. */
  readonly app: string | null;
}

/**
 * Ends sandboxes: of one sweep, or all of the app's with the app itself.
 *
 * @param sweepId - null for all
 * @param tell - told each that runs, before any is ended
 */
export async function stopModal(
  sweepId: string | null,
  tell: (sandbox: LivingSandbox) => void,
  signal: AbortSignal,
): Promise<Stopped> {
  const plane = await new ModalPlace().plane();
  const appId = await plane.apps.find(APP_NAME, false, signal);
  if (appId === null) return { ended: [], app: null };
  const living = await livingSandboxes(plane, appId, sweepId, signal);
  for (const sandbox of living) tell(sandbox);
  const queue = [...living];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      await end(plane, next, signal);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (sweepId === null) await plane.apps.stop(appId, signal);
  return { ended: living.map(({ name }) => name), app: sweepId === null ? appId : null };
}

async function end(
  { sandboxes }: ControlPlane,
  { id, tags }: LivingSandbox,
  signal: AbortSignal,
): Promise<void> {
  // Without the mark its sweep takes it for preempted, which is no reason to leave it running.
  await sandboxes.setTags(id, { ...tags, [STOPPED_TAG]: 'yes' }, signal).catch(() => {
    signal.throwIfAborted();
  });
  await sandboxes.terminate(id, signal);
}
