import { isDeepStrictEqual } from 'node:util';
import { sweepLayout } from '../dispatch/artifacts/layout.ts';
import { sweepsByAge } from '../dispatch/artifacts/sweeps-by-age.ts';
import { readJournal, replay } from '../dispatch/journal/replay.ts';
import { readSweepFile, type SweepFile } from '../dispatch/plan/sweep-file.ts';

/** How many sweeps back a command is looked for. */
const MOST = 50;

/**
 * A sweep that would compute the same in the same way and has not ended: giving the command again means that one,
 * since a second sweep would compute the same runs beside it. Null where there is none.
 */
export async function sameSweep(sweepsDir: string, file: SweepFile): Promise<string | null> {
  for (const name of (await sweepsByAge(sweepsDir)).slice(0, MOST)) {
    const files = sweepLayout(sweepsDir, name);
    try {
      if (!isSame(await readSweepFile(files.plan), file)) continue;
      if (replay((await readJournal(files.journal)).events).ended === null) return name;
    } catch {
      // A sweep that cannot be read is not gone on with.
    }
  }
  return null;
}

function isSame(one: SweepFile, other: SweepFile): boolean {
  return isDeepStrictEqual(whatCounts(one), whatCounts(other));
}

/** All but the name and how the command was started. */
function whatCounts({ sweepId: _, notes: __, options, ...rest }: SweepFile): unknown {
  const { detach, dryRun, takeOver, ...counting } = options;
  return JSON.parse(JSON.stringify({ ...rest, options: counting }));
}
