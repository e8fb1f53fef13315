/**
 * Runs one small job on the real Modal with the account of this machine: setup, a run, the same again from the volume,
 * and its removal there. Costs a few cents at most. Without a token it says so and does nothing.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { hasToken } from '../src/backends/modal/token.ts';

const LLC = resolve('bin/llc');
const JOB = [
  ...['run', '--backend=modal', '--sampler=hmc', '--cpus=1', '--mem-gb=1', '--timeout-min=5'],
  ...['--target=quadratic', '--quad-dim=2', '--n-data=100', '--chains=2'],
  ...['--hmc-draws=50', '--hmc-warmup=50'],
];

if (!hasToken(process.env)) {
  console.log('skipped: no MODAL_TOKEN_ID and no ~/.modal.toml');
  process.exit(0);
}

const folders: string[] = [];
try {
  step('setup', ['modal', 'setup']);
  const first = folder();
  step('a job', JOB, first);
  const [runId] = readdirSync(join(first, 'runs')).filter((name) => /^[0-9a-f]{12}$/.test(name));
  if (runId === undefined) throw new Error('the run is not here');
  const again = step('the same from the volume', JOB, folder());
  if (!again.includes('cached')) throw new Error('it was computed again');
  step('pull-runs', ['pull-runs', runId], folder());
  step('its removal there', ['clean', '--remote', runId, '--yes'], folder());
  step('ping', ['modal', 'ping']);
  console.log('all well');
} catch (error) {
  console.error(`failed: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  for (const path of folders) rmSync(path, { recursive: true, force: true });
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'llc-smoke-'));
  folders.push(path);
  return path;
}

/** One command; returns what it wrote. */
function step(what: string, args: readonly string[], cwd: string = folder()): string {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(LLC, args, { cwd, encoding: 'utf8' });
  const text = `${stdout}${stderr}`;
  console.log(`${what}: exit ${status}, ${((performance.now() - began) / 1000).toFixed(1)} s`);
  if (status !== 0) throw new Error(`${what}\n${text}`);
  return text;
}
