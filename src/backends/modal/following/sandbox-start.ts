import type { ControlPlane } from '../control-plane/control-plane.ts';
import { BEGINNING } from './output.ts';
import { FIRST_DELAY_MS, type Patience, pause } from './patience.ts';

/** How long one question may wait for news at the service, seconds. */
const TASK_WAIT_S = 10;

/**
 * Waits until a sandbox has been given a machine, or has ended. A sandbox that is ended before it has one need not tell of
 * a task's end, and a service may tell no tasks at all: its end and its first output are looked for as well.
 *
 * @param onWaiting - told each time that it has none
 */
export async function untilStarted(
  sandboxes: ControlPlane['sandboxes'],
  sandboxId: string,
  patience: Patience,
  onWaiting: () => void,
  closed: AbortSignal,
): Promise<{ readonly hasMachine: boolean; readonly hasEnded: boolean }> {
  for (let waitS = 0; ; waitS = TASK_WAIT_S) {
    const { taskId, end } = await patience.ask(() => sandboxes.taskOf(sandboxId, waitS, closed));
    const hasMachine = taskId !== null;
    if (hasMachine || end !== null) return { hasMachine, hasEnded: end !== null };
    const hasEnded = (await patience.ask(() => sandboxes.wait(sandboxId, 0, closed))) !== null;
    const hasSaid = await hasSpoken(sandboxes, sandboxId, closed);
    if (hasEnded || hasSaid) return { hasMachine: hasSaid, hasEnded };
    onWaiting();
    // A service that does not wait must not be asked without a pause.
    await pause(FIRST_DELAY_MS, closed);
  }
}

/** What cannot be read says nothing. */
async function hasSpoken(
  sandboxes: ControlPlane['sandboxes'],
  sandboxId: string,
  closed: AbortSignal,
): Promise<boolean> {
  const request = { of: 'stdout', from: BEGINNING, waitS: 0 } as const;
  try {
    for await (const { text } of sandboxes.output(sandboxId, request, closed))
      if (text !== '') return true;
  } catch {
    closed.throwIfAborted();
  }
  return false;
}
