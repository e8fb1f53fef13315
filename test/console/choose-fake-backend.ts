import { readFileSync } from 'node:fs';
import { fakeBackend } from '../../src/backends/fake/fake-backend.ts';
import { keptPlace } from '../../src/backends/fake/kept-place.ts';
import type { Scenario } from '../../src/backends/fake/scenario.ts';
import type { Backend } from '../../src/dispatch/backend.ts';
import type { RunOptions } from '../../src/dispatch/config/run-options.ts';

/** Stands for src/commands/choose-backend.ts in the programs that fake-program.ts builds. */
export function chooseBackend({ backend, workers }: RunOptions): Backend {
  const path = process.env['LLC_FAKE_PLACE'];
  if (path === undefined) throw new Error('LLC_FAKE_PLACE names no scenario.');
  const scenario = JSON.parse(readFileSync(path, 'utf8')) as Scenario;
  const place = keptPlace(scenario, `${path}.acts.jsonl`);
  const concurrency = backend === 'local' ? (workers ?? 4) : 16;
  return { ...fakeBackend(place, { concurrency }), name: backend };
}
