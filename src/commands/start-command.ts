import type { Command } from 'commander';
import { addRunFlags } from '../dispatch/config/flags.ts';
import type { Rim } from './rim.ts';
import { startSweep } from './start-sweep.ts';
import { endLines, summaryJson } from './sweep-report.ts';

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
    const summary = await startSweep(words.name, command, rim);
    if (summary === null) return;
    if (command.opts()['json']) rim.print(JSON.stringify(summaryJson(summary), null, 2));
    else for (const line of endLines(summary)) rim.print(line);
  });
}
