import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, test } from 'vitest';
import { openTerminal } from '../../console/terminal.ts';
import { checkSweep } from '../../e2e/check-sweep.ts';
import { LLC } from '../../e2e/llc.ts';
import { killNow, processesOf } from '../../e2e/processes.ts';
import type { SlurmBed } from '../../testbeds/slurm-bed.ts';
import { laptop, startAgent } from './laptop.ts';
import { startTestbed } from './ssh/testbed.ts';

/** Jobs of some seconds, so that there is time for mischief. */
const SWEEP = [
  'sweep',
  ...['--backend=slurm', '--ssh=login', '--target=quadratic', '--quad-dim=4', '--n-data=1000'],
  ...['--chains=2', '--hmc-draws=20000', '--hmc-warmup=200', '--cpus=1', '--mem-gb=0.3'],
  ...['--initial-delay-s=0.1', '--sampler-grid=[{"name":"hmc"}]'],
];

/** The program driving a Slurm that it reaches by ssh alone. */
export function overSsh(bed: SlurmBed): void {
  describe('Slurm behind ssh', async () => {
    const host = await startTestbed();
    if (host === null) {
      test.skip('nothing could be tried: there is no sshd', () => {});
      return;
    }
    afterAll(() => host.stop());

    test('a sweep runs there, and its runs and tables are here, whole', async (ctx) => {
      const { expect } = ctx;
      const at = laptop(host, ctx, bed.conf);
      const { stdout, stderr, exitCode } = await at.llc(...SWEEP, '--n-seeds=3');
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toContain('3 ok');
      expect(await at.runs()).toHaveLength(3);
      const results = readFileSync(join(at.folder, 'llc_sweep_results.csv'), 'utf8');
      for (const dir of await at.runs()) expect(results).toContain(dir);
      // The worker's words and logs are here as well.
      expect(globSync('sweeps/*/jobs/*/attempt-1/stdout.log', { cwd: at.folder })).toHaveLength(3);

      // The runs are there still: who asks again, from another place, computes nothing.
      const other = laptop(host, ctx, bed.conf);
      const again = await other.llc(...SWEEP, '--n-seeds=3');
      expect(again.stdout).toContain('3 cached');
      expect(await other.runs()).toHaveLength(3);
    });

    test('a link that is cut again and again, and a supervisor that is killed, lose nothing and run nothing twice', async (ctx) => {
      const { expect } = ctx;
      const at = laptop(host, ctx, bed.conf);
      // Other seeds than above, which are cached there.
      const sweep = at.llc(...SWEEP, '--n-seeds=6', '--hmc-draws=30000');
      await at.until('job_submitted');
      for (let cut = 0; cut < 3; cut++) {
        host.killSessions();
        await delay(700);
      }
      const [supervisor] = processesOf(at.folder);
      expect(supervisor?.kind).toBe('supervisor');
      if (supervisor !== undefined) killNow(supervisor);
      const kills = { pids: new Set([supervisor?.pid ?? 0]), lastAt: Date.now() };
      host.killSessions();
      const { exitCode } = await sweep;
      expect(exitCode).toBe(0);
      expect(await at.runs()).toHaveLength(6);
      await checkSweep(at.folder, kills);
    });

    test('a key with a passphrase is asked for before the background begins, and nowhere written down', async (ctx) => {
      const { expect } = ctx;
      const at = laptop(host, ctx, bed.conf);
      const agent = await startAgent(at.folder, ctx);
      await using console = openTerminal(LLC, [...SWEEP, '--ssh=locked', '--n-seeds=1'], {
        cwd: at.folder,
        columns: 120,
        env: { ...at.env, ...agent },
      });
      await console.waitFor(/Enter passphrase for .*id_locked/, 60_000);
      console.press('open sesame\r');
      const { code } = await console.exit;
      if (code !== 0) throw new Error(console.text());
      expect(await at.runs()).toHaveLength(1);
      for (const file of globSync('sweeps/**/*', { cwd: at.folder, withFileTypes: true }))
        if (file.isFile())
          expect(readFileSync(join(file.parentPath, file.name), 'latin1')).not.toContain('sesame');
    });

    test('a host that nobody can reach is told in words, with what to do, and nothing is started', async (ctx) => {
      const { expect } = ctx;
      const at = laptop(host, ctx, bed.conf);
      const { exitCode, stdout, stderr } = await at.llc(
        ...SWEEP,
        '--n-seeds=1',
        '--ssh=nobody.invalid',
      );
      expect(exitCode).toBe(69);
      expect(stdout + stderr).toContain('nobody.invalid');
      expect(existsSync(join(at.folder, 'runs'))).toBe(false);
    });
  });
}
