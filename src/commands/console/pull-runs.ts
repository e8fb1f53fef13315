import { type PullUnderWay, pullsUnderWay } from '../../dispatch/artifacts/pulls-under-way.ts';
import type { Storage } from '../../dispatch/backend.ts';
import { sizeText } from '../../ui/format/size-text.ts';
import { errorWords } from './error-words.ts';

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
  const pulls = pullsUnderWay(clock);
  return {
    underWay: pulls.byRun,
    async pull(runIds, signal) {
      const asked = [...new Set(runIds)].filter((runId) => !pulls.byRun.has(runId));
      if (asked.length === 0) return 'They are being pulled already.';
      pulls.begin(asked);
      onChange();
      const brought = new Map<string, number>();
      try {
        const ends = await storage.pull(asked, runsDir, signal, (runId, bytes, total) => {
          brought.set(runId, total);
          pulls.arrived(runId, bytes, total);
          onChange();
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
        pulls.end(asked);
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
