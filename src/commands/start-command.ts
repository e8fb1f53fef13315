import type { Command } from 'commander';
import { addRunFlags } from '../dispatch/config/flags.ts';
import type { Rim } from './rim.ts';
import { startSweep } from './start-sweep.ts';
import { watchToTheEnd } from './watch-to-the-end.ts';

/** A command that starts jobs: all flags of `run` and `sweep`, and the end told as text or JSON. */
export function addStartCommand(
  program: Command,
  rim: Rim,
  words: { readonly name: 'run' | 'sweep'; readonly about: string; readonly example: string },
): void {
  const command = program
    .command(words.name)
    .description(words.about)
    .option('--json', 'print the end as JSON and nothing before it', false)
    .addHelpText('after', `\nExample:\n${words.example}`);
  addRunFlags(command).action(async () => {
    const json = command.opts()['json'] === true;
    const started = await startSweep(words.name, command, rim);
    if (started === null) return;
    const { sweepId, dir, detach, takeOver, known, since } = started;
    if (!detach)
      return watchToTheEnd(dir, rim, {
        json,
        asGrid: words.name === 'sweep',
        takeOver,
        known,
        since,
      });
    if (json) rim.print(JSON.stringify({ sweep: sweepId, outcome: 'detached' }));
    else {
      rim.print(sweepId);
      rim.note(`It runs in the background. Watch it: llc attach ${sweepId}`);
    }
  });
}
