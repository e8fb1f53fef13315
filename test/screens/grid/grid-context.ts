import { COMMANDS } from '../../../src/screens/console/command-table.ts';
import type { Context, Step } from '../../../src/screens/console/screen.ts';
import { gridLines, gridScreen, openGrid } from '../../../src/screens/grid/grid-screen.ts';
import type { GridState } from '../../../src/screens/grid/grid-state.ts';
import { WAITING } from '../../../src/screens/known/loaded.ts';
import type { SweepWatched } from '../../../src/screens/known/sweep-watched.ts';
import { textOf } from '../../../src/ui/line.ts';
import { themeOf } from '../../../src/ui/theme.ts';
import { NOW } from '../sweep/watched-sweep.ts';

/** What a grid of 80x24 sees, without colour. */
export function gridContext(watched: SweepWatched | null, more: Partial<Context> = {}): Context {
  return {
    known: {
      now: NOW,
      folder: '~/study',
      notices: [],
      sweeps: WAITING,
      sweep: watched === null ? WAITING : { kind: 'here', value: watched },
      jobFiles: null,
      stored: WAITING,
      wizard: { remembered: {} } as Context['known']['wizard'],
    },
    theme: themeOf({ colour: false, ascii: false }),
    columns: 80,
    rows: 22,
    readOnly: false,
    asked: new Map(),
    seenUpTo: Number.POSITIVE_INFINITY,
    keyOf: (command) => COMMANDS[command].keys[0] ?? command,
    ...more,
  };
}

export function opened(watched: SweepWatched, more: Partial<GridState> = {}): GridState {
  return { ...openGrid({ screen: 'grid', sweepId: watched.sweepId }), ...more };
}

/** What a command given by name comes to; `filter` and `sort` take the words behind it. */
export function given(
  state: GridState,
  text: string,
  context: Context,
  options: Record<string, string> = {},
): Step<GridState> {
  const [name = '', ...words] = text.split(' ');
  return gridScreen.act(
    state,
    {
      name: name as Parameters<typeof gridScreen.off>[1],
      options,
      words: name === 'filter' ? [text.slice('filter '.length)] : words,
    },
    context,
  );
}

/** The state after several commands. */
export function stateAfter(
  state: GridState,
  commands: readonly string[],
  context: Context,
): GridState {
  return commands.reduce((now, text) => given(now, text, context).state ?? now, state);
}

export function screenText(state: GridState, context: Context): string[] {
  return gridLines(state, context).map((spans) => textOf(spans).trimEnd());
}
