import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { FIELDS } from '../dispatch/config/fields.ts';
import { PRESETS } from '../dispatch/config/presets.ts';
import { flagName, RUN_OPTION_NAMES, RUN_OPTIONS } from '../dispatch/config/run-options.ts';
import type { Rim } from './rim.ts';

/** Arguments that are folders here, by the beginning of their names. */
const FOLDERS = { sweep: 'sweeps', run: 'runs' } as const;

/** The newest come first; more than these are no help. */
const MOST_NAMES = 40;

/**
 * Adds `llc completion SHELL`, which prints a script, and the hidden `llc complete -- WORDS`, which that script
 * asks. It knows the commands that the program has by now: it is the last to be added.
 */
export function addCompletion(program: Command, { cwd }: Rim): void {
  const root = tab(program, { completionCommandName: 'completion' });
  const choices = choicesByFlag();
  for (const command of root.commands.values()) {
    for (const [flag, option] of command.options) {
      const values = choices.get(`--${flag}`);
      if (values !== undefined) option.handler = offer(() => values);
    }
    for (const argument of command.arguments.values()) {
      const folder = Object.entries(FOLDERS).find(([start]) => argument.name.startsWith(start));
      if (folder !== undefined) argument.handler = offer(() => namesIn(join(cwd, folder[1])));
    }
  }
  program.commands
    .find((command) => command.name() === 'completion')
    ?.description('Print a script that lets the shell complete commands, flags, sweeps and runs.')
    .addHelpText(
      'after',
      `
Examples (llc must be a command of the shell: put this clone's bin folder on the PATH):
  source <(llc completion bash)                                   in ~/.bashrc, after bash-completion
  source <(llc completion zsh)                                    in ~/.zshrc, after compinit
  llc completion fish > ~/.config/fish/completions/llc.fish`,
    );
}

function choicesByFlag(): Map<string, readonly string[]> {
  const fields = FIELDS.filter(({ kind }) => kind === 'choice').map(
    ({ flag, choices }) => [flag, choices] as const,
  );
  const options = RUN_OPTION_NAMES.map(
    (name) => [flagName(name), RUN_OPTIONS[name].choices ?? []] as const,
  );
  return new Map([
    ...fields,
    ...options.filter(([, choices]) => choices.length > 0),
    ['--preset', PRESETS],
  ]);
}

function offer(values: () => readonly string[]) {
  return (complete: (value: string, description: string) => void) => {
    for (const value of values()) complete(value, '');
  };
}

/** Names begin with the time, so that the last are the newest. */
function namesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => /^[\w-]+$/.test(name));
  return names.sort().reverse().slice(0, MOST_NAMES);
}
