import { resolve } from 'node:path';
import { codeVersion } from '../../dispatch/artifacts/code-version.ts';
import { storeDirOf } from '../../dispatch/artifacts/layout.ts';
import type { PullUnderWay } from '../../dispatch/artifacts/pulls-under-way.ts';
import { watchRunsInUse } from '../../dispatch/artifacts/runs-in-use.ts';
import type { Storage } from '../../dispatch/backend.ts';
import type { SweepFile } from '../../dispatch/plan/sweep-file.ts';
import type { Effect } from '../../screens/console/screen.ts';
import type { Loaded } from '../../screens/known/loaded.ts';
import type { Stored } from '../../screens/known/stored.ts';
import { chooseBackend } from '../choose-backend.ts';
import { sweepsDirOf } from '../newest-sweep.ts';
import type { Rim } from '../rim.ts';
import { cleanFromConsole } from './clean-from-console.ts';
import { errorWords } from './error-words.ts';
import { createPuller } from './pull-runs.ts';
import { watchStoredRuns } from './stored-runs-watch.ts';

export type RunsEffect = Extract<Effect, { kind: 'pull' | 'clean' }>;

/** The runs of a directory, here and where its jobs run. */
export interface RunsHands {
  /** @param pulls - those that the watched sweep has under way */
  look(now: number, pulls: ReadonlyMap<string, PullUnderWay>): Promise<Loaded<Stored>>;
  /** @returns what came of it, in words */
  do(effect: RunsEffect): Promise<string>;
}

/** @param plan - of the sweep whose place is looked at as well; null: only what is here */
export function runsHands(rim: Rim, plan: SweepFile | null): RunsHands {
  const opening = openRuns(rim, plan);
  return {
    look: async (now, pulls) => (await opening).look(now, pulls),
    do: async (effect) => (await opening).do(effect),
  };
}

/** The code of the place is loaded only here. */
async function openRuns(rim: Rim, plan: SweepFile | null): Promise<RunsHands> {
  const sweepsDir = sweepsDirOf(rim.cwd);
  const runsDir = resolve(rim.cwd, plan?.runsDir ?? 'runs');
  const storage = plan === null ? null : await storageOf(plan, runsDir, rim.cwd);
  const inUse = watchRunsInUse([sweepsDir]);
  const puller = storage === null ? null : createPuller(storage, runsDir);
  const there = storage === null || plan === null ? null : { name: placeName(plan), storage };
  const read = watchStoredRuns(
    { runsDir, sweepsDir, inUse, there, underWay: puller?.underWay ?? new Map() },
    codeVersion(),
  );
  let isCleaned = false;
  return {
    async look(now, pulls) {
      const again = isCleaned;
      isCleaned = false;
      try {
        return { kind: 'here', value: await read(now, rim.signal, again, pulls) };
      } catch (error) {
        return { kind: 'failed', why: errorWords(error), hint: '' };
      }
    },
    async do(effect) {
      if (effect.kind === 'pull')
        return puller === null
          ? 'Its run is here already.'
          : puller.pull(effect.runIds, rim.signal);
      const places = { runsDir, storeDir: storeDirOf(rim.cwd), inUse, storage };
      try {
        return await cleanFromConsole(effect, places, rim.now().getTime(), rim.signal);
      } finally {
        isCleaned = true;
      }
    },
  };
}

/** Whether runs of the sweep must be brought here from its place. */
export async function keepsRuns(plan: SweepFile, cwd: string): Promise<boolean> {
  return (await storageOf(plan, resolve(cwd, plan.runsDir), cwd)) !== null;
}

async function storageOf(
  { options }: SweepFile,
  runsDir: string,
  cwd: string,
): Promise<Storage | null> {
  try {
    return (await chooseBackend(options, { runsDir, workingDir: cwd })).storage;
  } catch {
    // Without a built worker there is no place.
    return null;
  }
}

function placeName({ backend, options }: SweepFile): string {
  return backend === 'modal' ? 'volume llc-runs' : (options.ssh ?? backend);
}
