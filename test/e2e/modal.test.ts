import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeWithContainers } from '../backends/modal/on-plane.ts';
import { type Plane, startPlane } from '../modal-plane/plane.ts';
import { emptyFolder, llc, SMALL } from './llc.ts';

let plane: Plane;
beforeEach(async () => {
  plane = await startPlane();
});
afterEach(() => plane.close());

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
