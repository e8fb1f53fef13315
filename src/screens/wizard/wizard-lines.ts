import { type Line, line, span } from '../../ui/line.ts';
import { fieldSpans } from '../../ui/line-editor.ts';
import { cutEnd, padEnd } from '../../ui/text/cut.ts';
import { cutLine, widthOfLine } from '../../ui/text/line-parts.ts';
import { widthOf } from '../../ui/text/width.ts';
import { windowTop } from '../../ui/window.ts';
import type { Context } from '../console/screen.ts';
import { accountRows } from './account-rows.ts';
import { fieldRows } from './field-rows.ts';
import { jobsHead, jobsRows } from './jobs-rows.ts';
import { optionsHead, optionsRows } from './options-rows.ts';
import { summaryHead, summaryRows } from './summary-rows.ts';
import { answerOf, TITLES, typesAnswer } from './wizard-answers.ts';
import { type BodyRows, cellOf, TEXT_COLUMN } from './wizard-cells.ts';
import { choosesTypes, type Item, itemsOf, optionOf, takenTypes } from './wizard-items.ts';
import type { StepNumber, WizardState } from './wizard-state.ts';

/** Rows of an open step at most: with its title, the folded steps, message and keys they are 20. */
const MOST_BODY = 9;
const STEPS = [1, 2, 3, 4, 5, 6, 7, 8] as const;

/** The wizard in three parts: the middle one is a list to choose from, in the steps that are one. */
export interface WizardParts {
  readonly before: readonly Line[];
  readonly list: {
    readonly labels: readonly string[];
    readonly cursor: number;
    /** Of the labels, those that cannot be taken. */
    readonly off: ReadonlySet<string>;
  } | null;
  readonly after: readonly Line[];
}

export function wizardParts(state: WizardState, context: Context): WizardParts {
  const { columns, theme, rows } = context;
  const room = Math.max(1, Math.min(MOST_BODY, rows - 1 - STEPS.length));
  const cut = (lines: readonly Line[]) =>
    lines.map((one) => cutLine(one, columns - 1, theme.glyphs.ellipsis));
  const folded = (from: number, to: number) =>
    STEPS.slice(from, to).map((step) => foldedLine(state, step, context));
  const title: Line = [span('New sweep', 'title'), span('   nothing starts before step 8')];
  const list = listOf(state, context);
  const body = list === null ? windowed(bodyRows(state, context), room) : [];
  const before = cut([title, ...folded(0, state.step - 1), headLine(state, context), ...body]);
  const after = cut([...below(state, context), ...folded(state.step, 8)]);
  // In the smallest window the last folded steps give way to what is typed.
  const left = Math.max(0, rows - before.length - (list?.labels.length ?? 0));
  return { before, list, after: after.slice(0, left) };
}

function windowed({ head, rows, cursor, foot }: BodyRows, room: number): readonly Line[] {
  const shown = Math.max(1, room - head.length - foot.length);
  const top = windowTop(rows.length, Math.max(0, cursor), shown, 0);
  return [...head, ...rows.slice(top, top + shown), ...foot].slice(0, room);
}

function foldedLine(state: WizardState, step: StepNumber, { known }: Context): Line {
  const text = answerOf(state, step, known);
  return line(`  ${padEnd(`${step} ${TITLES[step]}`, TEXT_COLUMN - 2)}${text}`);
}

function headLine(state: WizardState, context: Context): Line {
  const { step } = state;
  const head = headText(state, context);
  const title = `> ${step} ${TITLES[step]}`;
  // A refusal stands nearer, as in its frame.
  const isNear = step === 8 && head[0]?.tones.includes('bad');
  const padded = head.length === 0 ? title : padEnd(title, isNear ? TEXT_COLUMN - 2 : TEXT_COLUMN);
  return [span(padded, 'title'), ...head];
}

function headText(state: WizardState, context: Context): Line {
  switch (state.step) {
    case 4: {
      const limit = optionOf(state, 'hangTimeoutS') ?? 180;
      const isChosen = choosesTypes(state);
      return line(
        isChosen
          ? `the next is tried when a job has not started within ${limit} s`
          : typesAnswer(state),
      );
    }
    case 5:
      return optionsHead(state, context);
    case 6:
      return jobsHead(state, context.known);
    case 7:
      return fieldRows(state, context).title;
    case 8:
      return summaryHead(state, context);
    default:
      return [];
  }
}

/** Columns that the cursor takes around a choice, and the last one. */
const BRACKETS = 7;

/** Steps 1 to 3 are one list each. */
function listOf(state: WizardState, { known, columns, theme }: Context): WizardParts['list'] {
  if (state.step > 3) return null;
  const items = itemsOf(state, known);
  const width = Math.max(...items.map(({ key }) => widthOf(key))) + 3;
  const labelOf = (item: Item) =>
    cutEnd(padEnd(item.key, width) + aboutOf(item), columns - BRACKETS, theme.glyphs.ellipsis);
  const off = items.filter((item) => item.kind === 'choice' && item.off !== null);
  return { labels: items.map(labelOf), cursor: state.row, off: new Set(off.map(labelOf)) };
}

function aboutOf(item: Item): string {
  return item.kind === 'choice' ? item.about : '';
}

/** What is typed for the list above it. */
function below({ step, typing }: WizardState, { columns, theme }: Context): readonly Line[] {
  if (step > 3 || typing === null) return [];
  const word = typing.kind === 'file' ? 'path ' : 'host ';
  return [[span(`    ${word}`), ...fieldSpans(typing.field, columns - 12, theme)]];
}

function bodyRows(state: WizardState, context: Context): BodyRows {
  switch (state.step) {
    case 4:
      return { head: [], rows: typeRows(state, context), cursor: 0, foot: [] };
    case 5:
      if (state.within === 'accounts') return accountRows(state, context);
      return state.within === 'all' ? fieldRows(state, context) : optionsRows(state, context);
    case 6:
      return jobsRows(state, context);
    case 7:
      return fieldRows(state, context);
    default:
      return summaryRows(state, context);
  }
}

/** In their order, wrapped; those that are not taken last. */
function typeRows(state: WizardState, { known, columns, theme }: Context): readonly Line[] {
  const items = itemsOf(state, known);
  if (items.length === 0) return [];
  const taken = takenTypes(state);
  const rows: Line[] = [];
  let row: Line = line('  ');
  for (const [index, item] of items.entries()) {
    const place = taken.indexOf(item.key);
    const text = `${place < 0 ? '-' : place + 1} ${item.key} ${aboutOf(item)}`.trimEnd();
    const cell = cellOf(text, index === state.row, theme, place < 0 ? ['quiet'] : []);
    if (widthOfLine(row) + widthOfLine(cell) >= columns) {
      rows.push(row);
      row = line('  ');
    }
    row = [...row, ...(widthOfLine(row) > 2 ? [span(' '), ...cell] : cell)];
  }
  return [...rows, row, line('    space takes or drops, J K reorder', 'quiet')];
}
