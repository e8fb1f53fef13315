import { Box } from 'ink';
import { type ReactElement, useSyncExternalStore } from 'react';
import { Lines, Rows } from '../../ui/lines.tsx';
import {
  type ConsoleState,
  contextOf,
  placeOf,
  type Screens,
  settledPlace,
} from './console-state.ts';
import { footLines, footRows } from './foot-lines.ts';
import { VIEWS } from './views.ts';

/** The state of the console and what is shown of it. */
export interface Shown {
  readonly state: ConsoleState;
  /** See `frameRows`. */
  readonly rows: readonly string[] | null;
}

/** What is shown as React sees it: it is published outside and only read here. */
export interface ConsoleStore {
  subscribe(onChange: () => void): () => void;
  get(): Shown;
}

/** The whole screen: rows as they are, or the present place's components above the message and the keys or a sheet. */
export function ConsoleView({
  screens,
  store,
}: {
  readonly screens: Screens;
  readonly store: ConsoleStore;
}): ReactElement {
  const { state, rows } = useSyncExternalStore(store.subscribe, store.get);
  const place = placeOf(state);
  const View = VIEWS[place.screen];
  if (rows !== null || View === undefined) return <Rows rows={rows ?? []} />;
  const context = contextOf(state, footRows(screens, state));
  return (
    <Box flexDirection="column" width={state.columns}>
      <Box flexDirection="column" flexShrink={0} overflow="hidden">
        <View state={settledPlace(screens, state, context)} context={context} />
      </Box>
      <Lines theme={state.theme} lines={footLines(screens, state)} />
    </Box>
  );
}
