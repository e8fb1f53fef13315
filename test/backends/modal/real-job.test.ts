import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { attemptLayout } from '../../../src/dispatch/artifacts/layout.ts';
import { runExists } from '../../../src/dispatch/artifacts/manifest.ts';
import { RUN_ID } from '../../worker/attempts.ts';
import { describeWithContainers, NEVER, onPlane, seen, start } from './on-plane.ts';

const at = onPlane();

describeWithContainers('a job of the real worker in a sandbox', () => {
  test('its run is here when its result is, and its words lie in its folder', async () => {
    const backend = at.backend();
    const attempt = at.attempt();
    const began = performance.now();
    const handle = await start(backend, attempt);
    const { result } = await seen(backend, handle, 'ended');
    console.log(`one job: ${Math.round(performance.now() - began)} ms`);
    const run = join(at.dir, 'runs', RUN_ID);
    expect(result).toMatchObject({ status: 'ok', cached: false, run_dir: run });
    expect(await runExists(run)).toBe(true);
    const { hello, progress, result: local, stdout } = attemptLayout(attempt.dir);
    for (const path of [hello, progress, local]) expect(existsSync(path)).toBe(true);
    expect(readFileSync(stdout, 'utf8')).toContain(`run ${RUN_ID} written`);
    const [usage] = await backend.usage([handle], NEVER);
    expect(usage?.cost).toBeGreaterThan(0);
  });
});
