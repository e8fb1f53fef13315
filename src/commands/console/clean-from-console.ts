import { realpath } from 'node:fs/promises';
import { type CleanSelection, planClean } from '../../dispatch/artifacts/clean-plan.ts';
import { cleanRuns } from '../../dispatch/artifacts/clean-runs.ts';
import type { RunsInUse } from '../../dispatch/artifacts/runs-in-use.ts';
import { storedRuns } from '../../dispatch/artifacts/stored-runs.ts';
import type { Storage } from '../../dispatch/backend.ts';
import type { Effect } from '../../screens/console/screen.ts';
import { sizeText } from '../../ui/format/size-text.ts';
import { errorWords } from './error-words.ts';

/** Where runs lie. */
export interface PlacesOfRuns {
  readonly runsDir: string;
  /** `.llc`. */
  readonly storeDir: string;
  /** Asked before each removal (`watchRunsInUse`). */
  readonly inUse: () => Promise<RunsInUse>;
  /** Null where runs are here alone. */
  readonly storage: Pick<Storage, 'list' | 'remove'> | null;
}

interface Removed {
  /** Ids of runs. */
  readonly removed: readonly string[];
  readonly bytes: number;
  readonly kept: readonly string[];
  /** Why some could not be removed. */
  readonly failures: readonly string[];
}

const NOTHING: Removed = { removed: [], bytes: 0, kept: [], failures: [] };

/**
 * Removes what a person has confirmed; what a sweep has begun to use since stays.
 *
 * @param now - milliseconds since 1970
 * @returns what came of it: `37 removed, 1.8 GB freed.`
 */
export async function cleanFromConsole(
  { where, runIds }: Omit<Extract<Effect, { kind: 'clean' }>, 'kind'>,
  places: PlacesOfRuns,
  now: number,
  signal: AbortSignal,
): Promise<string> {
  const here =
    where === 'there' ? NOTHING : await tried(runIds, () => cleanHere(runIds, places, now, signal));
  const there =
    where === 'here' ? NOTHING : await tried(runIds, () => cleanThere(runIds, places, signal));
  return wordsOf({
    removed: [...here.removed, ...there.removed],
    bytes: here.bytes + there.bytes,
    kept: [...here.kept, ...there.kept],
    failures: [...here.failures, ...there.failures],
  });
}

async function tried(runIds: readonly string[], clean: () => Promise<Removed>): Promise<Removed> {
  try {
    return await clean();
  } catch (error) {
    return { ...NOTHING, failures: runIds.map(() => errorWords(error)) };
  }
}

async function cleanHere(
  runIds: readonly string[],
  { runsDir: asked, storeDir, inUse }: PlacesOfRuns,
  now: number,
  signal: AbortSignal,
): Promise<Removed> {
  const runsDir = await realpath(asked);
  const selection: CleanSelection = { runIds: new Set(runIds), olderThan: null, failed: false };
  const plan = planClean(await storedRuns(runsDir, runIds), selection, await inUse(), now);
  const end = await cleanRuns(plan, selection, { runsDir, storeDir, inUse }, now, signal);
  return {
    removed: end.removed.map(({ run }) => run.runId),
    bytes: end.removed.reduce((sum, { run }) => sum + run.bytes, 0),
    kept: [...plan.kept, ...end.kept].map(({ runId }) => runId),
    failures: [...plan.failed, ...end.failed].map(({ why }) => why),
  };
}

async function cleanThere(
  runIds: readonly string[],
  { storage, inUse }: PlacesOfRuns,
  signal: AbortSignal,
): Promise<Removed> {
  if (storage === null) return NOTHING;
  const sizes = new Map((await storage.list(signal)).map(({ runId, bytes }) => [runId, bytes]));
  const { byRun, everything } = await inUse();
  const present = runIds.filter((runId) => sizes.has(runId));
  const free = everything === null ? present.filter((runId) => !byRun.has(runId)) : [];
  const ends = free.length === 0 ? [] : await storage.remove(free, signal);
  const gone = free.filter((_, index) => ends[index] === null);
  return {
    removed: gone,
    bytes: gone.reduce((sum, runId) => sum + (sizes.get(runId) ?? 0), 0),
    kept: present.filter((runId) => !free.includes(runId)),
    failures: ends.flatMap((failure) => failure?.error ?? []),
  };
}

/** A run that was at both places is one run. */
function wordsOf({ removed, bytes, kept: keptIds, failures }: Removed): string {
  const parts = [`${new Set(removed).size} removed, ${sizeText(bytes)} freed`];
  const kept = new Set(keptIds).size;
  if (kept > 0) parts.push(`${kept} kept: a live sweep uses ${kept === 1 ? 'it' : 'them'}`);
  if (failures.length > 0) parts.push(`${failures.length} not removed: ${failures[0]}`);
  return `${parts.join('. ').replace(/[.\s]+$/, '')}.`;
}
