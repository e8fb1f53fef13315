/** Jobs at once that share a machine, and what each gets of it. */
export interface SharedCores {
  readonly cores: number;
  readonly jobs: number;
  /** Jobs at once, where somebody says so. */
  readonly workers: number | null;
  /** Cores of a job, at most. */
  readonly most: number;
}

/** By how much t cores shorten a job: t to this power. Two give 1.8 (docs/design/cpu-engine.md, cores). */
const SPEEDUP = 0.87;

/**
 * Cores of one job so that all jobs are done soonest, taking them as equally long: two jobs of one core each are done
 * sooner than one after the other with two cores, but the last of three would leave a core idle. Of equals, the most
 * cores, whose first result comes soonest.
 */
export function coresOfAJob({ cores, jobs, workers, most }: SharedCores): number {
  const rounds = (each: number) =>
    Math.ceil(jobs / Math.min(workers ?? cores, Math.floor(cores / each)));
  const duration = (each: number) => rounds(each) / each ** SPEEDUP;
  let best = 1;
  for (let each = 2; each <= Math.min(most, cores); each++) {
    if (duration(each) <= duration(best)) best = each;
  }
  return best;
}
