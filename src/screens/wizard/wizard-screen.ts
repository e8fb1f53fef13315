import { type Line, line } from '../../ui/line.ts';
import type { CommandName } from '../console/command-table.ts';
import type { Context, Screen } from '../console/screen.ts';
import { loadedValue } from '../known/loaded.ts';
import { lostWords } from './lost-choices.ts';
import { itemsOf, preflightOf } from './wizard-items.ts';
import { actInWizard, offInWizard, settled, typeInWizard, whyNotStart } from './wizard-keys.ts';
import type { WizardState } from './wizard-state.ts';

/** Eight steps that fold, from a preset to a sweep that starts. */
export const wizardScreen: Screen<WizardState> = {
  name: 'wizard',
  commands: [
    'enter',
    'recheck',
    'step',
    'copy',
    'save-study',
    'back',
    'summary',
    'filter',
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
  off: offInWizard,
  hintOf,
  lines: null,
  message,
  title: ({ step }) => `new sweep, step ${step}`,
};

/** In a summary that cannot start, the keys that change that come first. */
function hintOf(state: WizardState, command: CommandName, context: Context): string | null {
  const isSummary = state.step === 8;
  const isHeldUp = isSummary && whyNotStart(state, context) !== null;
  switch (command) {
    case 'enter':
      return isSummary ? 'start' : 'next';
    case 'recheck':
      return isSummary && !isHeldUp ? '' : null;
    case 'step':
      return isHeldUp ? 'change a choice' : null;
    case 'save-study':
      return isHeldUp ? '' : null;
    case 'filter':
      return 'find a field';
    case 'mark':
      return 'take or drop';
    case 'copy': {
      const answer = preflightOf(state, context.known);
      const preflight = answer === null ? null : loadedValue(answer);
      return preflight === null || preflight.ok ? 'copy command' : 'copy message';
    }
    default:
      return null;
  }
}

/** Why what the cursor is on cannot be taken, or why nothing can start. */
function message(state: WizardState, context: Context): Line {
  const { known } = context;
  const lost = lostWords(state, known);
  if (state.step === 8)
    return line(whyNotStart(state, context) ?? `${lost} enter starts these jobs.`.trimStart());
  const item = itemsOf(state, known)[state.row];
  const told = item?.kind === 'choice' ? (item.off ?? item.next ?? '') : '';
  return line(told === '' ? lost : told);
}
