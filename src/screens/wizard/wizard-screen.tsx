import { Box } from 'ink';
import type { ReactElement } from 'react';
import { ChoiceList } from '../../ui/choice-list.tsx';
import { type Line, line, span } from '../../ui/line.ts';
import { Lines } from '../../ui/lines.tsx';
import { renderLine } from '../../ui/render-line.ts';
import type { CommandName } from '../console/command-table.ts';
import type { Context, Screen } from '../console/screen.ts';
import { loadedValue } from '../known/loaded.ts';
import { lostWords } from './lost-choices.ts';
import { itemsOf, preflightOf } from './wizard-items.ts';
import { actInWizard, offInWizard, settled, typeInWizard, whyNotStart } from './wizard-keys.ts';
import { wizardParts } from './wizard-lines.ts';
import type { WizardState } from './wizard-state.ts';

/** Eight steps that fold, from a preset to a sweep that starts. */
export const wizardScreen: Screen<WizardState> = {
  name: 'wizard',
  commands: [
    'enter',
    'copy',
    'save-study',
    'recheck',
    'back',
    'summary',
    'filter',
    'step',
    'mark',
    'move-down',
    'move-up',
    'up',
    'down',
    'left',
    'right',
  ],
  act: actInWizard,
  type: typeInWizard,
  settle: settled,
  off: (state, command, { known }) => offInWizard(state, command, known),
  hintOf,
  View,
  message,
  title: ({ step }) => `new sweep, step ${step}`,
};

function View({
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

function hintOf(state: WizardState, command: CommandName, { known }: Context): string | null {
  switch (command) {
    case 'enter':
      return state.step === 8 ? 'start' : 'next';
    case 'filter':
      return 'find a field';
    case 'mark':
      return 'take or drop';
    case 'copy': {
      const answer = preflightOf(state, known);
      const preflight = answer === null ? null : loadedValue(answer);
      return preflight === null || preflight.ok ? 'copy command' : 'copy message';
    }
    default:
      return null;
  }
}

/** Why what the cursor is on cannot be taken, or why nothing can start. */
function message(state: WizardState, { known }: Context): Line {
  const lost = lostWords(state, known);
  if (state.step === 8)
    return line(whyNotStart(state, known) ?? `${lost} enter starts these jobs.`.trimStart());
  const item = itemsOf(state, known)[state.row];
  return line(item?.kind === 'choice' && item.off !== null ? item.off : lost);
}
