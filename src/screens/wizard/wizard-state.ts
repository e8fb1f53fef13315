import type { RunOptionName } from '../../dispatch/config/run-options.ts';
import { fieldOf, type LineField } from '../../ui/line-editor.ts';
import { draftOfLast, type LastChoices } from './last-choices.ts';
import type { StudyAnswer } from './wizard-known.ts';

/** Steps as a person counts them. */
export type StepNumber = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

export type BackendChoice = 'local' | 'slurm' | 'ssh' | 'modal';
export const BACKENDS: readonly BackendChoice[] = ['local', 'slurm', 'ssh', 'modal'];

/** All that was entered; nothing of it is lost by going back. */
export interface Draft {
  readonly preset: 'quick' | 'full' | 'none' | 'file';
  /** Where `preset` is `file`: its path, and what the rim read there (null: not yet). */
  readonly file: string;
  readonly study: StudyAnswer | null;
  readonly backend: BackendChoice;
  /** Options that were chosen here, as `readOption` gives them; others stand as remembered. */
  readonly options: Readonly<Partial<Record<RunOptionName, unknown>>>;
  /** Problems and samplers by name; null: all that the study has, or the default. */
  readonly problems: readonly string[] | null;
  readonly samplers: readonly string[] | null;
  /** Fields of the configuration as typed, each valid. */
  readonly fields: Readonly<Record<string, string>>;
}

/** What a text is being typed for. */
export type Typing =
  | { readonly kind: 'file' }
  | { readonly kind: 'option'; readonly name: RunOptionName }
  | { readonly kind: 'field'; readonly name: string }
  /** A part of a name, of a field or of an option. */
  | { readonly kind: 'find' }
  | { readonly kind: 'save' };

export interface WizardState {
  readonly screen: 'wizard';
  readonly step: StepNumber;
  /** The item of the step that the cursor is on, and the column of step 6. */
  readonly row: number;
  readonly column: number;
  /** What step 5 shows instead of its usual options: every option by name, or the accounts. */
  readonly within: 'all' | 'accounts' | null;
  /** What names are looked for by. */
  readonly find: string;
  readonly typing: (Typing & { readonly field: LineField }) | null;
  readonly draft: Draft;
  /** Remembered choices, with which the command is compared. */
  readonly remembered: Readonly<Record<string, unknown>>;
  /** Variables of the environment that say something of options; they win over what is remembered. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What the last wizard left; an own choice wins. */
  readonly last: LastChoices;
}

/**
 * The wizard as it opens: at its first step, with what was remembered.
 *
 * @param environment - default: it says nothing
 * @param last - default: there was no wizard before
 */
export function openWizard(
  remembered: Readonly<Record<string, unknown>>,
  environment: WizardState['environment'] = {},
  last: LastChoices = {},
): WizardState {
  return {
    screen: 'wizard',
    step: 1,
    row: 0,
    column: 0,
    within: null,
    find: '',
    typing: null,
    remembered,
    environment,
    last,
    draft: {
      ...draftOfLast(last),
      study: null,
      backend: backendOf(remembered),
      fields: {},
    },
  };
}

/** Which of the four choices these options mean. */
export function backendOf(options: Readonly<Record<string, unknown>>): BackendChoice {
  const { backend, ssh } = options;
  if (backend === 'modal') return 'modal';
  if (backend !== 'slurm' && backend !== 'submitit') return 'local';
  return typeof ssh === 'string' && ssh !== 'none' ? 'ssh' : 'slurm';
}

export function withDraft(state: WizardState, change: Partial<Draft>): WizardState {
  return { ...state, draft: { ...state.draft, ...change } };
}

export function withOption(state: WizardState, name: RunOptionName, value: unknown): WizardState {
  return withDraft(state, { options: { ...state.draft.options, [name]: value } });
}

export function typing(state: WizardState, what: Typing, text: string): WizardState {
  return { ...state, typing: { ...what, field: fieldOf(text) } };
}
