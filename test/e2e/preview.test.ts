import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder, llc, SMALL } from './llc.ts';

const HOSTILE = '<script>alert(1)</script>';
const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome'].find((name) => {
  try {
    execFileSync('which', [name], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

/** Two seeds of HMC. */
async function sweepIn(folder: string): Promise<string> {
  const { exitCode } = await llc(folder, ['sweep', '--sampler-grid=[{"name":"hmc"}]', ...SMALL]);
  expect(exitCode).toBe(0);
  return basename(globSync('sweeps/*', { cwd: folder })[0]);
}

describe('llc preview', () => {
  test('makes a page of a run and of a sweep, which leads to it', async () => {
    const folder = emptyFolder();
    const sweep = await sweepIn(folder);
    const [run, other] = globSync('runs/*', { cwd: folder }).sort();
    const metricsFile = join(folder, run, 'metrics.json');
    const metrics = JSON.parse(readFileSync(metricsFile, 'utf8'));
    writeFileSync(metricsFile, JSON.stringify({ ...metrics, hmc_findings: [HOSTILE] }));

    const made = await llc(folder, ['preview', run]);
    expect([made.exitCode, made.stdout, made.stderr]).toEqual([
      ...[0, `${run}/analysis/report.html`, ''],
    ]);
    const page = readFileSync(join(folder, made.stdout), 'utf8');
    expect(page.match(/<svg /g)).toHaveLength(9);
    expect(page).toContain(metrics.hmc_verdict_text);
    expect(page).toContain(`<td>${metrics.code_version}</td>`);
    expect(page).toContain(`<td>${sweep}</td>`);
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).toContain('&lt;script&gt;alert(1)');

    const bare = await llc(folder, ['preview', basename(other), '--out=elsewhere/run.html']);
    expect(bare.stdout).toBe('elsewhere/run.html');

    const whole = await llc(folder, ['preview'], {
      SSH_CONNECTION: '192.0.2.7 5000 192.0.2.1 2222',
    });
    const path = `sweeps/${sweep}/report.html`;
    expect(whole.stdout.split('\n')).toEqual([
      path,
      expect.stringMatching(/scp -P 2222 '.*192\.0\.2\.1:\/.*report\.html' \./),
    ]);
    const table = readFileSync(join(folder, path), 'utf8');
    expect(table.match(/href="[^"]+"/g)).toEqual([`href="../../${run}/analysis/report.html"`]);
    await llc(folder, ['preview', sweep, '--with-runs']);
    const both = readFileSync(join(folder, path), 'utf8');
    expect(both.match(/href="[^"]+"/g)).toHaveLength(2);
    expect(table).toContain('<th scope="row">quad_dim</th><td>4</td>');
    expect(table).toContain('aria-label="ess per sec"');
  });

  test('shows the numbers of a run without draws, and says what it cannot show', async () => {
    const folder = emptyFolder();
    await llc(folder, ['run', '--sampler=hmc', '--no-artifacts', ...SMALL]);
    const [run] = globSync('runs/*', { cwd: folder });
    const { stdout } = await llc(folder, ['preview', run]);
    const page = readFileSync(join(folder, stdout), 'utf8');
    expect(page).toContain('The draws were not kept');
    expect(page).not.toContain('<svg');
    rmSync(join(folder, run, 'metrics.json'));
    const broken = await llc(folder, ['preview', run]);
    expect([broken.exitCode, broken.stderr]).toEqual([64, expect.stringContaining('is no run')]);
    const nothing = await llc(folder, ['preview', 'nobody']);
    expect(nothing.exitCode).toBe(64);
  });

  test.skipIf(CHROMIUM === undefined)('a browser finds nothing to complain of', async () => {
    const folder = emptyFolder();
    const sweep = await sweepIn(folder);
    await llc(folder, ['preview']);
    const url = `file://${join(folder, 'sweeps', sweep, 'report.html')}`;
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--enable-logging=stderr'];
    const dump = [...flags, `--user-data-dir=${join(folder, 'browser')}`, '--dump-dom', url];
    const log = join(folder, 'log');
    const dom = execFileSync('sh', ['-c', `"$0" "$@" 2>${log}`, CHROMIUM ?? '', ...dump], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect(dom).toContain('aria-sort="none"');
    expect(readFileSync(log, 'utf8')).not.toContain('CONSOLE');
  });
});
