import type { Bindings } from '../../screens/console/bindings.ts';
import type { ConsoleState, Screens } from '../../screens/console/console-state.ts';
import type { Opening } from '../../screens/console/screen.ts';
import type { Known } from '../../screens/known/known.ts';
import { WAITING } from '../../screens/known/loaded.ts';
import type { WizardKnown } from '../../screens/wizard/wizard-known.ts';
import type { Theme } from '../../ui/theme.ts';

/** The console before anything is known. */
export function firstState(
  screens: Screens,
  start: {
    /** The screens on top of each other, the last shown. Not empty. */
    readonly openings: readonly Opening[];
    readonly bindings: Bindings;
    readonly theme: Theme;
    readonly readOnly: boolean;
    readonly columns: number;
    readonly rows: number;
    readonly now: number;
    readonly folder: string;
    readonly wizard: WizardKnown;
  },
): ConsoleState {
  const { openings, bindings, theme, readOnly, columns, rows, now, folder, wizard } = start;
  const known: Known = {
    now,
    folder,
    sweeps: WAITING,
    sweep: WAITING,
    jobFiles: null,
    stored: WAITING,
    wizard,
    notices: [],
  };
  return {
    columns,
    rows,
    theme,
    readOnly,
    bindings,
    known,
    places: openings.map((opening) => screens[opening.screen].open(opening, known)),
    sheet: null,
    saying: null,
    asked: new Map(),
    orderNote: '',
    seenUpTo: now,
    openedIn: -1,
    dismissed: new Set(),
  };
}
