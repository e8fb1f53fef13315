import { Box } from 'ink';
import { type ReactElement, useSyncExternalStore } from 'react';
import { type Line, line } from '../../ui/line.ts';
import { Lines } from '../../ui/lines.tsx';
import {
  type ConsoleState,
  contextOf,
  isTooSmall,
  placeOf,
  type Screens,
  SMALLEST,
  settledPlace,
} from './console-state.ts';
import { footLines, footRows } from './foot-lines.ts';

/** The state of the console as React sees it: it is published outside and only read here. */
export interface ConsoleStore {
  subscribe(onChange: () => void): () => void;
  get(): ConsoleState;
}

/** The whole screen: the present place above, the message and the keys or a sheet below. */
export function ConsoleView({
  screens,
  store,
}: {
  readonly screens: Screens;
  readonly store: ConsoleStore;
}): ReactElement {
  const state = useSyncExternalStore(store.subscribe, store.get);
  const { columns, rows, theme } = state;
  if (isTooSmall(state)) return <Lines theme={theme} lines={tooSmallLines(state)} />;
  const foot = footLines(screens, state);
  const place = placeOf(state);
  const { screen } = screens[place.screen];
  const context = contextOf(state, footRows(screens, state));
  const settled = settledPlace(screens, state, context);
  // The wizard stands on the normal screen and is as high as it is.
  const height = screen.name === 'wizard' ? undefined : rows - foot.length;
  return (
    <Box flexDirection="column" width={columns}>
      <Box flexDirection="column" flexShrink={0} overflow="hidden" {...(height && { height })}>
        <screen.View state={settled} context={context} />
      </Box>
      <Lines theme={theme} lines={foot} />
    </Box>
  );
}

/** In one line where it fits, else a sentence a line. */
function tooSmallLines({ columns, rows }: ConsoleState): Line[] {
  const { columns: leastColumns, rows: leastRows } = SMALLEST;
  const sentences = [
    `The window is ${columns}x${rows}; the console needs ${leastColumns}x${leastRows}.`,
    'Jobs go on.',
    'q quit',
  ];
  const whole = sentences.join(' ');
  return (whole.length <= columns ? [whole] : sentences).map((text) => line(text));
}
