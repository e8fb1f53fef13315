import { type Line, span } from '../../ui/line.ts';
import { widthOf } from '../../ui/text/width.ts';
import { EVERYWHERE } from './bindings.ts';
import { COMMANDS, type CommandName, type CommandSpec } from './command-table.ts';
import { type ConsoleState, placeOf, type Screens } from './console-state.ts';
import { whyOff } from './give-command.ts';
import { keyLabel } from './key-label.ts';
import { ruleLine } from './rule-line.ts';
import type { Sheet } from './sheet.ts';

interface HelpRow {
  readonly keys: string;
  readonly name: CommandName;
  readonly text: string;
  /** Empty where it is on. */
  readonly off: string;
}

/** What can be done on the screen that is shown, those that match; every command has its row. */
export function helpRows(screens: Screens, state: ConsoleState, filter: string): HelpRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return commandsOf(screens, state)
    .map((name) => helpRow(screens, state, name))
    .filter(({ keys, name, text }) => {
      const whole = `${keys} ${name} ${text}`.toLowerCase();
      return words.every((word) => whole.includes(word));
    });
}

function commandsOf(screens: Screens, state: ConsoleState): CommandName[] {
  const { commands } = screens[placeOf(state).screen].screen;
  return [...new Set([...commands, ...EVERYWHERE])];
}

function helpRow(screens: Screens, state: ConsoleState, name: CommandName): HelpRow {
  const spec: CommandSpec = COMMANDS[name];
  const keys = state.bindings.keysOf(name);
  const usage = spec.usage === undefined ? '' : `  :${name} ${spec.usage}`;
  return {
    keys: (keys.length > 3 ? keyLabel(keys) : keys.join(' ')) || `:${name}`,
    name,
    text: `${spec.help}${usage}`,
    off: whyOff(screens, state, name) ?? '',
  };
}

const KEYS = 13;
const NAME = 16;

/** The help sheet: a rule, then a row a command; those that are off are dim, with why. */
export function helpLines(
  screens: Screens,
  state: ConsoleState,
  sheet: Extract<Sheet, { kind: 'help' }>,
  rows: number,
): Line[] {
  const all = commandsOf(screens, state).length;
  const found = helpRows(screens, state, sheet.filter.text);
  const title = [
    `Help: ${placeOf(state).screen}`,
    sheet.isTyping ? `/ ${sheet.filter.text}_` : sheet.filter.text && `/ ${sheet.filter.text}`,
    `${found.length} of ${all}`,
  ].filter(Boolean);
  const shown = found.slice(sheet.top, sheet.top + rows - 2);
  return [
    ruleLine(title, state.theme),
    ...shown.map(({ keys, name, text, off }): Line => {
      const head = [span(padded(keys, KEYS), 'title'), span(padded(name, NAME))];
      return off === '' ? [...head, span(text)] : [...head, span(`off: ${off}`, 'quiet')];
    }),
    [
      span('/', 'title'),
      span(' search  '),
      span('j k', 'title'),
      span(' move  '),
      span('esc', 'title'),
      span(' close'),
    ],
  ];
}

function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(1, columns - widthOf(text)));
}
