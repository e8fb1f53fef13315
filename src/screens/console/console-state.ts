import type { OrderAction } from '../../dispatch/orders/order.ts';
import type { Theme } from '../../ui/theme.ts';
import type { Known } from '../known/known.ts';
import type { Bindings } from './bindings.ts';
import type { ScreenName } from './command-table.ts';
import type { Context, Effect, Opening, Screen } from './screen.ts';
import type { Sheet } from './sheet.ts';

/** A state of any screen; the screen of that name reads it. */
export interface Place {
  readonly screen: ScreenName;
}

/** A screen and how it is opened. It is handed only states that it made. */
export interface ScreenKit {
  readonly screen: Screen<Place>;
  open(opening: Opening, known: Known): Place;
  /** What must be known for its state and was not asked yet. Default: what the rim looks at by itself. */
  readonly wants?: (place: Place, known: Known) => readonly Effect[];
}

/** The screens by name. */
export type Screens = Readonly<Record<ScreenName, ScreenKit>>;

/** The whole console between two stimuli. Plain, never changed in place. */
export interface ConsoleState {
  readonly columns: number;
  readonly rows: number;
  readonly theme: Theme;
  readonly readOnly: boolean;
  readonly bindings: Bindings;
  readonly known: Known;
  /** Where the person is, and through where they came; the last is shown. Never empty. */
  readonly places: readonly Place[];
  readonly sheet: Sheet | null;
  /** Said until the next key. */
  readonly saying: string | null;
  /** What this console asked for and the journal has not told yet. */
  readonly asked: ReadonlyMap<string, OrderAction>;
  /** Of the newest held order of this console, added to its toast. */
  readonly orderNote: string;
  /** Milliseconds since 1970 of the newest key: what ended later is news. */
  readonly seenUpTo: number;
  /** The packet of keys that opened the sheet: a question hears none of its keys. */
  readonly openedIn: number;
  /** Notices put away by esc, by id. */
  readonly dismissed: ReadonlySet<string>;
}

export function placeOf(state: ConsoleState): Place {
  return state.places[state.places.length - 1];
}

/** Rows of the message line and the footer. */
export const FOOT_ROWS = 2;

/** Fewer columns or rows than these show nothing but that. */
export const SMALLEST = { columns: 60, rows: 15 } as const;

export function isTooSmall({ columns, rows }: Pick<ConsoleState, 'columns' | 'rows'>): boolean {
  return columns < SMALLEST.columns || rows < SMALLEST.rows;
}

/** What a screen may see of the console. */
export function contextOf(state: ConsoleState, footRows = FOOT_ROWS): Context {
  const { known, theme, columns, rows, readOnly, asked, seenUpTo, bindings } = state;
  return {
    known,
    theme,
    columns,
    rows: Math.max(1, rows - footRows),
    readOnly,
    asked,
    seenUpTo,
    keyOf: (command) => bindings.keysOf(command)[0] ?? `:${command}`,
  };
}

/** Where the person is, after what has become known since. */
export function settledPlace(screens: Screens, state: ConsoleState, context: Context): Place {
  const place = placeOf(state);
  return screens[place.screen].screen.settle?.(place, context) ?? place;
}
