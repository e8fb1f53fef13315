import { nearestName } from '../../dispatch/config/nearest-name.ts';
import { EVERYWHERE, isCommand } from './bindings.ts';
import { COMMANDS, type CommandName } from './command-table.ts';
import type { Command } from './screen.ts';

export type ReadCommand =
  | { readonly ok: true; readonly command: Command }
  | { readonly ok: false; readonly why: string };

/** Reads what was typed behind the colon: `retry mem-gb=32`. */
export function readCommand(text: string, here: readonly CommandName[]): ReadCommand {
  const [name = '', ...rest] = text.trim().split(/\s+/);
  const commands = commandsHere(here);
  if (!isCommand(name)) {
    const near = nearestName(name, commands);
    const hint = near === null ? '? lists them.' : `Did you mean ${near}?`;
    return { ok: false, why: `No command ${name}. ${hint}` };
  }
  if (!commands.includes(name)) return { ok: false, why: `${name} does nothing on this screen.` };
  const options: Record<string, string> = {};
  const words: string[] = [];
  for (const word of rest) {
    const [, key, value] = /^([a-z][\w-]*)=(.*)$/.exec(word) ?? [];
    if (key === undefined || value === undefined) words.push(word);
    else options[key] = value;
  }
  return { ok: true, command: { name, options, words } };
}

/** What tab makes of it: the longest beginning that all fitting names share. */
export function completed(text: string, here: readonly CommandName[]): string {
  const fitting = commandsHere(here).filter((name) => name.startsWith(text));
  const [first] = fitting;
  if (first === undefined) return text;
  if (fitting.length === 1) return 'usage' in COMMANDS[first] ? `${first} ` : first;
  let shared: string = first;
  while (!fitting.every((name) => name.startsWith(shared))) shared = shared.slice(0, -1);
  return shared;
}

/** Commands that may be given on a screen, by name. */
function commandsHere(here: readonly CommandName[]): readonly CommandName[] {
  return [...new Set([...here, ...EVERYWHERE])].sort();
}
