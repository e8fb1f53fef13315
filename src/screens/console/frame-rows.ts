import { type Line, line } from '../../ui/line.ts';
import { renderLine } from '../../ui/render-line.ts';
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

/**
 * The whole screen as rows of text: the present place above, the message and the keys or a sheet below. Null where the
 * place is drawn with components.
 */
export function frameRows(screens: Screens, state: ConsoleState): readonly string[] | null {
  const { rows, theme } = state;
  const lines = isTooSmall(state) ? tooSmallLines(state) : placeLines(screens, state, rows);
  return lines?.map((one) => renderLine(one, theme)) ?? null;
}

function placeLines(screens: Screens, state: ConsoleState, rows: number): readonly Line[] | null {
  const { screen } = screens[placeOf(state).screen];
  if (screen.lines === null) return null;
  const context = contextOf(state, footRows(screens, state));
  const lines = screen.lines(settledPlace(screens, state, context), context);
  const foot = footLines(screens, state);
  const above = Array.from({ length: Math.max(0, rows - foot.length) }, (_, row) => lines[row]);
  return [...above.map((one) => one ?? []), ...foot];
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
