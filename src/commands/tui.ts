import { join } from 'node:path';
import type { Command } from 'commander';
import { LlcError } from '../dispatch/errors.ts';
import { chooseSweep, sweepsDirOf } from './newest-sweep.ts';
import type { Rim } from './rim.ts';
import { unlockKeysOf } from './unlock-keys.ts';

interface TuiOptions {
  readonly attach?: string | true;
  readonly readOnly: boolean;
  readonly ascii: boolean;
}

/** Adds `llc tui`: the console. */
export function addTui(program: Command, rim: Rim): void {
  program
    .command('tui')
    .description(
      'The console: choose a sweep, watch its jobs in a live grid, mend what fails with a key. Leaving it never ends jobs.',
    )
    .option('--attach [SWEEP]', 'open this sweep at once (default: the newest)')
    .option('--read-only', 'only watch: nothing is started, changed or removed', false)
    .option('--ascii', 'draw with ASCII alone, as without a UTF-8 locale', false)
    .addHelpText('after', '\nExample:\n  llc tui --attach 1123-1431-quick')
    .action(async ({ attach, readOnly, ascii }: TuiOptions) => {
      if (!rim.isTerminal || !rim.canAsk)
        throw new LlcError(
          64,
          'llc tui needs a terminal.',
          'Without one: llc sweep, llc attach, llc status --json.',
        );
      const sweepsDir = sweepsDirOf(rim.cwd);
      const sweepId =
        attach === undefined
          ? null
          : await chooseSweep(sweepsDir, attach === true ? undefined : attach);
      if (sweepId !== null && !readOnly) await unlockKeysOf(join(sweepsDir, sweepId), rim);
      const { openConsole } = await import('./console/open-console.ts');
      await openConsole(
        {
          openings: [
            { screen: 'home' },
            ...(sweepId === null ? [] : [{ screen: 'grid', sweepId } as const]),
          ],
          readOnly,
          ascii,
          endsWithSweep: false,
        },
        rim,
      );
    });
}
