import { Box } from 'ink';
import type { ReactElement } from 'react';
import { ChoiceList } from '../../ui/choice-list.tsx';
import { span } from '../../ui/line.ts';
import { Lines } from '../../ui/lines.tsx';
import { renderLine } from '../../ui/render-line.ts';
import type { Context } from '../console/screen.ts';
import { wizardParts } from './wizard-lines.ts';
import type { WizardState } from './wizard-state.ts';

/** The steps as they are folded, the choices of the present one as a list. */
export function WizardView({
  state,
  context,
}: {
  readonly state: WizardState;
  readonly context: Context;
}): ReactElement {
  const { before, list, after } = wizardParts(state, context);
  const { theme, columns } = context;
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Lines lines={before} theme={theme} />
      {list === null ? null : (
        <ChoiceList
          choices={list.labels.map((value, row) => {
            const isDim = list.off.has(value) && row !== list.cursor;
            return { value, label: isDim ? renderLine([span(value, 'quiet')], theme) : value };
          })}
          cursor={list.cursor}
          limit={list.labels.length}
          columns={columns - 1}
          theme={theme}
        />
      )}
      {after.length === 0 ? null : <Lines lines={after} theme={theme} />}
    </Box>
  );
}
