import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sweepLayout } from '../artifacts/layout.ts';
import { LlcError } from '../errors.ts';
import { followJournal } from '../journal/follow.ts';
import { leaveOrder } from '../orders/inbox.ts';
import type { Order, OrderAnswer } from '../orders/order.ts';
import { orderBySocket } from '../orders/order-socket.ts';
import { ensureSupervisor, type StartOptions } from './start-supervisor.ts';

const SOCKET_LIMIT_MS = 10_000;
const LOOK_EVERY_MS = 100;
const ENSURE_EVERY_MS = 2000;
const ANSWER_LIMIT_MS = 60_000;

/**
 * Gives an order to the sweep's supervisor, which is started where none lives, and waits for the answer: by the socket
 * on the same machine, else by the inbox and the journal. It is obeyed once, whichever way it is heard.
 *
 * @param onNotice - told why the answer takes longer: whose supervisor the order is left for, what keeps it
 * @throws LlcError 75 where no answer comes in time; the order lies in the inbox then and is obeyed later
 */
export async function giveOrder(
  sweepDir: string,
  order: Order,
  options: StartOptions & { readonly onNotice?: (text: string) => void },
): Promise<OrderAnswer> {
  const { holder, isHere } = await ensureSupervisor(sweepDir, options);
  if (isHere && holder.socket !== null) {
    const reply = await orderBySocket(holder.socket, order, SOCKET_LIMIT_MS);
    if (reply?.kind === 'answer') return reply.answer;
    if (reply?.kind === 'refused') throw new LlcError(70, `The order was refused: ${reply.text}.`);
    if (reply?.kind === 'trouble') options.onNotice?.(`The supervisor says: ${reply.text}`);
  }
  if (!isHere)
    options.onNotice?.(
      `${holder.host} (pid ${holder.pid}) runs this sweep; the order is left for it.`,
    );
  return byInbox(sweepDir, order, options);
}

async function byInbox(
  sweepDir: string,
  order: Order,
  options: StartOptions,
): Promise<OrderAnswer> {
  const files = sweepLayout(dirname(sweepDir), basename(sweepDir));
  await leaveOrder(files.inbox, order);
  const journal = followJournal(files.journal);
  const began = performance.now();
  let ensuredAt = began;
  while (performance.now() - began < ANSWER_LIMIT_MS) {
    options.signal.throwIfAborted();
    for (const event of await journal.read())
      if (event.kind === 'order_answered' && event.order === order.id) {
        const { done, refused, until } = event;
        return { done, refused, until };
      }
    // The one that lived may have ended before it looked.
    if (performance.now() - ensuredAt >= ENSURE_EVERY_MS) {
      ensuredAt = performance.now();
      await ensureSupervisor(sweepDir, options);
    }
    await delay(LOOK_EVERY_MS, undefined, { signal: options.signal }).catch(() => {});
  }
  throw new LlcError(
    75,
    `The supervisor of ${basename(sweepDir)} has not answered for ${ANSWER_LIMIT_MS / 1000} s.`,
    `The order lies in ${files.inbox} and is obeyed when it can be. What it does now: ${files.supervisorLog}`,
  );
}
