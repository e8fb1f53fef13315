import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { newOrder, type Order } from '../../../src/dispatch/orders/order.ts';
import {
  listenForOrders,
  orderBySocket,
  type SocketReply,
  socketPath,
} from '../../../src/dispatch/orders/order-socket.ts';

const LIMIT_MS = 60_000;
const USER = process.getuid?.() ?? 'user';

let dir = '';
let path = '';
const servers: { close(): Promise<void> }[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'llc-so-'));
  path = join(dir, 'x.sock');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) await server.close();
  rmSync(dir, { recursive: true });
});

/** The order's own id as the job that was done, so that no two answers are the same. */
const answerTo = ({ id }: Order): SocketReply => ({
  kind: 'answer',
  answer: { done: [id], refused: [], until: null },
});

async function listen(obey: (order: Order) => Promise<SocketReply> = async (o) => answerTo(o)) {
  const server = await listenForOrders(path, obey);
  servers.push(server);
  return server;
}

const give = (order: Order) => orderBySocket(path, order, LIMIT_MS);

async function connect(): Promise<Socket> {
  const socket = createConnection(path);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

async function stillAnswers(): Promise<void> {
  const order = newOrder('pull', null);
  expect(await give(order)).toEqual(answerTo(order));
}

describe('where a supervisor listens', () => {
  const socketIn = (base: string) => join(base, `llc-${USER}`);

  test('is a folder of this user alone, and the same place each time', async () => {
    vi.stubEnv('TMPDIR', dir);
    const found = await socketPath('/some/sweeps/a');
    expect(dirname(found)).toBe(socketIn(dir));
    expect(statSync(socketIn(dir)).mode & 0o777).toBe(0o700);
    expect(await socketPath('/some/sweeps/a')).toBe(found);
    expect(await socketPath('/some/sweeps/b')).not.toBe(found);
  });

  test('has a short name, however long those of the temporary folder and the sweep', async () => {
    const deep = join(dir, ...Array.from({ length: 5 }, () => 'd'.repeat(60)));
    mkdirSync(deep, { recursive: true });
    vi.stubEnv('TMPDIR', deep);
    path = await socketPath(join('/', 'x'.repeat(255), 'y'.repeat(255), 'ä'.repeat(120)));
    expect(Buffer.byteLength(path)).toBeLessThanOrEqual(103);
    await listen();
    await stillAnswers();
  });

  test.each(['open to others', 'a link', 'a file', 'not to be made'])(
    'is another where the folder is %s',
    async (what) => {
      vi.stubEnv('TMPDIR', dir);
      const folder = socketIn(dir);
      if (what === 'open to others') {
        mkdirSync(folder);
        chmodSync(folder, 0o755);
      }
      if (what === 'a link') {
        mkdirSync(join(dir, 'theirs'), { mode: 0o700 });
        symlinkSync(join(dir, 'theirs'), folder);
      }
      if (what === 'a file') writeFileSync(folder, '');
      if (what === 'not to be made') vi.stubEnv('TMPDIR', join(dir, 'missing'));
      expect(dirname(await socketPath('/some/sweeps/a'))).toBe(socketIn('/tmp'));
    },
  );
});

describe('an order by the socket', () => {
  test('gets its answer', async () => {
    const heard: Order[] = [];
    await listen(async (order) => {
      heard.push(order);
      return answerTo(order);
    });
    const order = newOrder('retry', [{ jobId: 'ä', attempt: 3 }], { resources: { cpus: 4 } });
    expect(await give(order)).toEqual(answerTo(order));
    expect(heard).toEqual([order]);
  });

  test('may be as long as a sweep of many jobs makes it', async () => {
    await listen(async ({ jobs }) => ({ kind: 'trouble', text: String(jobs?.length) }));
    const jobs = Array.from({ length: 20_000 }, (_, i) => ({
      jobId: `${'p'.repeat(100)}-${i}`,
      attempt: 1,
    }));
    expect(await give(newOrder('cancel', jobs))).toEqual({ kind: 'trouble', text: '20000' });
  });

  test('that is too long for it is for the inbox', async () => {
    await listen();
    const jobs = Array.from({ length: 20_000 }, () => ({ jobId: 'p'.repeat(300), attempt: 1 }));
    expect(await give(newOrder('cancel', jobs))).toBeNull();
    await stillAnswers();
  });

  test('comes to nobody where nobody listens', async () => {
    expect(await give(newOrder('cancel', null))).toBeNull();
    const server = await listen();
    await stillAnswers();
    await server.close();
    expect(existsSync(path)).toBe(false);
    expect(await give(newOrder('cancel', null))).toBeNull();
  });

  test('is for this user alone', async () => {
    await listen();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('from many at once gets each its own answer', async () => {
    await listen();
    const orders = Array.from({ length: 50 }, () => newOrder('cancel', null));
    expect(await Promise.all(orders.map(give))).toEqual(orders.map(answerTo));
  });
});

describe('the listener lives on', () => {
  test.each(['garbage\n', '\n', '{}\n', '\0\0\0\n', '"\ud800"\n', 'GET / HTTP/1.1\r\n\r\n'])(
    'after %j, which it refuses',
    async (bytes) => {
      await listen();
      const socket = await connect();
      socket.write(bytes);
      expect(JSON.parse(await text(socket))).toEqual({ kind: 'refused', text: 'that is no order' });
      await stillAnswers();
    },
  );

  test('after an order in pieces that ends before its line does', async () => {
    const heard: Order[] = [];
    await listen(async (order) => {
      heard.push(order);
      return answerTo(order);
    });
    const socket = await connect();
    socket.end(JSON.stringify(newOrder('cancel', null)));
    await text(socket);
    expect(heard).toEqual([]);
    await stillAnswers();
  });

  test('after a line that never ends, which it does not read to the end', async () => {
    await listen();
    const socket = await connect();
    const chunk = Buffer.alloc(2 ** 18, 'x');
    const more = () => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', more);
    more();
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
    // Four megabytes, and what lies in buffers on the way.
    expect(socket.bytesWritten).toBeLessThan(64 * 2 ** 20);
    await stillAnswers();
  });

  test('after connections that say nothing and take all places, once they are gone', async () => {
    await listen();
    const silent = await Promise.all(Array.from({ length: 64 }, connect));
    expect(await give(newOrder('cancel', null))).toBeNull();
    for (const socket of silent) socket.destroy();
    // It hears of their end in its own time.
    const order = newOrder('cancel', null);
    let reply: SocketReply | null = null;
    while (reply === null) reply = await give(order);
    expect(reply).toEqual(answerTo(order));
  });

  test('after clients that have been answered and do not go away', async () => {
    await listen();
    const stubborn: Socket[] = [];
    for (let i = 0; i < 70; i++) {
      const socket = createConnection({ path, allowHalfOpen: true });
      socket.on('error', () => {});
      stubborn.push(socket);
      const order = newOrder('pull', null);
      socket.write(`${JSON.stringify(order)}\n`);
      expect(JSON.parse(await text(socket))).toEqual(answerTo(order));
    }
    await stillAnswers();
    for (const socket of stubborn) socket.destroy();
  });

  test('after a client that goes away before its answer', async () => {
    const heard = Promise.withResolvers<Order>();
    const answered = Promise.withResolvers<void>();
    let isFirst = true;
    await listen(async (order) => {
      if (!isFirst) return answerTo(order);
      isFirst = false;
      heard.resolve(order);
      await answered.promise;
      return answerTo(order);
    });
    const order = newOrder('cancel', null);
    const socket = await connect();
    socket.write(`${JSON.stringify(order)}\n`);
    expect(await heard.promise).toEqual(order);
    socket.destroy();
    await once(socket, 'close');
    answered.resolve();
    await stillAnswers();
  });

  test('after an order at which it fails', async () => {
    let isFirst = true;
    await listen(async (order) => {
      if (!isFirst) return answerTo(order);
      isFirst = false;
      throw new Error('a fault');
    });
    expect(await give(newOrder('cancel', null))).toBeNull();
    await stillAnswers();
  });
});

test('the socket that a killed supervisor left is replaced', async () => {
  const other = spawn(
    process.execPath,
    [
      '-e',
      `require('net').createServer().listen(process.argv[1], () => console.log('ready'))`,
      path,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(other.stdout, 'data');
  other.kill('SIGKILL');
  await once(other, 'exit');
  expect(existsSync(path)).toBe(true);
  expect(await give(newOrder('cancel', null))).toBeNull();
  await listen();
  await stillAnswers();
});
