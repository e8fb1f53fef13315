import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { leaveOrder } from '../../../src/dispatch/orders/inbox.ts';
import { newOrder, type OrderAnswer } from '../../../src/dispatch/orders/order.ts';
import { type OrderDesk, openOrderDesk } from '../../../src/dispatch/orders/order-desk.ts';
import { orderBySocket } from '../../../src/dispatch/orders/order-socket.ts';

const LIMIT_MS = 60_000;
const NEVER = new AbortController().signal;
const ANSWER: OrderAnswer = { done: ['a'], refused: [{ jobId: 'b', why: 'stale' }], until: 5 };

let dir = '';
const desks: OrderDesk[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'llc-desk-'));
});
afterEach(async () => {
  for (const desk of desks.splice(0)) await desk.close();
  rmSync(dir, { recursive: true });
});

const inboxOf = (name = 'a') => join(dir, name);
const socketOf = (name = 'a') => join(dir, `${name}.sock`);

async function open({ name = 'a', replyWithinMs = LIMIT_MS } = {}): Promise<OrderDesk> {
  const desk = await openOrderDesk(inboxOf(name), socketOf(name), replyWithinMs);
  desks.push(desk);
  return desk;
}

test('an order by the socket wakes the dispatcher, lies there until it is answered, and gets the answer', async () => {
  const desk = await open();
  const order = newOrder('cancel', null);
  const reply = orderBySocket(socketOf(), order, LIMIT_MS);
  await desk.wake(NEVER);
  expect(await desk.take()).toEqual([order]);
  expect(await desk.take()).toEqual([order]);
  await desk.answer(order, ANSWER);
  expect(await reply).toEqual({ kind: 'answer', answer: ANSWER });
  expect(await desk.take()).toEqual([]);
});

test('an order in the inbox is taken, and gone once it is answered', async () => {
  const order = newOrder('cancel', null);
  await leaveOrder(inboxOf(), order);
  const desk = await open();
  expect(await desk.take()).toEqual([order]);
  await desk.answer(order, ANSWER);
  expect(readdirSync(inboxOf())).toEqual([]);
  expect(await desk.take()).toEqual([]);
});

test('the same order by the socket and the inbox is one', async () => {
  const order = newOrder('cancel', null);
  await leaveOrder(inboxOf(), order);
  const desk = await open();
  const reply = orderBySocket(socketOf(), order, LIMIT_MS);
  await desk.wake(NEVER);
  expect(await desk.take()).toEqual([order]);
  await desk.answer(order, ANSWER);
  expect(await reply).toEqual({ kind: 'answer', answer: ANSWER });
  expect(readdirSync(inboxOf())).toEqual([]);
});

test('the same order given twice while it waits is one, and both who gave it hear the answer', async () => {
  const desk = await open();
  const order = newOrder('cancel', null);
  const replies = [order, order].map((one) => orderBySocket(socketOf(), one, LIMIT_MS));
  const last = newOrder('pull', null);
  await desk.wake(NEVER);
  const lastReply = orderBySocket(socketOf(), last, LIMIT_MS);
  // What came first has been heard once the last has.
  while (!(await desk.take()).some(({ id }) => id === last.id)) await desk.wake(NEVER);
  expect(await desk.take()).toEqual([order, last]);
  await desk.answer(order, ANSWER);
  await desk.answer(last, ANSWER);
  expect(await Promise.all([...replies, lastReply])).toEqual(
    [0, 1, 2].map(() => ({ kind: 'answer', answer: ANSWER })),
  );
});

test('who waits too long is told why, and the order is no longer waited for', async () => {
  const desk = await open({ replyWithinMs: 1 });
  const give = () => orderBySocket(socketOf(), newOrder('cancel', null), LIMIT_MS);
  expect(await give()).toEqual({ kind: 'trouble', text: 'the dispatcher is busy' });
  desk.setTrouble('the disc is full');
  expect(await give()).toEqual({ kind: 'trouble', text: 'the disc is full' });
  desk.setTrouble(null);
  expect(await give()).toEqual({ kind: 'trouble', text: 'the dispatcher is busy' });
  expect(await desk.take()).toEqual([]);
});

test('two desks do not disturb each other', async () => {
  const [one, two] = [await open({ name: 'one' }), await open({ name: 'two' })];
  const order = newOrder('cancel', null);
  const reply = orderBySocket(socketOf('one'), order, LIMIT_MS);
  await one.wake(NEVER);
  expect(await one.take()).toEqual([order]);
  expect(await two.take()).toEqual([]);
  await two.close();
  await one.answer(order, ANSWER);
  expect(await reply).toEqual({ kind: 'answer', answer: ANSWER });
});

test('waiting for an order ends when it is told to', async () => {
  const desk = await open();
  const stop = new AbortController();
  const woken = desk.wake(stop.signal);
  stop.abort();
  await woken;
  await desk.wake(stop.signal);
  expect(await desk.take()).toEqual([]);
});

test('without a socket, orders come by the inbox alone', async () => {
  const order = newOrder('cancel', null);
  await leaveOrder(inboxOf(), order);
  const desk = await openOrderDesk(inboxOf(), null);
  desks.push(desk);
  expect(await desk.take()).toEqual([order]);
});
