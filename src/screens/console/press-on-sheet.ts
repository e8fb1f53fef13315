import type { Key } from '../../ui/key.ts';
import { edit, fieldOf, type LineField } from '../../ui/line-editor.ts';
import { applyStep, send, type Updated } from './apply-step.ts';
import { completed, readCommand } from './command-line.ts';
import {
  type ConsoleState,
  contextOf,
  placeOf,
  type Screens,
  settledPlace,
} from './console-state.ts';
import { give } from './give-command.ts';
import { helpRows } from './help-lines.ts';
import type { Sheet } from './sheet.ts';

type SheetOf<K extends Sheet['kind']> = Extract<Sheet, { kind: K }>;

/** A key while a sheet is open: it is the sheet's. */
export function pressOnSheet(
  screens: Screens,
  state: ConsoleState,
  sheet: Sheet,
  key: Key,
  packet: number,
): Updated {
  switch (sheet.kind) {
    case 'question':
      // What came in one packet with the key that asked was typed before the question was seen.
      if (packet === state.openedIn) return { state, effects: [] };
      return onQuestion(state, sheet, key);
    case 'palette':
      return onPalette(screens, state, sheet, key, packet);
    case 'filter':
      return onFilter(screens, state, sheet, key, packet);
    case 'help':
      return { state: onHelp(screens, state, sheet, key), effects: [] };
  }
}

function onQuestion(state: ConsoleState, sheet: SheetOf<'question'>, key: Key): Updated {
  const { question, typed } = sheet;
  const closed = { ...state, sheet: null };
  const name = key.kind === 'key' ? key.name : '';
  if (name === 'esc') return { state: closed, effects: [] };
  if (question.answer.kind === 'letter') {
    if (name === 'y') return send(closed, question.effects);
    return { state: name === 'n' ? closed : state, effects: [] };
  }
  if (name === 'enter')
    return typed.text === String(question.answer.number)
      ? send(closed, question.effects)
      : { state: { ...closed, saying: 'Another number: everything is kept.' }, effects: [] };
  const next = edit(typed, key);
  if (next === null || !/^\d*$/.test(next.text)) return { state, effects: [] };
  return { state: { ...state, sheet: { ...sheet, typed: next } }, effects: [] };
}

function onPalette(
  screens: Screens,
  state: ConsoleState,
  sheet: SheetOf<'palette'>,
  key: Key,
  packet: number,
): Updated {
  const closed = { ...state, sheet: null };
  const here = screens[placeOf(state).screen].screen.commands;
  const { text } = sheet.field;
  const name = key.kind === 'key' ? key.name : '';
  if (name === 'esc' || (name === 'backspace' && text === ''))
    return { state: closed, effects: [] };
  if (name === 'tab') return withField(state, sheet, fieldOf(completed(text, here)));
  if (name !== 'enter') return withField(state, sheet, edit(sheet.field, key));
  if (text.trim() === '') return { state: closed, effects: [] };
  const read = readCommand(text, here);
  if (!read.ok) return { state: { ...closed, saying: read.why }, effects: [] };
  return give(screens, closed, read.command, packet);
}

function onFilter(
  screens: Screens,
  state: ConsoleState,
  sheet: SheetOf<'filter'>,
  key: Key,
  packet: number,
): Updated {
  const closed = { ...state, sheet: null };
  const name = key.kind === 'key' ? key.name : '';
  if (name === 'enter') return { state: closed, effects: [] };
  if (name === 'esc' || (name === 'backspace' && sheet.field.text === ''))
    return filtered(screens, closed, sheet.before, packet);
  const next = edit(sheet.field, key);
  if (next === null) return { state, effects: [] };
  return filtered(screens, { ...state, sheet: { ...sheet, field: next } }, next.text, packet);
}

/** The screen shows at each key what the filter leaves. */
function filtered(screens: Screens, state: ConsoleState, text: string, packet: number): Updated {
  const context = contextOf(state);
  const place = settledPlace(screens, state, context);
  const command = { name: 'filter', options: {}, words: [text] } as const;
  const step = screens[place.screen].screen.act(place, command, context);
  return applyStep(screens, state, place, step, packet);
}

function onHelp(
  screens: Screens,
  state: ConsoleState,
  sheet: SheetOf<'help'>,
  key: Key,
): ConsoleState {
  const name = key.kind === 'key' ? key.name : '';
  const move = (by: number): ConsoleState => {
    const last = Math.max(0, helpRows(screens, state, sheet.filter.text).length - 1);
    return { ...state, sheet: { ...sheet, top: Math.min(last, Math.max(0, sheet.top + by)) } };
  };
  if (sheet.isTyping) {
    if (name === 'enter') return { ...state, sheet: { ...sheet, isTyping: false } };
    if (name === 'esc')
      return { ...state, sheet: { ...sheet, filter: fieldOf(''), isTyping: false, top: 0 } };
    const filter = edit(sheet.filter, key);
    return filter === null ? state : { ...state, sheet: { ...sheet, filter, top: 0 } };
  }
  if (name === '/') return { ...state, sheet: { ...sheet, isTyping: true } };
  if (name === 'up' || name === 'k') return move(-1);
  if (name === 'down' || name === 'j') return move(1);
  if (name === 'pageup') return move(-10);
  if (name === 'pagedown' || name === 'space') return move(10);
  if (name === 'esc' || name === 'q' || name === '?') {
    if (name === 'esc' && sheet.filter.text !== '')
      return { ...state, sheet: { ...sheet, filter: fieldOf(''), top: 0 } };
    return { ...state, sheet: null };
  }
  return state;
}

function withField(
  state: ConsoleState,
  sheet: SheetOf<'palette'>,
  field: LineField | null,
): Updated {
  return { state: field === null ? state : { ...state, sheet: { ...sheet, field } }, effects: [] };
}
