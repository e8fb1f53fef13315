import { type Line, line, span } from '../../ui/line.ts';
import { fieldSpans } from '../../ui/line-editor.ts';
import type { Context } from '../console/screen.ts';
import { type BodyRows, cellOf, wrapped } from './wizard-cells.ts';
import { type Item, itemsOf } from './wizard-items.ts';
import type { WizardState } from './wizard-state.ts';
import { typingAdvice } from './wizard-typing.ts';

/** The accounts of the place, one a row, and the field of another one. */
export function accountRows(state: WizardState, context: Context): BodyRows {
  const advice = wrapped(typingAdvice(state), context.columns - 1, '    ');
  return {
    head: [],
    rows: itemsOf(state, context.known).map((item, index) => [
      span('  '),
      ...accountCell(state, context, item, index === state.row),
    ]),
    cursor: state.row,
    foot: advice.slice(0, 2).map((text) => line(text, 'quiet')),
  };
}

function accountCell(
  { typing }: WizardState,
  { theme }: Context,
  item: Item,
  isHere: boolean,
): Line {
  if (item.kind === 'choice')
    return cellOf(item.key, isHere, theme, item.off === null ? [] : ['quiet']);
  if (typing?.kind === 'option')
    return [span('  another [ '), ...fieldSpans(typing.field, 20, theme), span(' ]')];
  return cellOf('another...', isHere, theme);
}
