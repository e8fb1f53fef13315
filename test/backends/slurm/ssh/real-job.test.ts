import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { sshCluster, sshRuns } from '../../../../src/backends/slurm/ssh/ssh-cluster.ts';
import { codeVersion, workerBundle } from '../../../../src/dispatch/artifacts/code-version.ts';
import { runExists } from '../../../../src/dispatch/artifacts/manifest.ts';
import { attemptNews } from '../../../../src/dispatch/job/attempt-news.ts';
import { payloadOf, RUN_ID } from '../../../worker/attempts.ts';
import { NEVER, startTestbed, type Testbed } from './testbed.ts';

const testbed = await startTestbed();

describe.skipIf(testbed === null)('a real job on a host behind ssh', () => {
  const bed = testbed as Testbed;
  afterAll(() => bed.stop());

  test('is computed there by the worker of here, and its result and its run come back', async () => {
    const here = join(bed.dir, 'here');
    const sweepDir = join(here, 'sweeps', 's1');
    const attempt = join(sweepDir, 'jobs', 'quadratic-sgld-0', 'attempt-1');
    mkdirSync(attempt, { recursive: true });
    const payload = payloadOf(
      {
        target: 'quadratic',
        quad_dim: 4,
        n_data: 1000,
        sampler: 'sgld',
        sgld_steps: 3000,
        chains: 2,
      },
      { codeVersion: codeVersion(), runsDir: join(here, 'runs'), storeDir: join(here, '.llc') },
    );
    writeFileSync(join(attempt, 'payload.json'), JSON.stringify(payload));

    const cluster = sshCluster({
      host: 'behind',
      configFile: bed.configFile,
      remoteNode: join(process.cwd(), 'node_modules/node/bin/node'),
      sweepDir,
      runsDir: join(here, 'runs'),
      storeDir: join(here, '.llc'),
      workerPath: workerBundle(),
    });
    const { node, worker } = await cluster.program(NEVER);
    await cluster.publish([join(attempt, 'payload.json')], NEVER);
    const words = [node, worker, cluster.pathOf(attempt)];
    const end = await cluster.run(words, { signal: NEVER, limitMs: 90_000 });
    expect(end).toMatchObject({ code: 0 });
    await cluster.fetchNews([attempt], NEVER);
    const result = await attemptNews.result(attempt, payload.owner);
    expect(result).toMatchObject({
      status: 'ok',
      run_id: RUN_ID,
      run_dir: join(bed.dir, 'home', 'llc', 'runs', RUN_ID),
    });
    expect(await attemptNews.hello(attempt, payload.owner)).toMatchObject({ owner: 'owner-1' });
    expect(await cluster.storage?.list(NEVER)).toMatchObject([{ runId: RUN_ID }]);
    expect(await cluster.storage?.pull([RUN_ID], join(here, 'runs'), NEVER)).toEqual([null]);
    expect(await runExists(join(here, 'runs', RUN_ID))).toBe(true);
    await cluster.close();

    const runs = sshRuns({ host: 'login', configFile: bed.configFile });
    expect(await runs.storage.remove([RUN_ID], NEVER)).toEqual([null]);
    expect(readdirSync(join(bed.dir, 'home', 'llc', 'runs'))).toEqual([]);
    await runs.close();
  });
});
