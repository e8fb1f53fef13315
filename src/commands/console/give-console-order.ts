import { join } from 'node:path';
import { LlcError } from '../../dispatch/errors.ts';
import { HOLD_MS, newOrder } from '../../dispatch/orders/order.ts';
import { giveOrder } from '../../dispatch/supervisor/give-order.ts';
import type { OrderEffect, Stimulus } from '../../screens/console/stimulus.ts';
import { sweepsDirOf } from '../newest-sweep.ts';
import type { Rim } from '../rim.ts';
import { startOptions } from '../start-options.ts';

/** Hands an order to the sweep's supervisor; what became of it comes back as a stimulus. */
export async function giveConsoleOrder(
  order: OrderEffect,
  rim: Rim,
  onNotice: (text: string) => void,
): Promise<Stimulus> {
  const { sweepId, action, jobs, resources = {}, noSkip = false, isHeld } = order;
  try {
    const answer = await giveOrder(
      join(sweepsDirOf(rim.cwd), sweepId),
      newOrder(action, jobs, { resources, noSkip, holdMs: isHeld ? HOLD_MS : 0 }),
      { ...startOptions(rim), onNotice },
    );
    return { kind: 'answered', order, answer };
  } catch (error) {
    const { message, hint } = error as LlcError;
    return {
      kind: 'unheard',
      order,
      why: error instanceof LlcError ? `${message} ${hint}` : `Not heard: ${message}`,
    };
  }
}
