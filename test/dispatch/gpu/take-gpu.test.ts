import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OpenGpu } from '../../../src/dispatch/gpu/open-gpu.ts';
import { takeGpu } from '../../../src/dispatch/gpu/take-gpu.ts';

/** Has the GPU until it is killed. */
const HOLDER = `
import { takeGpu } from '${new URL('../../../src/dispatch/gpu/take-gpu.ts', import.meta.url)}';
const stop = new AbortController().signal;
await takeGpu({ turn: process.argv[1], given: null, stop, log() {}, open: async () => ({}) });
console.log('has it');
setInterval(() => {}, 1000);
`;

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

  test('of several processes wait for each other, but not for one that was killed', async () => {
    const holder = execa(process.execPath, ['--input-type=module', '-e', HOLDER, turn], {
      reject: false,
    });
    await once(holder.stdout, 'data');
    const lines: string[] = [];
    const log = (line: string) => {
      lines.push(line);
      holder.kill('SIGKILL');
    };
    const gpu = await takeGpu({ ...taker, turn, log });
    expect(lines).toEqual(['the GPU is at work for another job; waiting for it']);
    expect((await holder).signal).toBe('SIGKILL');
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
