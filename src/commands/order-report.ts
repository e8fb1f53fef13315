import { harmlessText } from '../dispatch/job/harmless-text.ts';
import type { OrderAnswer } from '../dispatch/orders/order.ts';

const MOST_LINES = 20;

/** `small-hmc-1: it is running; cancel it first`, a line a job that the order did nothing to. */
export function refusalLines({ refused }: OrderAnswer): string[] {
  const lines = refused
    .slice(0, MOST_LINES)
    .map(({ jobId, why }) => harmlessText(`${jobId}: ${why}`));
  const more = refused.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}

/** `3 jobs`. */
export function jobCount(count: number): string {
  return count === 1 ? '1 job' : `${count} jobs`;
}
