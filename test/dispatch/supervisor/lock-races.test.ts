import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ownHolder } from '../../../src/dispatch/supervisor/lock-holder.ts';
import { acquireLock } from '../../../src/dispatch/supervisor/supervisor-lock.ts';
import { type Contender, killContenders, startContender } from './contenders.ts';

const PROCESSES = 12;
const ROUNDS = 30;

let dir = '';
let contenders: Contender[] = [];
/** What stands in the lock of a process that was killed. */
let dead = '';

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'llc-races-'));
  const [victim, ...others] = await Promise.all(
    Array.from({ length: PROCESSES + 1 }, () => startContender()),
  );
  contenders = others;
  const lock = join(dir, 'victim');
  await victim?.tell({ lock });
  await victim?.kill();
  dead = readFileSync(lock, 'utf8');
  rmSync(lock);
});
afterAll(async () => {
  await killContenders();
  rmSync(dir, { recursive: true });
});

/** All want it at once; returns how many hold it. */
async function race(lock: string, acquirers: number): Promise<number> {
  const said = await Promise.all(contenders.map((one) => one.tell({ lock, acquirers })));
  expect(said.flatMap((one) => one?.error ?? [])).toEqual([]);
  const held = said.reduce((sum, one) => sum + (one?.held ?? 0), 0);
  await Promise.all(contenders.map((one) => one.release()));
  return held;
}

describe('of many processes that want a lock at once exactly one holds it, and nothing is left behind,', () => {
  test('where it is free', async () => {
    for (let round = 0; round < 5; round++) expect(await race(join(dir, 'free'), 1)).toBe(1);
    expect(readdirSync(dir)).toEqual([]);
  });

  test('where its holder is dead, again and again', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const lock = join(dir, 'dead');
      writeFileSync(lock, dead);
      expect(await race(lock, 2)).toBe(1);
    }
    expect(readdirSync(dir)).toEqual([]);
  });

  test('where the right to replace a dead holder was left by another dead process', async () => {
    const lock = join(dir, 'right');
    // Dies in the middle of the replacement: its right stays.
    const half = await leaveRight(lock);
    for (let round = 0; round < 5; round++) {
      for (const [name, text] of half) writeFileSync(join(dir, name), text);
      expect(await race(lock, 1)).toBe(1);
    }
    tidy();
  });
});

test('wherever a process is killed while it takes a lock over or gives it up, the next one gets it', async () => {
  const lock = join(dir, 'crash');
  writeFileSync(lock, dead);
  let next = startContender();
  let said: Awaited<ReturnType<Contender['tell']>> = null;
  let deaths = 0;
  for (let dieAt = 1; said === null; dieAt++) {
    const one = await next;
    next = startContender();
    said = await one.tell({ lock, turns: 1, dieAt });
    if (said === null) deaths += 1;
    const taken = await acquireLock(lock, await ownHolder(1, null, new Date()));
    expect(taken.kind).toBe('held');
    if (taken.kind !== 'held') return;
    expect(readFileSync(lock, 'utf8')).toContain(`"pid":${process.pid},`);
    await taken.lock.release();
    // As if this process had died with it.
    if (said === null) writeFileSync(lock, dead);
  }
  await next;
  expect(said).toEqual({ turns: 1 });
  expect(deaths).toBeGreaterThan(10);
  tidy();
});

test('many processes that take turns and are killed at random: never do two hold it, never is it held for ever', async () => {
  const lock = join(dir, 'turns');
  const atRandom = () => 1 + Math.floor(Math.random() * 40);
  const takePart = async (contender: Contender) => {
    expect(await contender.tell({ lock, acquirers: 2, turns: 40, dieAt: atRandom() })).toBeNull();
    const next = await startContender();
    return next.tell({ lock, acquirers: 2, turns: 8 });
  };
  const said = await Promise.all(contenders.map(takePart));
  expect(said.flatMap((one) => one?.error ?? [])).toEqual([]);
  expect(said.filter((one) => (one?.turns ?? 0) > 0)).not.toEqual([]);
  const taken = await acquireLock(lock, await ownHolder(1, null, new Date()));
  expect(taken.kind).toBe('held');
  if (taken.kind === 'held') await taken.lock.release();
  rmSync(`${lock}-in-use`, { force: true });
  tidy();
});

/** Killed processes leave a temporary file or a right to a lock that is no more; never the lock. */
function tidy(): void {
  for (const name of readdirSync(dir)) {
    expect(name).toMatch(/\.(tmp|right)$/);
    rmSync(join(dir, name));
  }
}

/** What stands in the folder when a process was killed with the right in its hand. */
async function leaveRight(lock: string): Promise<[string, string][]> {
  for (let dieAt = 1; ; dieAt++) {
    writeFileSync(lock, dead);
    const one = await startContender();
    expect(await one.tell({ lock, dieAt })).toBeNull();
    const names = readdirSync(dir);
    if (names.some((name) => name.endsWith('.right')))
      return names.map((name) => [name, readFileSync(join(dir, name), 'utf8')]);
    for (const name of names) rmSync(join(dir, name));
  }
}
