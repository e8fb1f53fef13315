import { newOrder, type Order, type OrderAnswer } from '../../../src/dispatch/orders/order.ts';
import type { OrderDesk } from '../../../src/dispatch/orders/order-desk.ts';

/** A desk for orders given by this process. */
export interface InMemoryDesk extends OrderDesk {
  give(...order: Parameters<typeof newOrder>): Order;
  readonly answers: Map<string, OrderAnswer>;
  readonly troubles: (string | null)[];
}

export function inMemoryDesk(): InMemoryDesk {
  const waiting = new Map<string, Order>();
  const answers = new Map<string, OrderAnswer>();
  const troubles: (string | null)[] = [];
  let bell = Promise.withResolvers<void>();
  return {
    answers,
    troubles,
    give(...words) {
      const order = newOrder(...words);
      waiting.set(order.id, order);
      bell.resolve();
      return order;
    },
    take: async () => [...waiting.values()],
    async answer(order, answer) {
      waiting.delete(order.id);
      answers.set(order.id, answer);
    },
    async wake(signal) {
      const { promise, resolve } = bell;
      if (signal.aborted) return;
      signal.addEventListener('abort', () => resolve(), { once: true });
      await promise;
      bell = Promise.withResolvers<void>();
    },
    setTrouble: (text) => void troubles.push(text),
    close: async () => {},
  };
}
