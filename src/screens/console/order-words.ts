import type { OrderAction, OrderAnswer } from '../../dispatch/orders/order.ts';

const DONE: Readonly<Record<OrderAction, string>> = {
  cancel: 'Cancelling',
  retry: 'Queued again:',
  pull: 'Pulling',
  undo: 'Taken back:',
};

/** What became of an order, in a sentence. What is held needs none: its toast tells. Empty: nothing to say. */
export function answerText(action: OrderAction, answer: OrderAnswer): string {
  const { done, refused, until } = answer;
  const parts: string[] = [];
  if (action === 'undo' && done.length === 0) return 'Nothing to undo.';
  if (done.length > 0 && until === null) {
    const unit = action === 'pull' ? 'run' : 'job';
    parts.push(`${DONE[action]} ${done.length} ${done.length === 1 ? unit : `${unit}s`}.`);
  }
  const [first] = refused;
  if (first !== undefined && action !== 'undo') {
    const more = refused.length > 1 ? `, and ${refused.length - 1} more refused` : '';
    parts.push(`${first.jobId}: ${first.why}${more}.`);
  }
  return parts.join(' ');
}
