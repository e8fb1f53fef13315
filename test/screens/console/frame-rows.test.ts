import { expect, test } from 'vitest';
import type { Screens } from '../../../src/screens/console/console-state.ts';
import { frameRows } from '../../../src/screens/console/frame-rows.ts';
import { line } from '../../../src/ui/line.ts';
import { SCREENS, smallConsole } from './small-console.ts';

/** The screens of the small console, each drawn as so many lines. */
function drawnAs(count: number): Screens {
  const lines = () => Array.from({ length: count }, (_, row) => line(`line ${row}`));
  return Object.fromEntries(
    Object.entries(SCREENS).map(([name, kit]) => [
      name,
      { ...kit, screen: { ...kit.screen, lines } },
    ]),
  ) as unknown as Screens;
}

test('the frame is as high as the window: the place, then the message and the keys in the lowest rows', () => {
  const { state } = smallConsole();
  for (const count of [0, 3, 500]) {
    const rows = frameRows(drawnAs(count), state) ?? [];
    expect(rows).toHaveLength(state.rows);
    expect(rows.slice(0, -2).filter((row) => row.startsWith('line'))).toHaveLength(
      Math.min(count, state.rows - 2),
    );
    expect(rows.at(-2)).toContain('row 0');
  }
});

test('a window that is too small says so, how large it must be and that jobs go on', () => {
  const { state } = smallConsole();
  const rows = frameRows(drawnAs(3), { ...state, columns: 40, rows: 10 }) ?? [];
  expect(rows.join(' ')).toBe('The window is 40x10; the console needs 60x15. Jobs go on. q quit');
});

test('a place of components has no rows', () => {
  const { state } = smallConsole();
  const [place] = state.places;
  const kit = { ...SCREENS.home, screen: { ...SCREENS.home.screen, lines: null } };
  const screens = { ...SCREENS, [place?.screen ?? 'home']: kit };
  expect(frameRows(screens, state)).toBeNull();
});
