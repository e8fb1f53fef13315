import { bindingsOf } from '../../../src/screens/console/bindings.ts';
import type { CommandName, ScreenName } from '../../../src/screens/console/command-table.ts';
import type { ConsoleState, Place, Screens } from '../../../src/screens/console/console-state.ts';
import type { Screen } from '../../../src/screens/console/screen.ts';
import type { ConsoleEffect, Stimulus } from '../../../src/screens/console/stimulus.ts';
import { update } from '../../../src/screens/console/update.ts';
import { WAITING } from '../../../src/screens/known/loaded.ts';
import { line } from '../../../src/ui/line.ts';
import { themeOf } from '../../../src/ui/theme.ts';

/** A list of three rows that can be cancelled, filtered and left. */
interface Row extends Place {
  readonly cursor: number;
  readonly filter: string;
}

const COMMANDS: readonly CommandName[] = [
  'up',
  'down',
  'enter',
  'filter',
  'retry',
  'cancel',
  'clean',
  'new',
];

function listScreen(name: ScreenName): Screen<Place> {
  const screen: Screen<Row> = {
    name,
    commands: COMMANDS,
    act(state, { name: command, words, options }) {
      switch (command) {
        case 'up':
          return { state: { ...state, cursor: Math.max(0, state.cursor - 1) } };
        case 'down':
          return { state: { ...state, cursor: state.cursor + 1 } };
        case 'filter':
          return { state: { ...state, filter: words[0] ?? '' } };
        case 'enter':
          return { open: { screen: 'errors', sweepId: 's' } };
        case 'back':
          return state.filter === '' ? { back: true } : { state: { ...state, filter: '' } };
        case 'retry':
          return {
            effects: [
              {
                kind: 'order',
                sweepId: 's',
                action: 'retry',
                jobs: [{ jobId: 'a', attempt: 1 }],
                isHeld: true,
                note: Object.entries(options).join(' '),
              },
            ],
          };
        case 'cancel':
          return {
            ask: {
              title: 'Cancel',
              lines: [line('Cancel 19 jobs?')],
              answer: { kind: 'letter' },
              yes: 'cancel them',
              no: 'keep them',
              effects: [{ kind: 'order', sweepId: 's', action: 'cancel', jobs: [], isHeld: false }],
            },
          };
        case 'clean':
          return {
            ask: {
              title: 'Clean',
              lines: [line('37 runs')],
              answer: { kind: 'number', number: 37 },
              yes: 'Type 37 to remove them',
              no: 'esc to keep everything',
              effects: [{ kind: 'clean', where: 'there', runIds: [] }],
            },
          };
        case 'next-step':
          return { prompt: 'retry mem-gb=32' };
        default:
          return {};
      }
    },
    off: (_, command) => (command === 'new' ? 'Not while it rains.' : null),
    filterOf: ({ filter }) => filter,
    // The screens' own lines are no matter here.
    lines: () => [],
    message: ({ cursor }) => line(`row ${cursor}`),
    title: () => name,
  };
  return screen as unknown as Screen<Place>;
}

const NAMES: readonly ScreenName[] = ['home', 'wizard', 'grid', 'detail', 'errors', 'artifacts'];
export const SCREENS = Object.fromEntries(
  NAMES.map((name) => [
    name,
    { screen: listScreen(name), open: () => ({ screen: name, cursor: 0, filter: '' }) },
  ]),
) as unknown as Screens;
export const COMMANDS_OF = Object.fromEntries(NAMES.map((name) => [name, COMMANDS])) as Record<
  ScreenName,
  readonly CommandName[]
>;

/** A console of such screens, driven by hand. */
export function smallConsole(
  more: { readonly readOnly?: boolean; readonly keys?: Readonly<Record<string, string>> } = {},
) {
  const made = bindingsOf(more.keys ?? {}, COMMANDS_OF);
  if (!made.ok) throw new Error(made.why);
  let state: ConsoleState = {
    columns: 80,
    rows: 24,
    theme: themeOf({ colour: false, ascii: false }),
    readOnly: more.readOnly ?? false,
    bindings: made.bindings,
    known: {
      now: 0,
      folder: '',
      sweeps: WAITING,
      sweep: WAITING,
      jobFiles: null,
      stored: WAITING,
      wizard: { remembered: {} } as never,
      notices: [],
    },
    places: [{ screen: 'home', cursor: 0, filter: '' } as Row],
    sheet: null,
    saying: null,
    asked: new Map(),
    orderNote: '',
    seenUpTo: 0,
    openedIn: -1,
    dismissed: new Set(),
  };
  let packet = 0;
  const effects: ConsoleEffect[] = [];
  const tell = (stimulus: Stimulus): void => {
    const updated = update(SCREENS, state, stimulus);
    state = updated.state;
    effects.push(...updated.effects);
  };
  return {
    get state() {
      return state;
    },
    get place() {
      return state.places.at(-1) as Row;
    },
    effects,
    tell,
    /** All in one packet, as a slow line sends them. */
    press(...keys: readonly string[]) {
      packet += 1;
      for (const name of keys) tell({ kind: 'key', key: { kind: 'key', name }, at: 1, packet });
    },
    paste(text: string) {
      packet += 1;
      tell({ kind: 'key', key: { kind: 'paste', text }, at: 1, packet });
    },
  };
}
