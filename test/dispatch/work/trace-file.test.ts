import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Progress } from '../../../src/dispatch/job/protocol.ts';
import { startTraceFile } from '../../../src/dispatch/work/trace-file.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'llc-trace-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

function progress(done: number, llc: number | null): Progress {
  return {
    owner: 'me',
    beat: 1,
    stage: 'sampling',
    done,
    total: 100,
    llc,
    llcSe: 0.123456789,
    rhat: null,
    ess: 38,
    llcByChain: [1, Number.NaN],
  };
}

async function stepsOf(path: string): Promise<number[]> {
  const { points } = JSON.parse(await readFile(path, 'utf8'));
  return points.map(({ step }: { step: number }) => step);
}

test('a trace is replaced once in five seconds and finished at the end', async () => {
  const path = join(dir, 'trace.json');
  let seconds = 0;
  const trace = startTraceFile(path, { clock: () => seconds, onTrouble: () => {} });
  trace.add(progress(0, null));
  trace.add(progress(10, 12.5));
  trace.add(progress(10, 12.5));
  seconds = 4.9;
  trace.add(progress(20, 12.6));
  expect(await stepsOf(path)).toEqual([10]);
  seconds = 5;
  trace.add(progress(30, 12.7));
  expect(await stepsOf(path)).toEqual([10, 20, 30]);
  trace.add(progress(40, 12.8));
  trace.finish();
  const { points } = JSON.parse(await readFile(path, 'utf8'));
  expect(points).toHaveLength(4);
  expect(points[3]).toEqual({
    step: 40,
    llcByChain: [1, null],
    llc: 12.8,
    llcSe: 0.123457,
    rhat: null,
    ess: 38,
  });
});

test('a trace that cannot be written is told once and hurts nobody', async () => {
  await writeFile(join(dir, 'file'), '');
  const troubles: unknown[] = [];
  let seconds = 0;
  const trace = startTraceFile(join(dir, 'file', 'trace.json'), {
    clock: () => (seconds += 10),
    onTrouble: (error) => troubles.push(error),
  });
  trace.add(progress(1, 1));
  trace.add(progress(2, 1));
  trace.finish();
  expect(troubles).toHaveLength(1);
});
