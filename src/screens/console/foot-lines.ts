import { type Line, line, type Span, span, textOf } from '../../ui/line.ts';
import { fieldSpans } from '../../ui/line-editor.ts';
import { cutLine, widthOfLine } from '../../ui/text/line-parts.ts';
import { widthOf } from '../../ui/text/width.ts';
import { wrapped } from '../../ui/text/wrapped.ts';
import { loadedValue } from '../known/loaded.ts';
import { withKeys } from '../sweep/keys-in-text.ts';
import { COMMANDS, type CommandName } from './command-table.ts';
import {
  type ConsoleState,
  contextOf,
  FOOT_ROWS,
  isTooSmall,
  type Screens,
  settledPlace,
} from './console-state.ts';
import { whyOff } from './give-command.ts';
import { heldJobs, undoToast } from './held-jobs.ts';
import { helpLines } from './help-lines.ts';
import { keyLabel } from './key-label.ts';
import { ruleLine } from './rule-line.ts';
import type { Question } from './screen.ts';
import { shownNotice } from './shown-notice.ts';

/** The lowest rows: the sheet that is open, or the message line and the keys. */
export function footLines(screens: Screens, state: ConsoleState): readonly Line[] {
  const { sheet, columns, rows } = state;
  const lines =
    sheet?.kind === 'help'
      ? helpLines(screens, state, sheet, Math.floor((rows * 2) / 3))
      : sheet?.kind === 'question'
        ? questionLines(state, sheet.question)
        : [messageLine(screens, state), keysLine(screens, state)];
  return lines.map((one) => cutLine(one, columns, state.theme.glyphs.ellipsis));
}

/** Rows that `footLines` takes. */
export function footRows(screens: Screens, state: ConsoleState): number {
  if (isTooSmall(state)) return 0;
  const { sheet } = state;
  return sheet?.kind === 'help' || sheet?.kind === 'question'
    ? footLines(screens, state).length
    : FOOT_ROWS;
}

function questionLines(state: ConsoleState, question: Question): Line[] {
  const { sheet, columns } = state;
  const typed = sheet?.kind === 'question' ? fieldSpans(sheet.typed, columns, state.theme) : [];
  const choice: Line =
    question.answer.kind === 'letter'
      ? [
          span('y', 'title'),
          span(` ${question.yes}   `),
          span('n', 'title'),
          span(` ${question.no}`),
        ]
      : [span(`${question.yes}, ${question.no}: `), ...typed];
  const lines = question.lines.flatMap((one) =>
    widthOfLine(one) <= columns ? [one] : wrapped(textOf(one), columns).map((text) => line(text)),
  );
  return [ruleLine([question.title], state.theme), ...lines, choice];
}

/** One thing, by rank: prompt, answer to the last key, what can be undone, notice, what the screen says. */
function messageLine(screens: Screens, state: ConsoleState): Line {
  const { sheet, columns, saying, theme } = state;
  if (sheet?.kind === 'palette')
    return [span(':', 'title'), ...fieldSpans(sheet.field, columns - 1, theme)];
  if (sheet?.kind === 'filter')
    return [span('/', 'title'), ...fieldSpans(sheet.field, columns - 1, theme)];
  if (saying !== null) return line(saying);
  const toast = undoToast(state);
  if (toast !== null) {
    const [key = 'u'] = state.bindings.keysOf('undo');
    return [span(`${toast}   `), span(key, 'title'), span(' undo')];
  }
  const notice = shownNotice(state);
  const context = contextOf(state);
  if (notice !== null) {
    const { text, next = '' } = notice;
    return line(`${text} ${withKeys(next, context.keyOf)}`.trimEnd(), 'warn');
  }
  const place = settledPlace(screens, state, context);
  return screens[place.screen].screen.message(place, context);
}

const PROMPT_KEYS: readonly (readonly [string, string])[] = [
  ['enter', 'run'],
  ['tab', 'complete'],
  ['esc', 'back'],
];
const FILTER_KEYS: readonly (readonly [string, string])[] = [
  ['enter', 'keep'],
  ['esc', 'as before'],
];

/** The keys that do something here now, as many as there is room for. */
function keysLine(screens: Screens, state: ConsoleState): Line {
  const { sheet, columns } = state;
  if (sheet?.kind === 'palette') return hintsLine(PROMPT_KEYS);
  if (sheet?.kind === 'filter') return hintsLine(FILTER_KEYS);
  const context = contextOf(state);
  const place = settledPlace(screens, state, context);
  const { screen } = screens[place.screen];
  const hintOf = (name: CommandName): readonly [string, string][] => {
    const hint = screen.hintOf?.(place, name, context) ?? COMMANDS[name].hint;
    const key = keyLabel(state.bindings.keysOf(name));
    if (hint === '' || key === '' || whyOff(screens, state, name) !== null) return [];
    return [[key, hint]];
  };
  const watched = loadedValue(state.known.sweep);
  const isHeld = watched !== null && heldJobs(watched.sweep) !== null;
  const ends: readonly CommandName[] = ['help', state.places.length > 1 ? 'back' : 'quit'];
  const last = ends.flatMap(hintOf);
  const always = new Set<CommandName>(['undo', 'help', 'back', 'quit']);
  const own = screen.commands.filter((name) => !always.has(name)).flatMap(hintOf);
  const first = isHeld ? hintOf('undo') : [];
  let room = columns - widthOfHints([...first, ...last]);
  const fitting = own.filter((hint) => {
    const width = widthOfHints([hint]) + GAP.length;
    if (width > room) {
      // What follows is worth less, however short it is.
      room = 0;
      return false;
    }
    room -= width;
    return true;
  });
  return hintsLine([...first, ...fitting, ...last]);
}

const GAP = '  ';

function hintsLine(hints: readonly (readonly [string, string])[]): Line {
  return hints.flatMap(([key, hint], index): Span[] => [
    span(`${index > 0 ? GAP : ''}${key}`, 'title'),
    span(` ${hint}`),
  ]);
}

function widthOfHints(hints: readonly (readonly [string, string])[]): number {
  const text = hints.map(([key, hint]) => `${key} ${hint}`).join(GAP);
  return widthOf(text);
}
