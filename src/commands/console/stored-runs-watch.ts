import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RUN_FILES, runDir, sweepLayout } from '../../dispatch/artifacts/layout.ts';
import { readManifest } from '../../dispatch/artifacts/manifest.ts';
import type { PullUnderWay } from '../../dispatch/artifacts/pulls-under-way.ts';
import type { RunsInUse } from '../../dispatch/artifacts/runs-in-use.ts';
import { type StoredRun, storedRunIds, storedRuns } from '../../dispatch/artifacts/stored-runs.ts';
import { sweepsByAge } from '../../dispatch/artifacts/sweeps-by-age.ts';
import type { StoredRun as RunThere, Storage } from '../../dispatch/backend.ts';
import type { PlannedJob } from '../../dispatch/journal/events.ts';
import type { RunStored, Stored } from '../../screens/known/stored.ts';
import { samplerName } from '../../screens/sweep/families.ts';

/** The other place is asked so often; each answer may cost a call. */
const ASK_THERE_MS = 30_000;
const NO_PULLS: ReadonlyMap<string, PullUnderWay> = new Map();

export interface StoredRunsPlace {
  readonly runsDir: string;
  readonly sweepsDir: string;
  /** `watchRunsInUse`. */
  readonly inUse: () => Promise<RunsInUse>;
  /** Null where runs are here alone; `name` as people call it, `volume llc-runs`. */
  readonly there: { readonly name: string; readonly storage: Pick<Storage, 'list'> } | null;
  /** `Puller.underWay`. */
  readonly underWay: ReadonlyMap<string, PullUnderWay>;
}

interface Here {
  readonly stamp: string;
  readonly run: StoredRun;
  readonly files: RunStored['files'];
  /** Which code computed it; empty where its metrics do not say. */
  readonly code: string;
}

/** What a plan says of a run. */
interface Named {
  readonly job: string;
  readonly codeVersion: string;
}

/**
 * Gives a function that tells which runs are here and there. A run is measured again only where its folder or its
 * manifest has changed, a plan is read once, the other place is asked every 30 s or when `again` is set.
 *
 * @param ownCode - the version of the code that would compute runs now
 * @returns asked with `pulls` for those that others have under way
 */
export function watchStoredRuns(
  place: StoredRunsPlace,
  ownCode: string,
): (
  now: number,
  signal: AbortSignal,
  again?: boolean,
  pulls?: ReadonlyMap<string, PullUnderWay>,
) => Promise<Stored> {
  const here = new Map<string, Here>();
  const names = namesOfRuns(place.sweepsDir);
  let there: There | null = null;

  return async (now, signal, again = false, pulls = NO_PULLS) => {
    await lookHere(place.runsDir, here);
    const asksThere = there === null || again || now - there.at >= ASK_THERE_MS;
    if (place.there !== null && asksThere)
      there = await askThere(place.there.storage, there?.runs ?? [], now, signal);
    const inUse = await place.inUse();
    const known = await names();
    const elsewhere = new Map((there?.runs ?? []).map((run) => [run.runId, run]));
    const ids = new Set([
      ...here.keys(),
      ...elsewhere.keys(),
      ...place.underWay.keys(),
      ...pulls.keys(),
    ]);
    const runs = [...ids].map((runId) =>
      told(runId, {
        here: here.get(runId),
        there: elsewhere.get(runId),
        named: known.get(runId),
        pulling: place.underWay.get(runId) ?? pulls.get(runId) ?? null,
        inUse: inUse.everything !== null || inUse.byRun.has(runId),
        ownCode,
      }),
    );
    return {
      runs,
      there: place.there?.name ?? null,
      ...(there?.trouble === undefined ? {} : { thereTrouble: there.trouble }),
    };
  };
}

/** What the other place has said last. */
interface There {
  readonly at: number;
  readonly runs: readonly RunThere[];
  readonly trouble?: string;
}

/** Runs that are here are no less here where the other place does not answer. */
async function askThere(
  storage: Pick<Storage, 'list'>,
  before: readonly RunThere[],
  at: number,
  signal: AbortSignal,
): Promise<There> {
  try {
    return { at, runs: await storage.list(signal) };
  } catch (error) {
    signal.throwIfAborted();
    const { message, hint = '' } = error as Error & { hint?: string };
    return { at, runs: before, trouble: `${message} ${hint}`.trim() };
  }
}

interface Facts {
  readonly here: Here | undefined;
  readonly there: RunThere | undefined;
  readonly named: Named | undefined;
  readonly pulling: RunStored['pulling'];
  readonly inUse: boolean;
  readonly ownCode: string;
}

function told(runId: string, { here, there, named, pulling, inUse, ownCode }: Facts): RunStored {
  return {
    runId,
    job: named?.job ?? ownName(here?.run),
    here: here?.run.bytes ?? null,
    there: there?.bytes ?? null,
    madeAt: madeAt(here, there),
    pulling: isWhole(pulling) && here !== undefined ? null : pulling,
    state: stateOf(here, named, ownCode),
    inUse,
    ...(here?.files === undefined ? {} : { files: here.files }),
  };
}

/** The earlier one: a copy is as old as what it is a copy of. */
function madeAt(here: Here | undefined, there: RunThere | undefined): number | null {
  const times = [here?.run.modified, there && Date.parse(there.modified)];
  const known = times.filter((time) => time !== undefined && Number.isFinite(time));
  return known.length === 0 ? null : Math.min(...(known as number[]));
}

/** Of a pull of several runs that goes on with the next. */
function isWhole(pulling: RunStored['pulling']): boolean {
  return pulling !== null && pulling.total > 0 && pulling.bytes >= pulling.total;
}

function stateOf(
  here: Here | undefined,
  named: Named | undefined,
  ownCode: string,
): RunStored['state'] {
  if (here !== undefined && here.run.fault !== null) return 'broken';
  const code = here?.code || named?.codeVersion || ownCode;
  return code === ownCode ? 'whole' : 'older code';
}

function ownName(run: StoredRun | undefined): string {
  if (run?.job == null) return '';
  const { problem, sampler, seed } = run.job;
  return `${problem}${seed === null ? '' : ` s${seed}`} ${sampler}`;
}

async function lookHere(runsDir: string, here: Map<string, Here>): Promise<void> {
  const ids = await storedRunIds(runsDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const present = new Set(ids);
  for (const runId of here.keys()) if (!present.has(runId)) here.delete(runId);
  const stamps = new Map(
    await Promise.all(ids.map(async (id) => [id, await stampOf(runDir(runsDir, id))] as const)),
  );
  const changed = ids.filter((id) => here.get(id)?.stamp !== stamps.get(id));
  for (const id of changed) here.delete(id);
  for (const entry of await storedRuns(runsDir, changed))
    if (entry.kind === 'run') {
      const { runId } = entry;
      const dir = runDir(runsDir, runId);
      const [files, code] = await Promise.all([filesOf(dir), codeOf(dir)]);
      here.set(runId, { stamp: stamps.get(runId) ?? '', run: entry, files, code });
    }
}

async function filesOf(dir: string): Promise<RunStored['files']> {
  const manifest = await readManifest(dir).catch(() => null);
  return Object.entries(manifest?.files ?? {}).map(([name, { bytes }]) => ({ name, bytes }));
}

async function codeOf(dir: string): Promise<string> {
  try {
    const metrics = JSON.parse(await readFile(join(dir, RUN_FILES.metrics), 'utf8'));
    return typeof metrics.code_version === 'string' ? metrics.code_version : '';
  } catch {
    // What is no whole run is told so by its state.
    return '';
  }
}

/** Differs when a file comes or goes, or the manifest is written anew. */
async function stampOf(dir: string): Promise<string> {
  const times = [dir, join(dir, RUN_FILES.manifest)].map(async (path) => {
    const found = await stat(path).catch(() => null);
    return found === null ? '' : `${found.ino}:${found.size}:${found.mtimeMs}`;
  });
  return (await Promise.all(times)).join(' ');
}

/** Names of runs as sweeps call them; each plan is read once, since it never changes. */
function namesOfRuns(sweepsDir: string): () => Promise<ReadonlyMap<string, Named>> {
  const read = new Set<string>();
  const names = new Map<string, Named>();
  return async () => {
    for (const sweepId of await sweepsByAge(sweepsDir)) {
      if (read.has(sweepId)) continue;
      read.add(sweepId);
      // The newest plan comes first at the start, and a later one knows better.
      for (const [runId, named] of await namesIn(sweepLayout(sweepsDir, sweepId).plan))
        if (!names.has(runId)) names.set(runId, named);
    }
    return names;
  };
}

async function namesIn(plan: string): Promise<readonly (readonly [string, Named])[]> {
  try {
    const { jobs, codeVersion } = JSON.parse(await readFile(plan, 'utf8')) as {
      readonly codeVersion: string;
      readonly jobs: readonly PlannedJob[];
    };
    return jobs.map((job) => [
      job.runId,
      { job: `${job.problem} s${job.seed} ${samplerName(job)}`, codeVersion },
    ]);
  } catch {
    // A courtesy: such runs are named by their own configuration.
    return [];
  }
}
