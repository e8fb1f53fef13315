import { Box, Text } from 'ink';
import { memo, type ReactElement } from 'react';
import type { Line } from './line.ts';
import { renderLine } from './render-line.ts';
import type { Theme } from './theme.ts';

/** Rows one below the other, never squeezed; what passes the last column is cut. */
export function Lines(props: {
  readonly lines: readonly Line[];
  readonly theme: Theme;
}): ReactElement {
  return (
    <Box flexDirection="column" flexShrink={0}>
      {props.lines.map((line, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row of the screen is its place.
        <Row key={row} text={renderLine(line, props.theme)} />
      ))}
    </Box>
  );
}

/** Compared by its text alone: what has not changed is not laid out again. */
const Row = memo(function Row({ text }: { readonly text: string }): ReactElement {
  // Ink gives an empty text no height.
  return <Text wrap="truncate">{text === '' ? ' ' : text}</Text>;
});
