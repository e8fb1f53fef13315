import { fieldOf } from '../../ui/line-editor.ts';
import { themeOf } from '../../ui/theme.ts';
import { loadedValue } from '../known/loaded.ts';
import { applyStep, type Updated } from './apply-step.ts';
import { COMMANDS, type CommandName, type CommandSpec } from './command-table.ts';
import {
  type ConsoleState,
  contextOf,
  type Place,
  placeOf,
  type Screens,
  settledPlace,
} from './console-state.ts';
import { heldJobs } from './held-jobs.ts';
import type { Command } from './screen.ts';
import { withPlace } from './show-place.ts';
import { shownNotice } from './shown-notice.ts';

/** Why a command cannot be given here now; null where it can. */
export function whyOff(screens: Screens, state: ConsoleState, name: CommandName): string | null {
  const spec: CommandSpec = COMMANDS[name];
  const takesBack =
    name === 'undo' && heldOf(state) === null && turnedBack(screens, state) !== null;
  // What this screen alone has turned is no act.
  if (takesBack) return null;
  if (state.readOnly && spec.acts)
    return `Read-only: ${name} is off. Start without --read-only to act.`;
  if (name === 'undo') return heldOf(state) === null ? 'Nothing to undo.' : null;
  if (name === 'dismiss-notice')
    return shownNotice(state) === null ? 'There is no notice to put away.' : null;
  if (OWN.has(name)) return null;
  const context = contextOf(state);
  const place = settledPlace(screens, state, context);
  return screens[place.screen].screen.off(place, name, context);
}

/** Commands that no screen is asked for. */
const OWN: ReadonlySet<CommandName> = new Set([
  'help',
  'palette',
  'back',
  'quit',
  'suspend',
  'redraw',
  'ascii',
]);

/** Does what a command says, or tells why not. */
export function give(
  screens: Screens,
  state: ConsoleState,
  command: Command,
  packet: number,
): Updated {
  const off = whyOff(screens, state, command.name);
  if (off !== null) return { state: { ...state, saying: off }, effects: [] };
  switch (command.name) {
    case 'quit':
    case 'suspend':
    case 'redraw':
      return { state, effects: [{ kind: command.name }] };
    case 'help': {
      const filter = fieldOf('');
      return {
        state: { ...state, sheet: { kind: 'help', filter, isTyping: false, top: 0 } },
        effects: [],
      };
    }
    case 'palette':
      return { state: { ...state, sheet: { kind: 'palette', field: fieldOf('') } }, effects: [] };
    case 'ascii': {
      const { colour, ascii } = state.theme;
      return { state: { ...state, theme: themeOf({ colour, ascii: !ascii }) }, effects: [] };
    }
    case 'undo':
      return undo(screens, state);
    case 'dismiss-notice':
      return { state: dismissed(state), effects: [] };
    case 'filter':
      if (command.words[0] === undefined || command.words[0] === '/' || isKeyOf(state, command))
        return openFilter(screens, state);
      break;
    case 'back':
      // A notice stands above the screen, so it goes first.
      if (shownNotice(state) !== null) return { state: dismissed(state), effects: [] };
      break;
  }
  const context = contextOf(state);
  const place = settledPlace(screens, state, context);
  const step = screens[place.screen].screen.act(place, command, context);
  return applyStep(screens, state, place, step, packet);
}

/** By its key the filter opens its prompt; by name it has its text with it. */
function isKeyOf(state: ConsoleState, { name, words }: Command): boolean {
  return words.length === 1 && state.bindings.keysOf(name).includes(words[0] ?? '');
}

function openFilter(screens: Screens, state: ConsoleState): Updated {
  const place = placeOf(state);
  const before = screens[place.screen].screen.filterOf?.(place) ?? '';
  return {
    state: { ...state, sheet: { kind: 'filter', field: fieldOf(before), before } },
    effects: [],
  };
}

function heldOf({ known }: ConsoleState) {
  const watched = loadedValue(known.sweep);
  return watched === null ? null : heldJobs(watched.sweep);
}

/** The screen as it was before its last change; null where nothing can be taken back. */
function turnedBack(screens: Screens, state: ConsoleState): Place | null {
  const place = placeOf(state);
  return screens[place.screen].screen.undo?.(place) ?? null;
}

/** What the supervisor still holds comes first: it waits for nobody. */
function undo(screens: Screens, state: ConsoleState): Updated {
  const watched = loadedValue(state.known.sweep);
  if (watched === null || heldOf(state) === null) {
    const place = turnedBack(screens, state);
    return { state: place === null ? state : withPlace(state, place), effects: [] };
  }
  const { sweepId } = watched;
  return {
    state,
    effects: [{ kind: 'order', sweepId, action: 'undo', jobs: null, isHeld: false }],
  };
}

function dismissed(state: ConsoleState): ConsoleState {
  const notice = shownNotice(state);
  return notice === null
    ? state
    : { ...state, dismissed: new Set([...state.dismissed, notice.id]) };
}
