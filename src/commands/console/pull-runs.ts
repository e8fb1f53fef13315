import type { Storage } from '../../dispatch/backend.ts';
import { sizeText } from '../../ui/format/size-text.ts';
import { errorWords } from './error-words.ts';

/** A pull under way. */
export interface PullUnderWay {
  readonly bytes: number;
  readonly total: number;
  /** Null until it can be told. */
  readonly bytesPerS: number | null;
}

/** Brings runs here from where jobs run. */
export interface Puller {
  /** By run; a run that is there already or has failed is not among them. */
  readonly underWay: ReadonlyMap<string, PullUnderWay>;
  /** @returns what came of it, in words */
  pull(runIds: readonly string[], signal: AbortSignal): Promise<string>;
}

/**
 * @param runsDir - where runs lie here, absolute
 * @param clock - milliseconds, never going back. Default: the process's
 * @param onChange - called as bytes arrive. Default: nobody
 */
export function createPuller(
  storage: Pick<Storage, 'pull'>,
  runsDir: string,
  { clock = () => performance.now(), onChange = () => {} } = {},
): Puller {
  const underWay = new Map<string, PullUnderWay>();
  const begun = new Map<string, { readonly at: number; readonly bytes: number }>();

  function arrived(runId: string, bytes: number, total: number): void {
    // What an earlier pull had brought was not brought at this rate.
    const from = begun.get(runId) ?? { at: clock(), bytes };
    begun.set(runId, from);
    const seconds = (clock() - from.at) / 1000;
    const bytesPerS = seconds > 0 ? (bytes - from.bytes) / seconds : null;
    underWay.set(runId, { bytes, total, bytesPerS });
    onChange();
  }

  return {
    underWay,
    async pull(runIds, signal) {
      const asked = [...new Set(runIds)].filter((runId) => !underWay.has(runId));
      if (asked.length === 0) return 'They are being pulled already.';
      for (const runId of asked) underWay.set(runId, { bytes: 0, total: 0, bytesPerS: null });
      onChange();
      const brought = new Map<string, number>();
      try {
        const ends = await storage.pull(asked, runsDir, signal, (runId, bytes, total) => {
          brought.set(runId, total);
          arrived(runId, bytes, total);
        });
        const failures = ends.flatMap((failure) => failure ?? []);
        const size = asked.reduce(
          (sum, runId, index) => sum + (ends[index] ? 0 : (brought.get(runId) ?? 0)),
          0,
        );
        return wordsOf(asked.length - failures.length, size, failures);
      } catch (error) {
        return `Not pulled: ${errorWords(error)}`;
      } finally {
        for (const runId of asked) {
          underWay.delete(runId);
          begun.delete(runId);
        }
        onChange();
      }
    },
  };
}

function wordsOf(pulled: number, size: number, failures: readonly { readonly error: string }[]) {
  const amount = size > 0 ? `, ${sizeText(size)}` : '';
  const well = `${pulled} pulled${amount}`;
  const [first] = failures;
  return first === undefined ? `${well}.` : `${well}, ${failures.length} not: ${first.error}`;
}
