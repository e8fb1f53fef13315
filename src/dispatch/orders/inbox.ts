import { lstat, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../artifacts/atomic-write.ts';
import { cannotWrite } from '../artifacts/cannot-write.ts';
import { orderFile } from '../artifacts/layout.ts';
import { type Order, parseOrder } from './order.ts';

/** What `leaveOrder` writes. */
const NAME = /^[0-9a-f-]{36}\.json$/;
/** More than any order holds. */
const LONGEST = 2 ** 26;

/**
 * Leaves an order for whichever process runs the sweep, on whatever machine.
 *
 * @throws LlcError 75 where it cannot be written
 */
export async function leaveOrder(inbox: string, order: Order): Promise<void> {
  const path = orderFile(inbox, order.id);
  await writeWhole(path, JSON.stringify(order)).catch((error: unknown) => {
    throw cannotWrite('the order', path, error);
  });
}

/**
 * The orders that lie in the inbox, in no particular order. What is no order is set aside under another name, so that
 * it can be looked at and is not read for ever.
 */
export async function readOrders(inbox: string): Promise<readonly Order[]> {
  const orders: Order[] = [];
  for (const name of await readdir(inbox).catch(emptyWhereMissing)) {
    if (!NAME.test(name)) continue;
    const path = join(inbox, name);
    const found = await lstat(path).catch(() => null);
    if (found === null) continue;
    // Anything else may never end when it is read: a pipe, a link to a device.
    const isFile = found.isFile() && found.size <= LONGEST;
    const text = isFile ? await readFile(path, 'utf8').catch(() => null) : '';
    if (text === null) continue;
    const order = parseOrder(text);
    if (order !== null && orderFile(inbox, order.id) === path) orders.push(order);
    else await rename(path, `${path}.refused`).catch(() => {});
  }
  return orders;
}

/** Removes an order that has been answered for. */
export async function discardOrder(inbox: string, { id }: Order): Promise<void> {
  await rm(orderFile(inbox, id), { force: true });
}

export async function makeInbox(inbox: string): Promise<void> {
  await mkdir(inbox, { recursive: true });
}

function emptyWhereMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
