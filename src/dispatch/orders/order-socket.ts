import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, rm } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LlcError } from '../errors.ts';
import { type Order, type OrderAnswer, parseOrder } from './order.ts';

/**
 * The fast path of orders on one machine: a Unix socket that carries one order a connection, as a line of JSON, and
 * one line back. The inbox is the other, for other machines and for when nobody listens.
 */
export type SocketReply =
  | { readonly kind: 'answer'; readonly answer: OrderAnswer }
  /** It has been heard, but nothing can be done now. */
  | { readonly kind: 'trouble'; readonly text: string }
  | { readonly kind: 'refused'; readonly text: string };

/** Linux takes 108 bytes with the terminating zero, other systems 104. */
const LONGEST_PATH = 103;
const LONGEST_LINE = 4 * 2 ** 20;
const MOST_CONNECTIONS = 64;
/** A connection that brings no whole order for so long is closed. */
const IDLE_MS = 10_000;

/** Where a sweep's supervisor listens: a short path in a folder of this user alone. */
export async function socketPath(sweepDir: string): Promise<string> {
  const user = String(process.getuid?.() ?? 'user');
  const name = `${createHash('sha256').update(sweepDir).digest('hex').slice(0, 16)}.sock`;
  for (const base of [tmpdir(), '/tmp']) {
    const folder = join(base, `llc-${user}`);
    const path = join(folder, name);
    if (Buffer.byteLength(path) > LONGEST_PATH) continue;
    // Whatever cannot be made is not there then.
    await mkdir(folder, { mode: 0o700 }).catch(() => {});
    const found = await lstat(folder).catch(() => null);
    const isPrivate = found?.isDirectory() === true && (found.mode & 0o777) === 0o700;
    if (isPrivate && found.uid === (process.getuid?.() ?? found.uid)) return path;
  }
  throw new LlcError(69, 'There is no private folder for a socket.', `Remove /tmp/llc-${user}.`);
}

/** Listens for orders. Whoever is answered has been told what became of the order. */
export async function listenForOrders(
  path: string,
  obey: (order: Order) => Promise<SocketReply>,
): Promise<{ close(): Promise<void> }> {
  // Left by a supervisor that died: the lock says that none lives.
  await rm(path, { force: true });
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    void serve(socket, obey).catch(() => socket.destroy());
  });
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  server.on('error', () => {});
  await chmod(path, 0o600);
  server.unref();
  return {
    close: async () => {
      server.close();
      await rm(path, { force: true });
    },
  };
}

async function serve(socket: Socket, obey: (order: Order) => Promise<SocketReply>): Promise<void> {
  const line = await firstLine(socket);
  const order = line === null ? null : parseOrder(line);
  socket.setTimeout(0);
  const reply: SocketReply =
    order === null ? { kind: 'refused', text: 'that is no order' } : await obey(order);
  // Whoever has been answered holds no connection that others need.
  socket.end(`${JSON.stringify(reply)}\n`, () => socket.destroy());
}

/**
 * Gives an order by the socket.
 *
 * @returns null where nobody listens there, it is too long for this way, or no reply came in time: then it may or may
 *   not have been heard, and the same order can be given again
 */
export async function orderBySocket(
  path: string,
  order: Order,
  limitMs: number,
): Promise<SocketReply | null> {
  const text = `${JSON.stringify(order)}\n`;
  if (Buffer.byteLength(text) > LONGEST_LINE) return null;
  const socket = createConnection(path);
  socket.setTimeout(limitMs, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.write(text);
  try {
    const line = await firstLine(socket);
    return line === null ? null : (JSON.parse(line) as SocketReply);
  } catch {
    return null;
  } finally {
    socket.destroy();
  }
}

/** What comes before the first line end; null where the other side ends before, or says too much. */
function firstLine(socket: Socket): Promise<string | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const take = (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      const isWhole = chunk.includes(10);
      if (!isWhole && bytes <= LONGEST_LINE) return;
      // What comes behind is let go.
      socket.off('data', take).resume();
      const text = Buffer.concat(chunks).toString('utf8');
      resolve(isWhole && bytes <= LONGEST_LINE ? text.slice(0, text.indexOf('\n')) : null);
    };
    socket.on('data', take);
    socket.on('close', () => resolve(null));
  });
}
