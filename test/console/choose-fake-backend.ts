import { readFileSync } from 'node:fs';
import { fakeBackend } from '../../src/backends/fake/fake-backend.ts';
import { keptPlace } from '../../src/backends/fake/kept-place.ts';
import type { Scenario } from '../../src/backends/fake/scenario.ts';
import { fakeStorage } from '../../src/backends/fake/storage.ts';
import type { Here } from '../../src/commands/choose-backend.ts';
import type { Backend } from '../../src/dispatch/backend.ts';
import type { RunOptions } from '../../src/dispatch/config/run-options.ts';

/** Stands for src/commands/choose-backend.ts in the programs that fake-program.ts builds. */
export async function chooseBackend(
  { backend, workers }: RunOptions,
  { runsDir }: Here,
): Promise<Backend> {
  const path = process.env['LLC_FAKE_PLACE'];
  if (path === undefined) throw new Error('LLC_FAKE_PLACE names no scenario.');
  const scenario = JSON.parse(readFileSync(path, 'utf8')) as Scenario;
  const place = keptPlace(scenario, `${path}.acts.jsonl`);
  const concurrency = backend === 'local' ? (workers ?? 4) : 16;
  const storage = backend === 'modal';
  const fake: Backend = { ...fakeBackend(place, { concurrency, storage }), name: backend };
  if (storage) return fake;
  const disk = fakeStorage(place);
  return {
    ...fake,
    // Workers here and on a cluster write their runs on a disc that is shared.
    async observe(handles, signal) {
      const seen = await fake.observe(handles, signal);
      const runIds = seen.flatMap((one) =>
        one.kind === 'ended' && one.result.status === 'ok' ? one.result.run_id : [],
      );
      await disk.pull(runIds, runsDir, signal);
      return seen;
    },
  };
}
