import { globSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterEach } from 'vitest';
import { killNow, processesOf } from './processes.ts';

/** The program as a user starts it. */
export const LLC = resolve('bin/llc');

// What the person at this machine has remembered is none of the tests' business.
process.env['XDG_CONFIG_HOME'] = join(tmpdir(), 'llc-e2e-nothing-remembered');

const folders: string[] = [];
/** What commands in a folder were given last. */
const environments = new Map<string, Record<string, string>>();

afterEach(async () => {
  for (const folder of folders.splice(0)) {
    const env = environments.get(folder) ?? {};
    environments.delete(folder);
    // A test that failed half-way may have left a sweep that goes on. A control plane ends its own jobs as it is closed.
    const locks = globSync('sweeps/*/supervisor.lock', { cwd: folder });
    for (const lock of env['MODAL_SERVER_URL'] === undefined ? locks : [])
      await llc(folder, ['cancel', basename(dirname(lock)), '--take-over'], env);
    for (const left of processesOf(folder)) killNow(left);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});

/** An empty working directory that is gone after the test. */
export function emptyFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'llc-e2e-')));
  folders.push(folder);
  return folder;
}

/** Runs the command to its end; a failure is a result. It is killed after four minutes. */
export async function llc(
  cwd: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ stdout: string; stderr: string; exitCode: number | undefined }> {
  environments.set(cwd, env);
  const { stdout, stderr, exitCode } = await execa(LLC, args, {
    cwd,
    env,
    reject: false,
    timeout: 240_000,
    killSignal: 'SIGKILL',
    stdin: 'ignore',
  });
  return { stdout, stderr, exitCode };
}

/** Four samplers on a quadratic, in about a second each. */
export const SMALL = [
  '--target=quadratic',
  '--quad-dim=4',
  '--n-data=1000',
  '--chains=2',
  '--sgld-steps=3000',
  '--sghmc-steps=3000',
  '--hmc-draws=400',
  '--hmc-warmup=200',
  '--mclmc-draws=1000',
  '--mclmc-tune-steps=500',
  '--cpus=1',
] as const;
