/**
 * Which transitions after warm-up (counted from 0) are recorded: the first and every `every`-th from
 * there on.
 */
export function isRecorded(transition: number, every: number): boolean {
  return transition % every === 0;
}

/** Whether a recorded transition keeps its position: the first recorded one of every `thin` transitions. */
export function keepsPosition(transition: number, every: number, thin: number): boolean {
  return Math.floor(transition / thin) > Math.floor((transition - every) / thin);
}
