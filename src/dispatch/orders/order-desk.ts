import { setTimeout as delay } from 'node:timers/promises';
import { discardOrder, makeInbox, readOrders } from './inbox.ts';
import type { Order, OrderAnswer } from './order.ts';
import { listenForOrders, type SocketReply } from './order-socket.ts';

/** Where orders reach the process that runs a sweep, by whichever way. */
export interface OrderDesk {
  /** Orders that wait for an answer. */
  take(): Promise<readonly Order[]>;
  /** Tells whoever asked, after what was decided is on the disc. */
  answer(order: Order, answer: OrderAnswer): Promise<void>;
  /** Resolves when an order comes by the fast path, or the signal says so. */
  wake(signal: AbortSignal): Promise<void>;
  /** Why nothing can be done now; null where all is well. */
  setTrouble(text: string | null): void;
  close(): Promise<void>;
}

const LOOK_EVERY_MS = 500;

/**
 * Opens the desk of a sweep.
 *
 * @param socket - where to listen; null where there is no place for a socket
 * @param replyWithinMs - after so long a person gets a word, whatever keeps the dispatcher
 */
export async function openOrderDesk(
  inbox: string,
  socket: string | null,
  replyWithinMs = 5000,
): Promise<OrderDesk> {
  await makeInbox(inbox);
  /** By id: an order that is given again while it waits is one, and all who gave it hear of it. */
  const waiting = new Map<
    string,
    { readonly order: Order; readonly replies: Set<(reply: SocketReply) => void> }
  >();
  let bell = Promise.withResolvers<void>();
  let trouble: string | null = null;
  let lookAt = Number.NEGATIVE_INFINITY;

  async function obey(order: Order): Promise<SocketReply> {
    const { promise, resolve: reply } = Promise.withResolvers<SocketReply>();
    const { replies } = waiting.get(order.id) ?? { replies: new Set() };
    waiting.set(order.id, { order, replies: replies.add(reply) });
    bell.resolve();
    const limit = new AbortController();
    const late = delay(replyWithinMs, undefined, { signal: limit.signal }).then(
      (): SocketReply => ({ kind: 'trouble', text: trouble ?? 'the dispatcher is busy' }),
      (): Promise<SocketReply> => promise,
    );
    try {
      return await Promise.race([promise, late]);
    } finally {
      limit.abort();
      replies.delete(reply);
      if (replies.size === 0 && waiting.get(order.id)?.replies === replies)
        waiting.delete(order.id);
    }
  }

  const server = socket === null ? null : await listenForOrders(socket, obey);
  return {
    async take() {
      const orders = new Map([...waiting.values()].map(({ order }) => [order.id, order]));
      if (performance.now() >= lookAt) {
        lookAt = performance.now() + LOOK_EVERY_MS;
        for (const order of await readOrders(inbox)) orders.set(order.id, order);
      }
      return [...orders.values()];
    },
    async answer(order, answer) {
      for (const reply of waiting.get(order.id)?.replies ?? []) reply({ kind: 'answer', answer });
      waiting.delete(order.id);
      await discardOrder(inbox, order).catch(() => {});
    },
    async wake(signal) {
      const { promise, resolve } = bell;
      if (signal.aborted) return;
      signal.addEventListener('abort', () => resolve(), { once: true });
      await promise;
      bell = Promise.withResolvers<void>();
    },
    setTrouble: (text) => {
      trouble = text;
    },
    close: async () => server?.close(),
  };
}
