import { Text } from 'ink';
import SelectInput from 'ink-select-input';
import type { ReactElement } from 'react';
import { type Line, type Span, textOf } from './line.ts';
import { renderLine } from './render-line.ts';
import { cutLine } from './text/line-parts.ts';
import type { Theme } from './theme.ts';
import { windowOf } from './window.ts';

export interface Choice {
  /** Unlike every other of its list. */
  readonly key: string;
  readonly line: Line;
}

/** Columns in front of a choice, and behind it where the bracket closes. */
const [BEFORE, BEHIND] = [4, 2];

/**
 * Choices one below the other, the one under the cursor inverse, or in brackets without colour: `[ full ]`.
 * It takes no keys: they come from the console's one table.
 */
export function ChoiceList(props: {
  readonly choices: readonly Choice[];
  /** The chosen one's place, from 0. */
  readonly cursor: number;
  /** Most rows to show, around the cursor. */
  readonly limit: number;
  readonly columns: number;
  readonly theme: Theme;
}): ReactElement {
  const { choices, cursor, limit, columns, theme } = props;
  const top = windowOf(choices.length, cursor, limit, cursor - Math.floor(limit / 2));
  const items = choices.slice(top, top + limit).map(({ key, line }, row) => ({
    key,
    value: key,
    label: labelOf(cutLine(line, columns - BEFORE - BEHIND, theme.glyphs.ellipsis), {
      isChosen: top + row === cursor,
      theme,
    }),
  }));
  return (
    <SelectInput
      // It reads where it begins only once.
      key={`${cursor} ${items.map(({ key }) => key).join(' ')}`}
      items={items}
      initialIndex={cursor - top}
      isFocused={false}
      indicatorComponent={theme.colour ? Margin : Bracket}
      itemComponent={theme.colour ? Plain : Bracketed}
    />
  );
}

function labelOf(line: Line, of: { readonly isChosen: boolean; readonly theme: Theme }): string {
  if (!of.isChosen) return renderLine(line, of.theme);
  const focused: Span = { text: textOf(line), tones: ['focus'] };
  return renderLine([focused], of.theme);
}

interface ItemProps {
  readonly isSelected?: boolean;
  readonly label: string;
}

function Margin(): ReactElement {
  return <Text>{'    '}</Text>;
}

function Bracket({ isSelected = false }: { readonly isSelected?: boolean }): ReactElement {
  return <Text>{isSelected ? '  [ ' : '    '}</Text>;
}

function Plain({ label }: ItemProps): ReactElement {
  return <Text wrap="truncate">{label}</Text>;
}

function Bracketed({ isSelected = false, label }: ItemProps): ReactElement {
  return <Text wrap="truncate">{isSelected ? `${label} ]` : label}</Text>;
}
