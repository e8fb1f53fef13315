import type { CommandName } from '../console/command-table.ts';
import type { Context } from '../console/screen.ts';

/** The key that a command is bound to. */
export type KeyOf = Context['keyOf'];

/** A text with the keys of the commands that it names: `{cancel} cancels it`. */
export function withKeys(text: string, keyOf: KeyOf): string {
  return text.replace(/\{([a-z-]+)\}/g, (_, command: CommandName) => keyOf(command));
}
