import { setTimeout as timer } from 'node:timers/promises';
import { troubleOf } from '../trouble.ts';

/** Between looks at a service that does not answer, or does not wait: doubled from the first up to the second. */
export const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 8000;

/** Does not keep the process alive; shorter where it is called off. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return timer(ms, undefined, { ref: false, signal }).catch(() => undefined);
}

/** The next delay after this one. */
export function longer(delayMs: number): number {
  return Math.min(2 * delayMs, LONGEST_DELAY_MS);
}

/** Asks a service that may be out of reach, and knows whether it is. */
export class Patience {
  readonly #closed: AbortSignal;
  readonly #onTrouble: () => void;
  #trouble: string | null = null;

  /** @param onTrouble - told each time that the service cannot tell */
  constructor(closed: AbortSignal, onTrouble: () => void) {
    this.#closed = closed;
    this.#onTrouble = onTrouble;
  }

  /** Why the service cannot tell now; null while it does. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** Asks until there is an answer; that there is no such thing is thrown. */
  async ask<T>(call: () => Promise<T>): Promise<T> {
    for (let delay = FIRST_DELAY_MS; ; delay = longer(delay)) {
      this.#closed.throwIfAborted();
      try {
        const answer = await call();
        this.recovered();
        return answer;
      } catch (error) {
        const trouble = troubleOf(error, 'Modal cannot be asked');
        if (trouble.about === 'missing') throw trouble;
        this.inTrouble(trouble.message);
        await pause(delay, this.#closed);
      }
    }
  }

  inTrouble(text: string): void {
    this.#trouble = text;
    this.#onTrouble();
  }

  recovered(): void {
    this.#trouble = null;
  }
}
