import type { Command } from 'commander';
import { sweepLayout } from '../dispatch/artifacts/layout.ts';
import { readJournal, replay } from '../dispatch/journal/replay.ts';
import { ensureSupervisor } from '../dispatch/supervisor/start-supervisor.ts';
import { chooseSweep, sweepsDirOf } from './newest-sweep.ts';
import type { Rim } from './rim.ts';
import { startOptions } from './start-options.ts';
import { countsText } from './sweep-report.ts';
import { unlockKeysOf } from './unlock-keys.ts';
import { watchToTheEnd } from './watch-to-the-end.ts';

/** Adds `llc attach`: watch a sweep, and go on with it where nobody does. */
export function addAttach(program: Command, rim: Rim): void {
  program
    .command('attach')
    .description(
      'Watch a sweep (default: the newest), and go on with it where its supervisor died.',
    )
    .argument('[sweep]', 'its name, a folder of sweeps/')
    .option('--take-over', 'take it from a machine that is gone', false)
    .option('--json', 'print the end as JSON and nothing before it', false)
    .addHelpText('after', '\nExample:\n  llc attach 1123-1431-quick')
    .action(async (name: string | undefined, options: { takeOver: boolean; json: boolean }) => {
      const sweepsDir = sweepsDirOf(rim.cwd);
      const sweepId = await chooseSweep(sweepsDir, name);
      const { dir, journal } = sweepLayout(sweepsDir, sweepId);
      const { events } = await readJournal(journal);
      const sweep = replay(events);
      const standing = sweep.sweepId === '' ? 'not begun' : countsText(sweep);
      if (!options.json) rim.print(`sweep ${sweepId}, ${standing}`);
      const since = rim.now().getTime();
      if (sweep.ended === null) {
        await unlockKeysOf(dir, rim);
        const { holder, isHere } = await ensureSupervisor(dir, startOptions(rim, options.takeOver));
        if (!isHere)
          rim.note(
            `${holder.host} (pid ${holder.pid}) runs this sweep. Watch here, act from anywhere.`,
          );
      }
      await watchToTheEnd(dir, rim, { ...options, asGrid: true, known: events.length, since });
    });
}
