import { Text } from 'ink';
import SelectInput from 'ink-select-input';
import type { ReactElement } from 'react';
import { span } from './line.ts';
import { renderLine } from './render-line.ts';
import { padEnd } from './text/cut.ts';
import type { Theme } from './theme.ts';

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/**
 * A list to choose from, drawn by ink-select-input. The cursor is the console's: its keys come from one table and
 * several may come in one packet, so the list hears none itself and is made anew where the cursor has moved.
 */
export function ChoiceList({
  choices,
  cursor,
  limit,
  columns,
  theme,
}: {
  readonly choices: readonly Choice[];
  /** Index of the chosen one. */
  readonly cursor: number;
  /** Rows that are shown at most. */
  readonly limit: number;
  readonly columns: number;
  readonly theme: Theme;
}): ReactElement {
  return (
    <SelectInput
      key={`${cursor} ${choices.length}`}
      isFocused={false}
      items={choices.map(({ value, label }, index) => ({
        key: value,
        value,
        label: choiceText(label, index === cursor, columns, theme),
      }))}
      initialIndex={cursor}
      limit={limit}
      indicatorComponent={NoIndicator}
      itemComponent={ChoiceRow}
    />
  );
}

/** The cursor is part of the row: brackets, or inverse where there are colours. */
function choiceText(label: string, isChosen: boolean, columns: number, theme: Theme): string {
  if (!isChosen) return `    ${label}`;
  if (!theme.colour) return `  [ ${label} ]`;
  return renderLine([span(padEnd(`    ${label}`, columns), 'focus')], theme);
}

function NoIndicator(): null {
  return null;
}

function ChoiceRow({ label }: { readonly label: string }): ReactElement {
  return <Text wrap="truncate">{label}</Text>;
}
