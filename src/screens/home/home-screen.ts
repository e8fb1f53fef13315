import type { CommandName } from '../console/command-table.ts';
import type { Command, Context, Screen, Step } from '../console/screen.ts';
import { loadedValue } from '../known/loaded.ts';
import { AT_THE_TOP, MOVES, moved } from '../sweep/list-cursor.ts';
import { homeLines, homeMessage, homeRows, homeWindow, shownSweeps } from './home-lines.ts';
import type { HomeState } from './home-state.ts';

export type { HomeState } from './home-state.ts';

/** The screen of all sweeps of the directory. */
export function openHome(): HomeState {
  return { screen: 'home', place: AT_THE_TOP, filter: '' };
}

export const homeScreen: Screen<HomeState> = {
  name: 'home',
  commands: ['enter', 'new', 'filter', 'artifacts', 'clean', 'copy', 'back', ...MOVES],
  act,
  off,
  filterOf: ({ filter }) => filter,
  lines: homeLines,
  message: homeMessage,
  title: (_, { known }) => {
    const running = (loadedValue(known.sweeps) ?? []).filter(
      ({ standing }) => standing === 'running',
    );
    return running.length === 0 ? 'home' : `${running.length} running`;
  },
};

function act(state: HomeState, command: Command, context: Context): Step<HomeState> {
  const sweeps = shownSweeps(state, context);
  const ids = sweeps.map(({ sweepId }) => sweepId);
  const place = moved(ids, state.place, command.name, homeRows(context));
  if (place !== null) return { state: { ...state, place } };
  const sweep = sweeps[homeWindow(state, context).index];
  switch (command.name) {
    case 'filter':
      return { state: { ...state, filter: command.words[0] ?? '' } };
    case 'back':
      return state.filter === '' ? { back: true } : { state: { ...state, filter: '' } };
    case 'new':
      return { open: { screen: 'wizard' } };
    case 'artifacts':
      return { open: { screen: 'artifacts', sweepId: null } };
    case 'clean':
      return {
        open: { screen: 'artifacts', sweepId: null },
        say: `${context.keyOf('clean')} again removes the marked runs, or the old ones.`,
      };
    case 'enter':
      if (sweep === undefined)
        return { say: `No sweeps here yet. ${context.keyOf('new')} starts one.` };
      if (sweep.standing === 'unreadable') return { say: sweep.note };
      return { open: { screen: 'grid', sweepId: sweep.sweepId } };
    case 'copy':
      return sweep === undefined ? {} : { effects: [{ kind: 'copy', text: sweep.sweepId }] };
    default:
      return {};
  }
}

function off(state: HomeState, name: CommandName, context: Context): string | null {
  if (name !== 'enter' && name !== 'copy') return null;
  const sweep = shownSweeps(state, context)[homeWindow(state, context).index];
  if (sweep === undefined) return 'No sweep is chosen.';
  return name === 'enter' && sweep.standing === 'unreadable' ? 'It cannot be read.' : null;
}
