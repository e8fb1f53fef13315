import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { attemptLayout } from '../../../src/dispatch/artifacts/layout.ts';
import { runExists } from '../../../src/dispatch/artifacts/manifest.ts';
import { ourVolume } from '../../modal-plane/store-run.ts';
import { payloadOf, RUN_ID } from '../../worker/attempts.ts';
import { attemptIn, describeWithContainers, NEVER, onPlane, seen, start } from './on-plane.ts';

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
    expect(readdirSync((await ourVolume(at.plane)).live)).toEqual(['.llc', RUN_ID]);
    const [usage] = await backend.usage([handle], NEVER);
    expect(usage?.cost).toBeGreaterThan(0);
  });

  test('while it runs, it tells what it costs an hour by the workspace’s prices', async () => {
    at.plane.rates = { 'sandbox cpu': '0.5', 'sandbox memory': '0.25' };
    const backend = at.backend();
    const attempt = at.attempt();
    const { cpus, memoryGb } = attempt.resources;
    const handle = await start(backend, attempt);
    let perHour: number | undefined;
    while (perHour === undefined)
      ({ perHour } = await seen(backend, handle, 'starting', 'running'));
    expect(perHour).toBe(0.5 * cpus + 0.25 * memoryGb);
  });

  test('asked to end from outside, the next attempt goes on from where it was', async () => {
    const long = { target: 'quadratic', sampler: 'sgld', quad_dim: 4, n_data: 1000, chains: 2 };
    const payload = payloadOf({ ...long, sgld_steps: 3_000_000 });
    const backend = at.backend();
    const first = await start(backend, attemptIn(at.dir, payload));
    for (;;) {
      const { progress } = await seen(backend, first, 'running');
      if ((progress?.done ?? 0) > 1000) break;
    }
    const [sandbox] = at.plane.sandboxes.all.values();
    process.kill(-(sandbox?.process?.pid ?? 0), 'SIGTERM');
    const { failure } = await seen(backend, first, 'failed');
    expect(failure).toMatchObject({ errorType: 'preempted', fromOutside: true });
    const checkpoint = join(
      (await ourVolume(at.plane)).live,
      '.llc',
      'checkpoints',
      `${RUN_ID}.bin`,
    );
    expect(existsSync(checkpoint)).toBe(true);

    const again = attemptIn(at.dir, payload, 2);
    const { result } = await seen(backend, await start(backend, again), 'ended');
    expect(result.status).toBe('ok');
    expect(readFileSync(attemptLayout(again.dir).stdout, 'utf8')).toMatch(/checkpoint/);
    expect(existsSync(checkpoint)).toBe(false);
  });
});
