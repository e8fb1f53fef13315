import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { Command } from 'commander';
import { LlcError } from '../dispatch/errors.ts';
import { RESET_TERMINAL } from '../ui/terminal/terminal-session.ts';

/** Leaving the other screen puts the cursor where it was saved: on the normal one that is where it stands. */
const SAVE_CURSOR = '\u001b7';

/** Adds `llc reset`: what a killed console leaves of a terminal, put right. */
export function addReset(program: Command): void {
  program
    .command('reset')
    .description('Give the terminal back after a console was killed: screen, cursor, keys.')
    .addHelpText(
      'after',
      '\nExample:\n  llc reset\nThe shell may not show what is typed: type it all the same, then press enter.',
    )
    .action(() => {
      const output = [1, 2].find((fd) => isatty(fd));
      if (output === undefined)
        throw new LlcError(
          64,
          'llc reset needs a terminal.',
          'Start it in the terminal that is to be put right, without > and |.',
        );
      writeSync(output, SAVE_CURSOR + RESET_TERMINAL);
      // Lines, echo and ctrl-c are the system's. Node gives them back at its end as it found them, so that
      // stty takes its place instead of coming before.
      if (isatty(0)) process.execve?.('/bin/sh', ['sh', '-c', 'exec stty sane']);
    });
}
