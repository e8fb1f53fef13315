import { pullRun } from '../../dispatch/artifacts/pull-run.ts';
import type { Storage } from '../../dispatch/backend.ts';
import { ask } from './ask.ts';
import type { FakePlace } from './fake-place.ts';
import { faultThat } from './faults.ts';
import { runSource } from './run-source.ts';

/** The runs on the place's volume. */
export function fakeStorage(place: FakePlace): Storage {
  const { volume, clock, site } = place;
  const pace = async (bytes: number, signal: AbortSignal) => {
    if (site.pullBytesPerS !== undefined)
      await clock.sleep((1000 * bytes) / site.pullBytesPerS, signal);
  };
  return {
    list: (signal) => ask(place, 'storage.list', [], signal, () => volume.list()),
    pull: (runIds, targetDir, signal, onProgress) =>
      ask(place, 'storage.pull', runIds, signal, async (met) => {
        const answers = [];
        for (const runId of runIds) {
          const refusal = faultThat(met, 'refuse', runId);
          const source = runSource(
            volume.filesOf(runId),
            faultThat(met, 'break off', runId)?.afterBytes ?? null,
            faultThat(met, 'corrupt', runId) !== null,
            (bytes) => pace(bytes, signal),
          );
          answers.push(
            refusal?.failure ?? (await pullRun(runId, source, targetDir, signal, onProgress)),
          );
        }
        return answers;
      }),
    remove: (runIds, signal) =>
      ask(place, 'storage.remove', runIds, signal, (met) =>
        runIds.map((runId) => {
          const refusal = faultThat(met, 'refuse', runId);
          if (refusal !== null) return refusal.failure;
          volume.remove(runId);
          return null;
        }),
      ),
  };
}
