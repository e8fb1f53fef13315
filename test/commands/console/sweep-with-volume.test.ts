import { mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { watchSweepWithVolume } from '../../../src/commands/console/sweep-with-volume.ts';
import { writeExampleSweep } from '../../console/example-sweep.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'llc-volume-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

async function sweep(sweepId: string, at: number): Promise<void> {
  const folder = await writeExampleSweep(dir, { now: Date.now(), sweepId, standing: 'ended' });
  utimesSync(join(folder, 'plan.json'), at, at);
}

test('the newest sweep whose place keeps its runs is found, anew when there is another', async () => {
  const find = watchSweepWithVolume(join(dir, 'sweeps'), ({ sweepId }) => sweepId !== 'here');
  expect(await find()).toBeNull();
  await sweep('one', 1000);
  await sweep('here', 2000);
  const one = await find();
  expect(one?.sweepId).toBe('one');
  expect(await find()).toBe(one);
  await sweep('two', 3000);
  expect((await find())?.sweepId).toBe('two');
});
