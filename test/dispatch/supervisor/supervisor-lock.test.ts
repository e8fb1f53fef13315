import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type LockHolder,
  ownHolder,
  readHolder,
  standingOfHolder,
} from '../../../src/dispatch/supervisor/lock-holder.ts';
import {
  type AcquireOptions,
  acquireLock,
  type HeldLock,
} from '../../../src/dispatch/supervisor/supervisor-lock.ts';
import { killContenders, startContender } from './contenders.ts';

const MINUTE = 60_000;

let dir = '';
let lock = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'llc-lock-'));
  lock = join(dir, 'supervisor.lock');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));
afterAll(killContenders);

const me = (epoch = 1) => ownHolder(epoch, null, new Date());
const text = () => readFileSync(lock, 'utf8');
const parsed = () => JSON.parse(text()) as LockHolder;
const take = async (options: AcquireOptions = {}) => acquireLock(lock, await me(), options);

async function held(options: AcquireOptions = {}): Promise<HeldLock> {
  const taken = await take(options);
  if (taken.kind !== 'held') throw new Error(`the lock is ${JSON.stringify(taken)}`);
  return taken.lock;
}

/** Writes a lock of another holder, last seen so long ago. */
async function lockOf(
  change: Partial<Omit<LockHolder, 'process'>> & { process?: Partial<LockHolder['process']> },
  silentMs = 0,
): Promise<LockHolder> {
  const own = await me();
  const seen = new Date(Date.now() - silentMs);
  const holder = {
    ...own,
    heartbeat: seen.toISOString(),
    ...change,
    process: { ...own.process, ...change.process },
  };
  writeFileSync(lock, JSON.stringify(holder));
  utimesSync(lock, seen, seen);
  return holder;
}

const standing = async () => {
  const holder = await readHolder(lock);
  if (holder === null || holder === 'unreadable') throw new Error(`the lock is ${holder}`);
  return standingOfHolder(lock, holder);
};

describe('a free lock', () => {
  test('is taken, says whose it is, and is gone after its release', async () => {
    const one = await acquireLock(lock, await ownHolder(7, '/a/socket', new Date()));
    if (one.kind !== 'held') throw new Error('it was free');
    expect(one.lock.replaced).toBeNull();
    expect(parsed()).toMatchObject({
      host: hostname(),
      pid: process.pid,
      started: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      heartbeat: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      epoch: 7,
      socket: '/a/socket',
    });
    expect(await one.lock.isMine()).toBe(true);
    expect(readdirSync(dir)).toEqual(['supervisor.lock']);
    await one.lock.release();
    expect(readdirSync(dir)).toEqual([]);
    expect(await readHolder(lock)).toBeNull();
  });

  test('is taken in a folder that is not there yet', async () => {
    lock = join(dir, 'new', 'supervisor.lock');
    await (await held()).release();
    expect(existsSync(lock)).toBe(false);
  });
});

describe('a lock that is held', () => {
  test('is taken for everybody else, whatever they say', async () => {
    const one = await startContender();
    expect(await one.tell({ lock })).toEqual({ held: 1 });
    const before = text();
    for (const takeOver of [false, true])
      expect(await take({ takeOver, watchMs: 0 })).toMatchObject({
        kind: 'taken',
        standing: 'living',
        holder: { pid: one.pid },
      });
    expect(text()).toBe(before);
    await one.release();
    await (await held()).release();
  });

  test('changes its heartbeat with a beat, and nothing else', async () => {
    const one = await held();
    const before = parsed();
    await one.beat(new Date('2030-01-02T03:04:05.678Z'));
    expect(parsed()).toEqual({ ...before, heartbeat: '2030-01-02T03:04:05.678Z' });
    await one.amend({ epoch: 12, socket: '/s' });
    expect(parsed()).toEqual({
      ...before,
      heartbeat: '2030-01-02T03:04:05.678Z',
      epoch: 12,
      socket: '/s',
    });
    expect(one.holder()).toEqual(parsed());
    await one.release();
  });

  test('ends with the newest of many changes made at once', async () => {
    const one = await held();
    await Promise.all(
      Array.from({ length: 200 }, (_, i) => [
        one.amend({ epoch: i }),
        one.beat(new Date(i)),
      ]).flat(),
    );
    expect(parsed()).toMatchObject({ epoch: 199, heartbeat: new Date(199).toISOString() });
    await one.release();
  });

  test('can be read at every moment while it is written', async () => {
    const one = await held();
    // Reads without a pause in a thread of its own, as another process would.
    const reader = new Worker(
      `const { readHolder } = await import(${JSON.stringify(new URL('../../../src/dispatch/supervisor/lock-holder.ts', import.meta.url).href)});
       const { parentPort, workerData } = await import('node:worker_threads');
       let told = false;
       parentPort.on('message', () => { told = true; });
       let reads = 0, bad = 0;
       while (!told) {
         const holder = await readHolder(workerData);
         reads += 1;
         if (holder === null || holder === 'unreadable') bad += 1;
         if (reads === 1) parentPort.postMessage('begun');
       }
       parentPort.postMessage({ reads, bad });
       parentPort.close();`,
      { eval: true, workerData: lock },
    );
    const next = () => new Promise((resolve) => reader.once('message', resolve));
    expect(await next()).toBe('begun');
    // Numbers of other lengths shift all that follows them.
    for (let i = 0; i < 500; i++) await one.amend({ epoch: 10 ** (i % 7) });
    const counted = next();
    reader.postMessage('end');
    expect(await counted).toEqual({ reads: expect.any(Number), bad: 0 });
    await one.release();
  });
});

describe('a holder on this machine', () => {
  test('that was killed is dead and is replaced; the new one knows whom it followed', async () => {
    const one = await startContender();
    await one.tell({ lock });
    expect(await standing()).toBe('living');
    await one.kill();
    expect(await standing()).toBe('dead');
    const mine = await held();
    expect(mine.replaced).toMatchObject({ pid: one.pid, epoch: 1 });
    expect(parsed().pid).toBe(process.pid);
    await mine.release();
    expect(readdirSync(dir)).toEqual([]);
  });

  test('whose pid another process has now is dead', async () => {
    await lockOf({ token: 'earlier', process: { start: '1' } });
    expect(await standing()).toBe('dead');
    await (await held()).release();
  });

  test('from before a restart is dead once it would have shown itself', async () => {
    await lockOf({ process: { boot: 'an earlier one' } }, 10 * MINUTE);
    expect(await standing()).toBe('dead');
    await (await held()).release();
  });

  test('of another boot whose heart beats is another machine of the same name', async () => {
    await lockOf({ process: { boot: 'of its own' } });
    expect(await take()).toMatchObject({ kind: 'taken', standing: 'elsewhere' });
    expect(await take({ takeOver: true, watchMs: 0 })).toMatchObject({ kind: 'taken' });
  });

  test('lives also where its boot could not be told', async () => {
    await lockOf({ process: { boot: '' } });
    expect(await standing()).toBe('living');
  });

  test('in another pid namespace counts as elsewhere, also if no process here has its pid', async () => {
    const other = { process: { namespace: 'pid:[1]', start: '1' } };
    await lockOf(other);
    expect(await take()).toMatchObject({ kind: 'taken', standing: 'elsewhere' });
    await lockOf(other, 4 * MINUTE);
    expect(await take()).toMatchObject({ kind: 'taken', standing: 'silent' });
  });
});

describe('a holder on another machine', () => {
  test('is left alone while its heart beats', async () => {
    for (const silentMs of [0, 2 * MINUTE]) {
      await lockOf({ host: 'login9' }, silentMs);
      expect(await take({ takeOver: true, watchMs: 0 })).toMatchObject({
        kind: 'taken',
        standing: 'elsewhere',
        holder: { host: 'login9' },
      });
    }
  });

  test('that has been silent for three minutes is replaced by a person’s word alone', async () => {
    const before = await lockOf({ host: 'login9', token: 'theirs' }, 4 * MINUTE);
    expect(await take()).toMatchObject({ kind: 'taken', standing: 'silent' });
    expect(parsed()).toEqual(before);
    const mine = await held({ takeOver: true, watchMs: 20 });
    expect(mine.replaced).toEqual(before);
    await mine.release();
    expect(readdirSync(dir)).toEqual([]);
  });

  /** A word to take over whose watch sees the lock change. */
  const watchingWhile = (change: () => void): AcquireOptions => ({
    takeOver: true,
    get watchMs() {
      change();
      return 1;
    },
  });

  test('whose clock is behind is not replaced: it beats while it is watched', async () => {
    const seen = await lockOf({ host: 'login9', token: 'theirs' }, 10 * MINUTE);
    const later = new Date(Date.parse(seen.heartbeat) + 5000).toISOString();
    const next = JSON.stringify({ ...seen, heartbeat: later });
    const taken = await take(watchingWhile(() => writeFileSync(lock, next)));
    expect(taken).toMatchObject({ kind: 'taken', standing: 'silent', holder: { host: 'login9' } });
    expect(text()).toBe(next);
  });

  test('is not replaced where another takes its place during the watch', async () => {
    const seen = await lockOf({ host: 'login9', token: 'theirs' }, 10 * MINUTE);
    const next = JSON.stringify({ ...seen, host: 'login8', token: 'of a third' });
    await take(
      watchingWhile(() => {
        writeFileSync(`${lock}.next`, next);
        renameSync(`${lock}.next`, lock);
      }),
    );
    expect(text()).toBe(next);
  });

  test('who gives the lock up during the watch leaves it free', async () => {
    await lockOf({ host: 'login9' }, 10 * MINUTE);
    const taken = await take(watchingWhile(() => rmSync(lock)));
    expect(taken.kind).toBe('taken');
    await (await held()).release();
  });

  test('whose heartbeat is no time is as silent as its file is old', async () => {
    await lockOf({ host: 'login9', heartbeat: 'soon' }, 4 * MINUTE);
    expect(await standing()).toBe('silent');
  });

  test('who died with the right to the lock in hand does not keep it from a person’s word', async () => {
    const gone = await lockOf({ host: 'login9', token: 'theirs' }, 10 * MINUTE);
    const right = join(dir, await nameOfRight(gone));
    writeFileSync(right, JSON.stringify({ ...gone, host: 'login8', token: 'of a third' }));
    const then = new Date(Date.now() - 10 * MINUTE);
    for (const path of [right, lock]) utimesSync(path, then, then);
    const mine = await held({ takeOver: true, watchMs: 5 });
    expect(mine.replaced).toEqual(gone);
    await mine.release();
    expect(readdirSync(dir)).toEqual([]);
  });

  /** What the right to a holder's lock is called: left by a process that dies with it. */
  async function nameOfRight(holder: LockHolder): Promise<string> {
    const dead = { ...holder, host: hostname(), process: { ...holder.process, start: '1' } };
    for (let dieAt = 1; ; dieAt++) {
      writeFileSync(lock, JSON.stringify(dead));
      const one = await startContender();
      expect(await one.tell({ lock, dieAt })).toBeNull();
      const name = readdirSync(dir).find((file) => file.endsWith('.right'));
      for (const file of readdirSync(dir)) rmSync(join(dir, file));
      if (name === undefined) continue;
      writeFileSync(lock, JSON.stringify(holder));
      return name;
    }
  }
});

describe('a lock that cannot be read', () => {
  test.each([
    ['an empty file', ''],
    ['zeros after a power cut', '\0'.repeat(1024)],
    ['half a lock', '{"host":"login1","pid":'],
    ['something else', '{"host":"login1"}'],
  ])('is replaced by a person’s word alone: %s', async (_, bytes) => {
    writeFileSync(lock, bytes);
    expect(await readHolder(lock)).toBe('unreadable');
    expect(await take()).toEqual({ kind: 'taken', holder: 'unreadable', standing: 'silent' });
    expect(text()).toBe(bytes);
    const mine = await held({ takeOver: true, watchMs: 5 });
    expect(mine.replaced).toBe('unreadable');
    await mine.release();
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe('a lock with no more than host, pid, started, heartbeat and epoch', () => {
  const plain = (pid: number, host = hostname()) => {
    const now = new Date().toISOString();
    writeFileSync(lock, JSON.stringify({ host, pid, started: now, heartbeat: now, epoch: 3 }));
  };

  test('is that of a living process, of a dead one, or of another machine', async () => {
    const one = await startContender();
    plain(one.pid);
    expect(await take()).toMatchObject({
      kind: 'taken',
      standing: 'living',
      holder: { pid: one.pid, epoch: 3, socket: null },
    });
    plain(one.pid, 'login9');
    expect(await standing()).toBe('elsewhere');
    await one.kill();
    plain(one.pid);
    expect(await standing()).toBe('dead');
    const mine = await held();
    expect(mine.replaced).toMatchObject({ epoch: 3 });
    await mine.release();
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe('a holder that has lost its lock', () => {
  test.each(['renamed into its place', 'removed and made anew'])(
    'finds out, and does not touch the new one: %s',
    async (how) => {
      const old = await held();
      const successor = JSON.stringify({ ...(await me(2)), host: 'login9' });
      if (how === 'renamed into its place') {
        writeFileSync(`${lock}.next`, successor);
        renameSync(`${lock}.next`, lock);
      } else {
        rmSync(lock);
        writeFileSync(lock, successor);
      }
      expect(await old.isMine()).toBe(false);
      await old.beat(new Date());
      await old.amend({ epoch: 99 });
      expect(text()).toBe(successor);
      await old.release();
      expect(text()).toBe(successor);
      expect(readdirSync(dir)).toEqual(['supervisor.lock']);
    },
  );

  test('finds out also where the new one is in the same file', async () => {
    const old = await held();
    const successor = JSON.stringify(await me(2));
    writeFileSync(lock, successor);
    expect(await old.isMine()).toBe(false);
    await old.release();
    expect(text()).toBe(successor);
  });

  test('because somebody removed the folder, gives it up without an error', async () => {
    lock = join(dir, 'sweep', 'supervisor.lock');
    const old = await held();
    rmSync(join(dir, 'sweep'), { recursive: true });
    expect(await old.isMine()).toBe(false);
    await old.beat(new Date());
    await old.release();
    expect(readdirSync(dir)).toEqual([]);
  });
});

test('taking a lock can be broken off while a silent holder is watched', async () => {
  await lockOf({ host: 'login9' }, 10 * MINUTE);
  const stop = new AbortController();
  const taking = take({ takeOver: true, signal: stop.signal });
  stop.abort(new Error('told to end'));
  await expect(taking).rejects.toThrow(/abort|told to end/);
});
