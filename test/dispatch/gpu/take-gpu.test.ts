import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OpenGpu } from '../../../src/dispatch/gpu/open-gpu.ts';
import { takeGpu } from '../../../src/dispatch/gpu/take-gpu.ts';

const NEVER = new AbortController().signal;

let dir: string;
let turn: string;
let open: number;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'llc-turn-'));
  turn = join(dir, 'gpu.lock');
  open = 0;
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A GPU on which a second one at a time is an error. */
async function alone(): Promise<OpenGpu> {
  if (++open > 1) throw new Error('two jobs have the GPU');
  return { close: async () => void open-- } as OpenGpu;
}

const taker = { given: null, stop: NEVER, log: () => {}, open: alone };

describe('jobs of one machine', () => {
  test('have its GPU one after the other', async () => {
    let done = 0;
    const job = async () => {
      const gpu = await takeGpu({ ...taker, turn });
      await sleep(20);
      done++;
      await gpu.close();
    };
    await Promise.all([job(), job(), job()]);
    expect(done).toBe(3);
    expect(existsSync(turn)).toBe(false);
  });

  test('do not wait for one whose process is gone', async () => {
    const gone = execa('true');
    await gone;
    writeFileSync(turn, JSON.stringify({ host: hostname(), pid: gone.pid, token: 'x' }));
    const lines: string[] = [];
    const gpu = await takeGpu({ ...taker, turn, log: (line) => lines.push(line) });
    expect(lines).toEqual(['the GPU is at work for another job; waiting for it']);
    await gpu.close();
  });

  test('stop waiting when they are told to', async () => {
    const gpu = await takeGpu({ ...taker, turn });
    const stop = new AbortController();
    const waiting = takeGpu({ ...taker, turn, stop: stop.signal });
    stop.abort(new Error('called off'));
    await expect(waiting).rejects.toThrow();
    await gpu.close();
  });

  test('give the turn on where the GPU cannot be opened', async () => {
    const refuses = async () => {
      throw new Error('no driver');
    };
    await expect(takeGpu({ ...taker, turn, open: refuses })).rejects.toThrow('no driver');
    await (await takeGpu({ ...taker, turn })).close();
  });

  test('say so where they cannot tell the GPU that they were given from others', async () => {
    const lines: string[] = [];
    const log = (line: string) => lines.push(line);
    const open = async (visible: number) => ({ visible }) as OpenGpu;
    await takeGpu({ ...taker, turn: null, given: '1', log, open: () => open(1) });
    await takeGpu({ ...taker, turn: null, given: null, log, open: () => open(4) });
    expect(lines).toEqual([]);
    await takeGpu({ ...taker, turn: null, given: '1', log, open: () => open(4) });
    expect(lines).toEqual([expect.stringContaining('gave GPU 1, but 4 can be seen')]);
  });

  test('that were each given a GPU of their own take no turns', async () => {
    const two = { ...taker, turn: null, open: async () => ({ close: async () => {} }) as OpenGpu };
    await Promise.all([takeGpu(two), takeGpu(two)]);
    expect(existsSync(turn)).toBe(false);
  });
});
