import { Box, Text } from 'ink';
import { memo, type ReactElement } from 'react';
import type { Line } from './line.ts';
import { renderLine } from './render-line.ts';
import type { Theme } from './theme.ts';

/** Lines below each other. */
export function Lines({
  lines,
  theme,
}: {
  readonly lines: readonly Line[];
  readonly theme: Theme;
}): ReactElement {
  return <Rows rows={lines.map((line) => renderLine(line, theme))} />;
}

/** Rows of text that keep their place: one `<Text>` each, since Ink's time goes by its elements. */
export function Rows({ rows }: { readonly rows: readonly string[] }): ReactElement {
  return (
    <Box flexDirection="column" flexShrink={0}>
      {rows.map((text, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place on the screen
        <Row key={index} text={text} />
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
