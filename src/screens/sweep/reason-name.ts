/** What stands in parentheses at the end, or is all there is. */
const NAMED = /\(([A-Za-z][^()]*)\)$/;

/** A queue's own name for why a job waits: `Priority` of `others are before it (Priority)`; else the words as they are. */
export function shortReason(reason: string): string {
  return (NAMED.exec(reason)?.[1] ?? reason).trim();
}

/** Its first word, by which it is known: `JobHeldUser` of `JobHeldUser since …`; empty where there is none. */
export function reasonName(reason: string): string {
  return /[A-Za-z]+/.exec(NAMED.exec(reason)?.[1] ?? reason)?.[0] ?? '';
}
