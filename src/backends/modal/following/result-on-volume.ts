import type { SandboxEnd } from '../control-plane/control-plane.ts';
import { STATUS } from '../control-plane/control-plane.ts';
import type { ToldResult, WorkerEnd } from '../frames.ts';
import type { ModalAttempt } from '../handle.ts';
import type { ModalPlace } from '../modal-place.ts';
import { resultPath } from '../volume-layout.ts';
import { isOfAttempt } from './attempt-words.ts';
import { FIRST_DELAY_MS, longer, type Patience, pause } from './patience.ts';

/** How a sandbox ended, as far as is known. */
interface Ended {
  /** Null where Modal does not know it any more. */
  readonly end: SandboxEnd | null;
  readonly workerEnd: WorkerEnd | null;
}

/** The result as the sandbox left it on the volume, waited for as long as a commit may lag behind the end. */
export async function resultOnVolume(
  attempt: ModalAttempt,
  { end, workerEnd }: Ended,
  {
    place,
    commitWaitMs,
    closed,
  }: { readonly place: ModalPlace; readonly commitWaitMs: number; readonly closed: AbortSignal },
  patience: Patience,
): Promise<ToldResult | null> {
  // One that failed, or has said its last word without a result, has hardly left one: one look is enough.
  const mayCome = workerEnd === null && (end === null || end.status === STATUS.success);
  const until = performance.now() + (mayCome ? commitWaitMs : 0);
  for (let delay = FIRST_DELAY_MS; ; delay = longer(delay)) {
    const bytes = await patience.ask(async () => {
      const [{ volumes }, volume] = [await place.plane(), await place.volume(closed)];
      return volumes.readSmall(volume, resultPath(attempt.name), closed);
    });
    const told = bytes === null ? null : toldResult(bytes.toString('utf8'));
    if (told !== null && isOfAttempt(attempt, told.result)) return told;
    if (performance.now() >= until) return null;
    await pause(delay, closed);
  }
}

function toldResult(text: string): ToldResult | null {
  try {
    const told = JSON.parse(text) as Partial<ToldResult> | null;
    if (typeof told !== 'object' || told === null || !('result' in told)) return null;
    return { result: told.result, manifestSha256: told.manifestSha256 ?? null };
  } catch {
    return null;
  }
}
