import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeWithContainers } from '../backends/modal/on-plane.ts';
import { type Plane, startPlane } from '../modal-plane/plane.ts';
import { emptyFolder, llc, SMALL } from './llc.ts';

let plane: Plane;
beforeEach(async () => {
  plane = await startPlane();
});
afterEach(() => plane.close());

const modal = (...args: string[]) =>
  llc(emptyFolder(), ['modal', ...args], { ...plane.environment } as Record<string, string>);

describe('llc modal', () => {
  test('setup makes what is missing and says so; again it makes nothing', async () => {
    const first = await modal('setup');
    expect(first.exitCode).toBe(0);
    expect(first.stdout).toMatch(/app +made +llc-experiments was made/);
    expect(first.stdout).toMatch(/volume +made +llc-runs was made \(version 2\)/);
    expect(first.stdout).toMatch(/image +made +im-\w+ was built in [\d.]+ s, worker [0-9a-f]{12}/);
    const again = await modal('setup');
    expect(again.stdout).not.toContain('made');
    expect(again.stdout).toMatch(/image +well +im-\w+ is there, worker .*nothing to build/);
    expect(plane.images.all.size).toBe(1);
  });

  test('setup tells why an image could not be built', async () => {
    plane.images.failure = { exception: 'step 2 failed', log: 'COPY: no space left' };
    const { stderr, exitCode } = await modal('setup');
    expect(exitCode).toBe(69);
    expect(stderr).toContain('step 2 failed');
    expect(stderr).toContain('COPY: no space left');
  });

  test('ping looks, makes nothing, and says what to do', async () => {
    const before = await modal('ping');
    expect(before.exitCode).toBe(69);
    expect(before.stdout).toMatch(/app +missing.*\n.*llc modal setup/);
    expect(plane.apps.size).toBe(0);
    await modal('setup');
    const { stdout, exitCode } = await modal('ping', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).map(({ state }: { state: string }) => state)).toEqual(
      Array.from({ length: 4 }, () => 'well'),
    );
  });

  test('ping without a token says where one comes from', async () => {
    plane.faults.add({ on: 'authTokenGet', code: 16, details: 'Token ID not found' });
    const { stdout, exitCode } = await modal('ping');
    expect(exitCode).toBe(69);
    expect(stdout).toMatch(/token +wrong .*Token ID not found\n.*MODAL_TOKEN_ID/);
  });

  test('doctor tells of it, with a token and without', async () => {
    const doctor = async (env: Record<string, string>) =>
      JSON.parse((await llc(emptyFolder(), ['doctor', '--json'], env)).stdout) as {
        what: string;
        found: string;
      }[];
    await modal('setup');
    const found = await doctor({ ...plane.environment } as Record<string, string>);
    expect(found.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['Modal: token', 'Modal: app', 'Modal: volume', 'Modal: budget']),
    );
    const none = { MODAL_TOKEN_ID: '', MODAL_CONFIG_PATH: '/nonexistent/modal.toml' };
    expect(await doctor(none)).toContainEqual(
      expect.objectContaining({ what: 'Modal', state: 'note', found: 'no token' }),
    );
  });

  test('stop where there is nothing to stop', async () => {
    const { stdout, exitCode } = await modal('stop');
    expect([stdout, exitCode]).toEqual(['0 sandboxes ended; there was no app to stop.', 0]);
  });
});

describeWithContainers('llc modal stop', () => {
  test('ends sandboxes, of one sweep or all', async () => {
    const folder = emptyFolder();
    const environment = { ...plane.environment } as Record<string, string>;
    const long = ['--sgld-steps=100000000', '--detach'];
    const args = ['run', '--backend=modal', '--sampler=sgld', '--cpus=1', ...SMALL, ...long];
    const sweep = (await llc(folder, args, environment)).stdout.trim();
    const jobs = () =>
      [...plane.sandboxes.all.values()].filter(({ name }) => !name.startsWith('llc-preflight'));
    while (!jobs().some(({ taskId }) => taskId !== null))
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await modal('stop', '--sweep=another')).stdout).toContain('0 sandboxes ended');
    const { stdout } = await modal('stop', `--sweep=${sweep}`);
    expect(stdout).toMatch(/ended +llc-\S+\n1 sandbox ended\./);
    expect(jobs()[0]?.result?.status).toBe(3);
    // It is no preemption, which would be tried again: the sweep is held until a person goes on with it.
    const { stdout: told } = await llc(folder, ['attach', sweep], environment);
    expect(told).toContain('paused');
    const errors = readFileSync(join(folder, 'sweeps', sweep, 'errors.csv'), 'utf8');
    expect(errors).toMatch(/,error,\w+,cancelled_by_site,.*was ended by llc modal stop/);
    expect(jobs()).toHaveLength(1);
  });
});
