import { type ConsoleState, type Place, placeOf, type Screens } from './console-state.ts';
import type { Opening } from './screen.ts';

/** Goes to a screen: on top of the present one, which esc comes back to, or instead of it. */
export function show(
  screens: Screens,
  state: ConsoleState,
  opening: Opening,
  how: 'on top' | 'instead',
): ConsoleState {
  const kept = how === 'instead' ? state.places.slice(0, -1) : state.places;
  const place = screens[opening.screen].open(opening, state.known);
  return { ...state, places: [...kept, place], sheet: null };
}

/** Leaves the present screen; the first is never left. */
export function leave(state: ConsoleState): ConsoleState {
  if (state.places.length > 1) return { ...state, places: state.places.slice(0, -1) };
  const [key = 'q'] = state.bindings.keysOf('quit');
  return { ...state, saying: `${key} leaves the console; jobs go on.` };
}

/** The present screen in another state. */
export function withPlace(state: ConsoleState, place: Place): ConsoleState {
  return placeOf(state) === place
    ? state
    : { ...state, places: [...state.places.slice(0, -1), place] };
}
