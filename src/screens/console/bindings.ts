import { COMMANDS, type CommandName, type CommandSpec, type ScreenName } from './command-table.ts';

/** Which keys give which command. */
export interface Bindings {
  /** The keys of a command, the one to show first; none where it has only its name. */
  keysOf(command: CommandName): readonly string[];
  /** The command of a key among those that a screen has; null where the key means nothing there. */
  commandOf(key: string, commands: readonly CommandName[]): CommandName | null;
}

export type MadeBindings =
  | { readonly ok: true; readonly bindings: Bindings }
  | { readonly ok: false; readonly why: string };

/** Commands that every screen has. */
export const EVERYWHERE: readonly CommandName[] = [
  'help',
  'palette',
  'copy',
  'next-step',
  'back',
  'undo',
  'quit',
  'suspend',
  'redraw',
  'ascii',
  'dismiss-notice',
];

/** Keys that terminals, tmux or flow control keep for themselves. */
const TAKEN = new Set(['ctrl-s', 'ctrl-q', 'ctrl-a', 'ctrl-b']);

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

/**
 * The bindings of the table with what a person has changed (`llc config set keys.retry t`).
 *
 * @param custom - a key by the name of its command
 * @param commandsOf - what each screen has, for which a key must be one command's alone
 */
export function bindingsOf(
  custom: Readonly<Record<string, string>>,
  commandsOf: Readonly<Record<ScreenName, readonly CommandName[]>>,
): MadeBindings {
  const fault = Object.entries(custom)
    .map(([name, key]) => faultOf(name, key))
    .find((why) => why !== null);
  if (fault !== undefined) return { ok: false, why: fault };
  const keysOf = (command: CommandName): readonly string[] => {
    const own = custom[command];
    return own === undefined ? COMMANDS[command].keys : [own];
  };
  for (const [screen, commands] of Object.entries(commandsOf)) {
    const taken = new Map<string, CommandName>();
    for (const command of new Set([...EVERYWHERE, ...commands]))
      for (const key of keysOf(command)) {
        const other = taken.get(key);
        if (other !== undefined && (command in custom || other in custom))
          return {
            ok: false,
            why: `keys: ${key} would be both ${other} and ${command} on ${screen}. Give one of them another key.`,
          };
        if (other === undefined) taken.set(key, command);
      }
  }
  return {
    ok: true,
    bindings: {
      keysOf,
      commandOf: (key, commands) =>
        [...commands, ...EVERYWHERE].find((command) => keysOf(command).includes(key)) ?? null,
    },
  };
}

function faultOf(name: string, key: string): string | null {
  if (!isCommand(name)) return `keys.${name}: there is no such command.`;
  const spec: CommandSpec = COMMANDS[name];
  if (spec.fixed) return `keys.${name}: this one stays on ${spec.keys.join(', ')}.`;
  const isOne =
    [...key].length === 1 || /^(ctrl-[a-z]|tab|space|pageup|pagedown|home|end)$/.test(key);
  if (!isOne) return `keys.${name}=${key}: give one character, or ctrl-LETTER.`;
  if (TAKEN.has(key)) return `keys.${name}=${key}: terminals keep ${key} for themselves.`;
  return null;
}
