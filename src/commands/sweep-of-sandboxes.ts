import { existsSync } from 'node:fs';
import type { SweepWord } from '../backends/modal/account.ts';
import { sweepLayout } from '../dispatch/artifacts/layout.ts';
import { readJournal, replay } from '../dispatch/journal/replay.ts';
import { readHolder, standingOfHolder } from '../dispatch/supervisor/lock-holder.ts';

/** What is known in this folder of a sweep that has sandboxes: whether somebody looks after them, and how to end them. */
export async function sweepOfSandboxes(sweepsDir: string, sweepId: string): Promise<SweepWord> {
  const stop = `llc modal stop --sweep=${sweepId}`;
  // Whoever may tag a sandbox names the sweep.
  const isName = /^[\w-][\w.-]*$/.test(sweepId);
  const { journal, lock } = sweepLayout(sweepsDir, isName ? sweepId : 'none');
  if (!isName || !existsSync(journal))
    return {
      state: 'well',
      text: 'no sweep of this folder',
      remedy: `If nobody looks after it any more, ${stop} ends them.`,
    };
  const holder = await readHolder(lock);
  if (holder === 'unreadable')
    return { state: 'well', text: 'who runs it cannot be told', remedy: '' };
  const standing = holder === null ? 'dead' : await standingOfHolder(lock, holder);
  if (holder !== null && (standing === 'living' || standing === 'elsewhere'))
    return {
      state: 'well',
      text: `its supervisor runs (pid ${holder.pid} on ${holder.host})`,
      remedy: '',
    };
  const { ended } = replay((await readJournal(journal)).events);
  return ended === null
    ? {
        state: 'wrong',
        text: 'nobody looks after them',
        remedy: `llc attach ${sweepId} goes on with them, ${stop} ends them.`,
      }
    : { state: 'wrong', text: `orphans, the sweep has ended`, remedy: `${stop} ends them.` };
}
