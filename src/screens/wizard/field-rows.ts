import { valueText } from '../../dispatch/config/fields.ts';
import { RUN_OPTIONS } from '../../dispatch/config/run-options.ts';
import { type Line, line, span } from '../../ui/line.ts';
import { fieldSpans } from '../../ui/line-editor.ts';
import { padEnd } from '../../ui/text/cut.ts';
import { widthOf } from '../../ui/text/width.ts';
import type { Context } from '../console/screen.ts';
import { shownOption } from './option-text.ts';
import { counted } from './wizard-answers.ts';
import { type BodyRows, wrapped } from './wizard-cells.ts';
import { type Item, itemsOf, optionOf } from './wizard-items.ts';
import type { WizardState } from './wizard-state.ts';
import { typingAdvice } from './wizard-typing.ts';

/** What is found by a part of its name, and the value that is typed, with what it takes. */
export function fieldRows(
  state: WizardState,
  context: Context,
): BodyRows & { readonly title: Line } {
  const items = itemsOf(state, context.known);
  const width = Math.max(0, ...items.map((item) => widthOf(nameOf(item))));
  const advice = adviceOf(state, items).flatMap((text) =>
    wrapped(text, context.columns - 1, '    '),
  );
  const { typing, find } = state;
  const found = counted(items.length, state.within === 'all' ? 'option' : 'field');
  const text = typing?.kind === 'find' ? fieldSpans(typing.field, 30, context.theme) : [span(find)];
  const title: Line = [span('/ '), ...text, span(`   ${found}`)];
  return {
    title,
    head: state.within === 'all' ? [[span('    '), ...title]] : [],
    rows: items.map((item, index) => rowOf(state, context, item, index, width)),
    cursor: state.row,
    foot: advice.slice(0, 3).map((one) => line(one, 'quiet')),
  };
}

function nameOf(item: Item): string {
  return item.kind === 'option' ? item.word : item.key;
}

function rowOf(
  state: WizardState,
  { theme, columns }: Context,
  item: Item,
  index: number,
  width: number,
): Line {
  const { typing } = state;
  const isHere = index === state.row;
  const isTyped =
    isHere && (typing?.kind === 'field' || (typing?.kind === 'option' && typing.name === item.key));
  const name = padEnd(nameOf(item), width);
  const room = Math.max(8, columns - width - 24);
  const value = isTyped
    ? [
        span(`${standing(state, item)} > `),
        ...fieldSpans(typing.field, room, theme),
        span('   default'),
      ]
    : [span(ownValue(state, item) ?? standing(state, item))];
  if (!isHere) return [span(`    ${name}   `), ...value];
  if (theme.colour) return [span('    '), span(name, 'focus'), span('   '), ...value];
  return [span(`  [ ${name}   `), ...value, span(' ]')];
}

/** What was typed for it before, and what that took the place of. */
function ownValue({ draft }: WizardState, item: Item): string | null {
  if (item.kind !== 'field') return null;
  const own = draft.fields[item.key];
  return own === undefined ? null : `${valueText(item.field.default)} > ${own}`;
}

function standing(state: WizardState, item: Item): string {
  if (item.kind === 'field') return valueText(item.field.default);
  return item.kind === 'option' ? shownOption(item.key, optionOf(state, item.key)) : '';
}

function adviceOf(state: WizardState, items: readonly Item[]): readonly string[] {
  const typed = typingAdvice(state);
  if (typed !== '') return [typed];
  const item = items[state.row];
  if (item === undefined) return [`No name has "${state.find}" in it.`];
  if (item.kind === 'field') return [item.field.help];
  return item.kind === 'option' ? [RUN_OPTIONS[item.key].help] : [];
}
