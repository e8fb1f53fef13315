import { sweepLayout } from '../../dispatch/artifacts/layout.ts';
import { sweepsByAge } from '../../dispatch/artifacts/sweeps-by-age.ts';
import { readSweepFile, type SweepFile } from '../../dispatch/plan/sweep-file.ts';

/**
 * Gives a function that finds the newest sweep whose runs do not lie here, for who looks at runs from home; null where
 * all are here. It looks again when there is a new sweep.
 *
 * @param keepsRuns - whether the place of such a sweep keeps its runs
 */
export function watchSweepWithVolume(
  sweepsDir: string,
  keepsRuns: (plan: SweepFile) => boolean | Promise<boolean>,
): () => Promise<SweepFile | null> {
  let newest: string | null = null;
  let found: SweepFile | null = null;
  return async () => {
    const sweepIds = await sweepsByAge(sweepsDir);
    if (sweepIds[0] === newest) return found;
    newest = sweepIds[0] ?? null;
    for (const sweepId of sweepIds) {
      const plan = await readSweepFile(sweepLayout(sweepsDir, sweepId).plan).catch(() => null);
      if (plan === null || plan.backend === 'local' || !(await keepsRuns(plan))) continue;
      // The same object, so that what is known of its place is kept.
      if (plan.sweepId !== found?.sweepId) found = plan;
      return found;
    }
    found = null;
    return found;
  };
}
