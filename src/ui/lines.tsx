import { Box, Text } from 'ink';
import { memo, type ReactElement } from 'react';
import type { Line } from './line.ts';
import { renderLine } from './render-line.ts';
import type { Theme } from './theme.ts';

/** Rows that keep their place: one `<Text>` each, since Ink's time goes by its elements. */
export function Lines({
  lines,
  theme,
}: {
  readonly lines: readonly Line[];
  readonly theme: Theme;
}): ReactElement {
  return (
    <Box flexDirection="column" flexShrink={0}>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place on the screen
        <Row key={index} text={renderLine(line, theme)} />
      ))}
    </Box>
  );
}

const Row = memo(function Row({ text }: { readonly text: string }): ReactElement {
  return (
    <Box flexShrink={0} height={1}>
      <Text wrap="truncate">{text === '' ? ' ' : text}</Text>
    </Box>
  );
});
