import { RUN_FILES, runDir } from '../../dispatch/artifacts/layout.ts';
import { pullRun } from '../../dispatch/artifacts/pull-run.ts';
import type { Storage, StoredRun } from '../../dispatch/backend.ts';
import type { Failure } from '../../dispatch/job/words.ts';
import type { ControlPlane, Volume, VolumeEntry } from './control-plane/control-plane.ts';
import type { ModalPlace } from './modal-place.ts';
import { runSource, storedManifest } from './run-source.ts';
import { failureOf, orRefusal } from './trouble.ts';
import { isPlainName } from './volume-layout.ts';

/** The runs on the volume. */
export function modalStorage(place: ModalPlace): Storage {
  return {
    list: (signal) => orRefusal(list(place, signal)),
    pull: (runIds, targetDir, signal, onProgress) =>
      orRefusal(
        each(runIds, signal, 'brought', place, async (runId, { plane, volume }) => {
          const there = await storedManifest(plane, volume, runId, signal);
          const source = there === null ? null : runSource(plane, volume, runId, there);
          return pullRun(runId, source, targetDir, signal, onProgress);
        }),
      ),
    remove: (runIds, signal) =>
      orRefusal(
        each(runIds, signal, 'removed', place, async (runId, { plane, volume }) => {
          // A name that leads elsewhere is the name of no run, and so is not there.
          if (isPlainName(runId)) await plane.volumes.remove(volume, runDir('/', runId), signal);
          return null;
        }),
      ),
  };
}

async function list(place: ModalPlace, signal: AbortSignal): Promise<readonly StoredRun[]> {
  const [plane, volume] = [await place.plane(), await place.volume(signal)];
  return runsOf(await plane.volumes.list(volume, '/', true, signal));
}

/** Does something with each run; what fails with one is told of that one. */
async function each(
  runIds: readonly string[],
  signal: AbortSignal,
  done: string,
  place: ModalPlace,
  task: (
    runId: string,
    at: { readonly plane: ControlPlane; readonly volume: Volume },
  ) => Promise<Failure | null>,
): Promise<readonly (Failure | null)[]> {
  const at = { plane: await place.plane(), volume: await place.volume(signal) };
  const answers: (Failure | null)[] = [];
  for (const runId of runIds)
    try {
      answers.push(await task(runId, at));
    } catch (error) {
      signal.throwIfAborted();
      answers.push(failureOf(error, 'collect', `The run ${runId} was not ${done}`));
    }
  return answers;
}

/** What of a volume's files are runs: folders of plain names that hold a manifest. */
export function runsOf(entries: readonly VolumeEntry[]): readonly StoredRun[] {
  const runs = new Map<string, { bytes: number; modified: number; isWhole: boolean }>();
  for (const { path, kind, bytes, modified } of entries) {
    const [runId = '', name = '', ...deeper] = path.split('/');
    if (kind !== 'file' || !isPlainName(runId) || name === '' || deeper.includes('..')) continue;
    const run = runs.get(runId) ?? { bytes: 0, modified: 0, isWhole: false };
    runs.set(runId, {
      bytes: run.bytes + bytes,
      modified: Math.max(run.modified, modified),
      isWhole: run.isWhole || (name === RUN_FILES.manifest && deeper.length === 0),
    });
  }
  return [...runs]
    .filter(([, { isWhole }]) => isWhole)
    .map(([runId, { bytes, modified }]) => ({
      runId,
      bytes,
      modified: new Date(1000 * modified).toISOString(),
    }));
}
