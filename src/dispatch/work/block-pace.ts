/** How long a block should take: a stop, a heartbeat and a progress line come between blocks. */
const BLOCK_SECONDS = 0.5;

/**
 * How many transitions to do in the next block after one that took `seconds`. Grows by no more than four
 * times, since the first transitions of a program are slow.
 */
export function nextBlock(transitions: number, seconds: number): number {
  const fitting = seconds > 0 ? (transitions * BLOCK_SECONDS) / seconds : Number.POSITIVE_INFINITY;
  return Math.max(1, Math.floor(Math.min(fitting, 4 * transitions)));
}
