import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeWithContainers } from '../backends/modal/on-plane.ts';
import { type Plane, startPlane } from '../modal-plane/plane.ts';
import { emptyFolder, LLC, llc, SMALL } from './llc.ts';

let plane: Plane;
beforeEach(async () => {
  plane = await startPlane();
});
afterEach(() => plane.close());

/** Sandboxes of jobs; preflight starts others. */
const jobs = () =>
  [...plane.sandboxes.all.values()].filter(({ name }) => !name.startsWith('llc-preflight'));

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

const environment = () => ({ ...plane.environment }) as Record<string, string>;

describeWithContainers('llc sweep --backend=modal', () => {
  test('runs a sweep; its runs are here, and again all is cached', async () => {
    const folder = emptyFolder();
    const args = ['sweep', '--backend=modal', '--n-seeds=1', '--cpus=1', ...SMALL];
    const first = await llc(folder, args, environment());
    expect(first.stderr + first.stdout).toContain('test-workspace');
    expect(first.exitCode).toBe(0);
    const table = readFileSync(join(folder, 'llc_sweep_results.csv'), 'utf8');
    expect(table.trim().split('\n')).toHaveLength(5);
    expect(table).toContain(',modal,');

    const started = plane.sandboxes.all.size;
    const elsewhere = emptyFolder();
    const again = await llc(elsewhere, args, environment());
    expect(again.exitCode).toBe(0);
    expect(again.stdout).toContain('4 cached');
    // What preflight tries is all that was started.
    expect(plane.sandboxes.all.size).toBe(started + 1);
    expect(readdirSync(join(elsewhere, 'runs'))).toHaveLength(4);
  });

  test('a GPU mode asks for a GPU with an image for it; one that cannot be used is an error that says why', async () => {
    const folder = emptyFolder();
    const network = ['--in-dim=4', '--hidden=8', '--n-data=300', '--erm-max-steps=300'];
    const asked = ['--sampler=sgld', '--gpu-mode=vectorized', '--gpu-types=T4', '--n-seeds=1'];
    const args = ['sweep', '--backend=modal', '--cpus=1', ...network, ...asked];
    const { exitCode, stdout } = await llc(folder, args, environment());
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/whether the driver of T4 there can be reached by Vulkan/);
    const [job] = jobs();
    expect(jobs()).toHaveLength(1);
    expect(job?.definition.resources?.gpuConfig?.gpuType).toBe('T4');
    const image = plane.images.all.get(job?.definition.imageId ?? '');
    expect(image?.commands.join('\n')).toMatch(/libvulkan1[\s\S]*npm pack webgpu@/);
    // Nothing is fetched into images of this Modal, so that its machines lack the library.
    expect(readFileSync(join(folder, 'llc_sweep_errors.csv'), 'utf8')).toMatch(
      /,error,setup,config,.*has no GPU that can be used: the library webgpu .* is not there/,
    );
  });

  test('a supervisor that is killed leaves sandboxes, which the next one finds', async () => {
    const folder = emptyFolder();
    const args = ['run', '--backend=modal', '--sampler=sgld', '--cpus=1', '--target=quadratic'];
    const more = ['--quad-dim=4', '--n-data=1000', '--chains=2', '--sgld-steps=400000', '--detach'];
    const { stdout } = await llc(folder, [...args, ...more], environment());
    const sweep = stdout.trim();
    await until(() =>
      jobs().some(({ entries }) => entries.some(({ data }) => data.includes('hello'))),
    );
    const lock = join(folder, 'sweeps', sweep, 'supervisor.lock');
    process.kill(JSON.parse(readFileSync(lock, 'utf8')).pid, 'SIGKILL');
    const ping = await llc(folder, ['modal', 'ping'], environment());
    expect(ping.exitCode).toBe(69);
    expect(ping.stdout).toMatch(
      new RegExp(`${sweep} has 1 sandbox: nobody looks after them\n +llc attach ${sweep}`),
    );
    const end = await llc(folder, ['attach', sweep], environment());
    expect(end.exitCode).toBe(0);
    expect(jobs()).toHaveLength(1);
    expect(readdirSync(join(folder, 'runs'))).toHaveLength(1);
  });

  test('killed again and again at any moment, each job has one living sandbox at most', async () => {
    const folder = emptyFolder();
    const long = ['--n-seeds=1', '--cpus=1', '--mem-gb=1', '--sgld-steps=200000', '--detach'];
    const args = ['sweep', '--backend=modal', ...SMALL, ...long];
    const sweep = (await llc(folder, args, environment())).stdout.trim();
    const lock = join(folder, 'sweeps', sweep, 'supervisor.lock');
    const journal = join(folder, 'sweeps', sweep, 'journal.jsonl');
    const hasEnded = () => readFileSync(journal, 'utf8').includes('"sweep_ended"');
    for (const [round, afterMs] of [40, 150, 300, 450, 700].entries()) {
      // One that has ended is looked after by nobody.
      await until(() => existsSync(lock) || hasEnded());
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      try {
        process.kill(JSON.parse(readFileSync(lock, 'utf8')).pid, 'SIGKILL');
      } catch {
        // It has ended: all is done.
        break;
      }
      const watching = execa(LLC, ['attach', sweep], {
        cwd: folder,
        env: environment(),
        reject: false,
      });
      if (round === 4) await watching;
      else await Promise.race([watching, new Promise((resolve) => setTimeout(resolve, 600))]);
      watching.kill('SIGKILL');
    }
    const end = await llc(folder, ['attach', sweep], environment());
    expect(end.exitCode).toBe(0);
    expect(readdirSync(join(folder, 'runs')).filter((name) => !name.startsWith('.'))).toHaveLength(
      4,
    );
    const byJob = Map.groupBy(jobs(), ({ tags }) => tags[1]?.tagValue);
    expect(byJob.size).toBe(4);
    for (const ofJob of byJob.values())
      for (const [i, { createdAt }] of ofJob.entries())
        for (const { endedAt } of ofJob.slice(0, i))
          expect(endedAt ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(1000 * createdAt);
    expect(jobs()).toHaveLength(4);
  });

  test('a sandbox that gets no machine is ended before the job is tried again', async () => {
    plane.sandboxes.neverScheduled = ({ name }) => name.includes('-a1-');
    const folder = emptyFolder();
    const args = ['run', '--backend=modal', '--sampler=hmc', '--cpus=1', ...SMALL];
    const end = await llc(folder, args, {
      ...environment(),
      LLC_MODAL_CLIENT_HANG_TIMEOUT_S: '2',
      LLC_MODAL_INITIAL_DELAY_S: '0.2',
    });
    expect(end.stdout + end.stderr).toContain('call did not start within 2s');
    expect(end.exitCode).toBe(0);
    const [first, second] = jobs();
    expect(first?.result?.status).toBe(3);
    expect(first?.endedAt ?? 0).toBeLessThan(1000 * (second?.createdAt ?? 0));
  });

  test('funds that end midway hold the jobs that are left, and llc retry goes on with all', async () => {
    const folder = emptyFolder();
    const args = ['sweep', '--backend=modal', '--n-seeds=1', '--cpus=1', '--max-concurrent=1'];
    const details = 'workspace billing cycle spend limit reached';
    const ending = llc(folder, [...args, ...SMALL], environment());
    await until(() => jobs().length === 1);
    plane.faults.add({ on: 'sandboxCreate', code: 9, details });
    const end = await ending;
    expect(end.exitCode).toBe(75);
    expect(end.stdout).toMatch(/1 ok, 1 error, 2 planned/);
    expect(end.stdout).toContain(details);
    expect(end.stdout).toContain('llc retry');
    expect(jobs()).toHaveLength(1);
    plane.faults.clear();
    await llc(folder, ['retry'], environment());
    const whole = await llc(folder, ['attach'], environment());
    expect(whole.exitCode).toBe(0);
    expect(readdirSync(join(folder, 'runs'))).toHaveLength(4);
  });

  test('without funds it ends with 69, says so, and has submitted nothing', async () => {
    plane.faults.add({
      on: 'appGetOrCreate',
      code: 9,
      details: 'workspace billing cycle spend limit reached',
    });
    const folder = emptyFolder();
    const end = await llc(
      folder,
      ['sweep', '--backend=modal', '--n-seeds=1', ...SMALL],
      environment(),
    );
    expect(end.exitCode).toBe(69);
    expect(end.stdout + end.stderr).toContain('Modal preflight failed: likely out of funds');
    expect(end.stdout + end.stderr).toMatch(/top up.*auto-recharge/is);
    const rows = readFileSync(join(folder, 'llc_sweep_errors.csv'), 'utf8').trim().split('\n');
    expect(rows).toHaveLength(5);
    for (const row of rows.slice(1)) expect(row).toContain('preflight');
    expect(plane.sandboxes.all.size).toBe(0);
  });
});

describeWithContainers('npm run smoke:modal', () => {
  test('goes through a whole account', async () => {
    const { stdout, exitCode } = await execa('node', ['scripts/smoke-modal.ts'], {
      env: environment(),
      preferLocal: true,
      reject: false,
    });
    expect(stdout).toMatch(/all well$/);
    expect(exitCode).toBe(0);
  });

  test('does nothing without a token', async () => {
    const nothing = { MODAL_TOKEN_ID: '', MODAL_CONFIG_PATH: join(emptyFolder(), 'none') };
    const { stdout, exitCode } = await execa('node', ['scripts/smoke-modal.ts'], {
      env: nothing,
      preferLocal: true,
      reject: false,
    });
    expect(stdout).toMatch(/^skipped: no MODAL_TOKEN_ID/);
    expect(exitCode).toBe(0);
  });
});
