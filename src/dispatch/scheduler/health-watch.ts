import type { Backend, Health } from '../backend.ts';
import { harmlessText } from '../job/harmless-text.ts';
import { withinLimit } from './within-limit.ts';

/** How the place is, asked now and then. */
export interface HealthWatch {
  /** Null before the first answer. */
  latest(): (Health & { readonly at: number }) | null;
  /** Asks if it is time; whether an answer has come since this was called last. */
  askIfDue(): boolean;
}

const EVERY_MS = 30_000;
const LONGEST = 300;

export function healthWatch(backend: Backend, now: () => number, signal: AbortSignal): HealthWatch {
  let latest: (Health & { at: number }) | null = null;
  let dueAt = Number.NEGATIVE_INFINITY;
  let isNew = false;
  const ask = async () => {
    const health = await withinLimit('health', signal, (limited) => backend.health(limited)).catch(
      (error: Error): Health => ({ state: 'down', text: error.message }),
    );
    if (signal.aborted) return;
    latest = { ...health, text: harmlessText(health.text, LONGEST), at: now() };
    isNew = true;
  };
  return {
    latest: () => latest,
    askIfDue() {
      if (now() >= dueAt) {
        dueAt = now() + EVERY_MS;
        void ask();
      }
      const has = isNew;
      isNew = false;
      return has;
    },
  };
}
