import type { Known } from '../known/known.ts';
import { chosenProblems, chosenSamplers } from './draft-flags.ts';
import { choosesTypes, itemsOf, optionOf, placeOf } from './wizard-items.ts';
import type { StepNumber, WizardState } from './wizard-state.ts';

/** Opens a step with the cursor on what is chosen there. */
export function toStep(state: WizardState, step: StepNumber, known: Known): WizardState {
  const there: WizardState = {
    ...state,
    step,
    row: 0,
    column: 0,
    within: null,
    typing: null,
    find: '',
  };
  const chosen = chosenKey(there);
  const row = itemsOf(there, known).findIndex(({ key }) => key === chosen);
  return { ...there, row: Math.max(0, row) };
}

/** The accounts of the place, with the cursor on the one in force. */
export function toAccounts(state: WizardState, known: Known): WizardState {
  const there: WizardState = { ...state, within: 'accounts' };
  const chosen = optionOf(state, 'slurmAccount');
  const row = itemsOf(there, known).findIndex(({ key }) => key === chosen);
  return { ...there, row: Math.max(0, row) };
}

/** Back from the accounts, with the cursor on the option after them. */
export function pastAccounts(state: WizardState, known: Known): WizardState {
  const there: WizardState = { ...state, within: null };
  const row = itemsOf(there, known).findIndex(({ key }) => key === 'slurmAccount');
  return { ...there, row: row + 1 };
}

/** The next step that asks something. */
export function nextStep(state: WizardState, known: Known): WizardState {
  const next = Math.min(8, state.step + 1) as StepNumber;
  const isIdle = next === 4 && !choosesTypes(state);
  return toStep(state, isIdle ? 5 : next, known);
}

export function previousStep(state: WizardState, known: Known): WizardState {
  const before = Math.max(1, state.step - 1) as StepNumber;
  const isIdle = before === 4 && !choosesTypes(state);
  return toStep(state, isIdle ? 3 : before, known);
}

function chosenKey(state: WizardState): string | null {
  const { step, draft } = state;
  if (step === 1) return draft.preset;
  if (step === 2) return draft.backend;
  if (step === 3) return String(optionOf(state, 'gpuMode'));
  return step === 5 ? String(optionOf(state, 'slurmPartition')) : null;
}

/** Whether a problem or a sampler is among the chosen. */
export function isTaken({ column, draft }: WizardState, key: string): boolean {
  return (column === 0 ? chosenProblems(draft) : chosenSamplers(draft)).includes(key);
}

/** The places whose offers a step shows; the first step asks for those of the second. */
export function placesToAsk(state: WizardState): readonly string[] {
  if (state.step <= 2) {
    const host = placeOf(state, 'ssh');
    return ['local', 'slurm', 'modal', ...(host === 'ssh:' ? [] : [host])];
  }
  return state.step <= 5 ? [placeOf(state)] : [];
}
