import { appendFileSync } from 'node:fs';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { hasExpired, troubleOf } from '../trouble.ts';
import { FIRST_DELAY_MS, longer, type Patience, pause } from './patience.ts';

/** The entry id before all output. */
export const BEGINNING = '0-0';

/** Times that the output of a sandbox that has ended is asked for in vain. */
const MOST_FAILURES = 4;

/** Where output is read, and who is told. */
export interface Reading {
  readonly sandboxes: ControlPlane['sandboxes'];
  readonly sandboxId: string;
  readonly patience: Patience;
  readonly closed: AbortSignal;
  /** Told what has come, each part once. */
  readonly take: (text: string) => void;
  /** Told when all that there was has been taken, of a sandbox that lives. */
  readonly onUpToDate: () => void;
}

/**
 * Reads what a sandbox says until it has said all, however often the streams break off.
 *
 * @returns null, or why it cannot be had
 */
export async function readOutput(reading: Reading): Promise<string | null> {
  const { sandboxes, sandboxId, patience, closed, take } = reading;
  let from = BEGINNING;
  /** UTF-16 units taken behind `from`, where the service has not said where it is: they come again. */
  let behind = 0;
  const hasEnded = async () => (await sandboxes.wait(sandboxId, 0, closed)) !== null;
  const wasOver = await patience.ask(hasEnded);
  let isOver = wasOver;
  let delay = FIRST_DELAY_MS;
  for (let failures = 0; ; ) {
    let known = behind;
    try {
      let came = false;
      for await (const part of sandboxes.output(sandboxId, { of: 'stdout', from }, closed)) {
        const text = part.text.slice(known);
        known -= part.text.length - text.length;
        behind += text.length;
        if (part.entryId !== '' && part.entryId !== from) {
          from = part.entryId;
          behind = 0;
          known = 0;
        }
        if (text !== '') {
          came = true;
          take(text);
        }
        patience.recovered();
        failures = 0;
        if (!wasOver) reading.onUpToDate();
        if (part.isLast) return null;
      }
      patience.recovered();
      if (!wasOver) reading.onUpToDate();
      delay = FIRST_DELAY_MS;
      // A stream that ends without an end is usual; one that does so at once is not asked without a pause.
      if (!came) {
        if (isOver) return null;
        // What it said last may have come between the stream and its end.
        isOver = await hasEnded();
        if (!isOver) await pause(FIRST_DELAY_MS, closed);
      }
    } catch (error) {
      closed.throwIfAborted();
      const trouble = troubleOf(error, 'Modal does not give the output of the sandbox');
      failures += 1;
      const isGone =
        trouble.about === 'missing' || trouble.errorType === 'config' || hasExpired(trouble);
      // Of one that has ended, the volume tells the result as well.
      if (isGone || (failures >= MOST_FAILURES && (await hasEnded().catch(() => false))))
        return trouble.message;
      patience.inTrouble(trouble.message);
      await pause(delay, closed);
      delay = longer(delay);
    }
  }
}

/** What the sandbox's own first process said, where the worker's words do not explain its end. */
export async function readErrors(
  sandboxes: ControlPlane['sandboxes'],
  sandboxId: string,
  path: string,
  closed: AbortSignal,
): Promise<void> {
  const request = { of: 'stderr', from: BEGINNING, waitS: 1 } as const;
  try {
    for await (const { text } of sandboxes.output(sandboxId, request, closed))
      if (text !== '') appendFileSync(path, text);
  } catch {
    // The end is told without it.
  }
}
