import type { Key } from '../../ui/key.ts';
import type { CommandName } from '../console/command-table.ts';
import type { Command, Context, Effect, Step } from '../console/screen.ts';
import type { Known } from '../known/known.ts';
import { loadedValue } from '../known/loaded.ts';
import {
  chosenProblems,
  chosenSamplers,
  commandText,
  problemChoices,
  samplerChoices,
} from './draft-flags.ts';
import { choicesOf } from './last-choices.ts';
import { withoutLost } from './lost-choices.ts';
import {
  accountsOf,
  flagsOf,
  hostOf,
  itemsOf,
  planOf,
  preflightOf,
  takenTypes,
} from './wizard-items.ts';
import { askedBy } from './wizard-known.ts';
import {
  isTaken,
  nextStep,
  pastAccounts,
  placesToAsk,
  previousStep,
  toAccounts,
  toStep,
} from './wizard-moves.ts';
import {
  type BackendChoice,
  backendOf,
  type Draft,
  type StepNumber,
  typing,
  type WizardState,
  withDraft,
  withOption,
} from './wizard-state.ts';
import { opened, typeInto } from './wizard-typing.ts';

type Made = Step<WizardState>;

/** What a command does in the wizard. */
export function actInWizard(state: WizardState, command: Command, context: Context): Made {
  return asking(state, made(state, command, context), context.known);
}

/** A key in an open field; `/` opens the one that finds fields. */
export function typeInWizard(state: WizardState, key: Key, context: Context): Made | null {
  const isFind = state.typing === null && key.kind === 'key' && key.name === '/';
  if (isFind) return { state: finder(toStep(state, 7, context.known)) };
  const typed = typeInto(state, key, context);
  if (typed === null) return null;
  return asking(state, withFinder(state, typed), context.known);
}

/**
 * What must be known for this state and was not asked yet: what places offer, the plan of its flags, in the summary
 * their preflight. Not only keys raise questions: a study that has been read changes the flags too, so that this is to
 * be asked whenever something has become known.
 */
export function wizardWants(state: WizardState, known: Known): readonly Effect[] {
  const now = settled(state, { known });
  const { offers = {}, plan, preflight } = known.wizard;
  const flags = flagsOf(now);
  const to = askedBy(flags);
  const wants = placesToAsk(now)
    .filter((place) => offers[place] === undefined)
    .map((backend): Effect => ({ kind: 'discover', backend, again: false }));
  const { preset, file } = now.draft;
  // A path that was typed is loaded when it is.
  if (preset === 'file' && file === now.last.file && known.wizard.study?.to !== file)
    wants.push({ kind: 'load-study', path: file });
  if (plan?.to !== to) wants.push({ kind: 'plan', flags });
  if (now.step === 8 && preflight?.to !== to) wants.push({ kind: 'check', flags, again: false });
  return wants;
}

/** A study that has been read says what there is to choose, and where it runs. */
export function settled(state: WizardState, { known }: Pick<Context, 'known'>): WizardState {
  const { study } = known.wizard;
  const { draft } = state;
  const read = study == null || study.to !== draft.file ? null : loadedValue(study.answer);
  const isNews = draft.preset === 'file' && read !== null && read !== draft.study;
  const informed = isNews ? withDraft(state, studied(draft, state.remembered, read)) : state;
  const next = withoutLost(informed, known);
  const last = Math.max(0, itemsOf(next, known).length - 1);
  return next.row > last ? { ...next, row: last } : next;
}

function studied(
  draft: Draft,
  remembered: WizardState['remembered'],
  study: NonNullable<Draft['study']>,
): Partial<Draft> {
  const saysWhere = draft.study === null && study.options['backend'] !== undefined;
  return saysWhere ? { study, backend: backendOf({ ...remembered, ...study.options }) } : { study };
}

function made(state: WizardState, { name, words }: Command, context: Context): Made {
  const { known } = context;
  switch (name) {
    case 'back':
      return state.within !== null
        ? { state: toStep(state, 5, known) }
        : state.step === 1
          ? { back: true }
          : { state: previousStep(state, known) };
    case 'summary':
      return { state: toStep(state, 8, known) };
    case 'step':
      return stepped(state, Number(words[0]), known);
    case 'filter':
      return { state: finder(toStep(state, 7, known)) };
    case 'up':
    case 'down':
      return {
        state: { ...state, row: clamped(state, state.row + (name === 'up' ? -1 : 1), known) },
      };
    case 'left':
    case 'right':
      return { state: sideways(state, name === 'left' ? -1 : 1, known) };
    case 'mark':
      return { state: toggled(state, known) };
    case 'move-up':
    case 'move-down':
      return { state: reordered(state, name === 'move-up' ? -1 : 1, known) };
    case 'save-study':
      return words[0] === undefined || words[0] === context.keyOf('save-study')
        ? { state: typing(state, { kind: 'save' }, 'study.yaml') }
        : { effects: [{ kind: 'save-study', path: words[0], flags: flagsOf(state) }] };
    case 'recheck':
      return { effects: askedAgain(state) };
    case 'copy':
      return { effects: [copied(state, known)] };
    case 'enter':
      return entered(state, context);
    default:
      return {};
  }
}

function stepped(state: WizardState, step: number, known: Known): Made {
  const isStep = Number.isInteger(step) && step >= 1 && step <= 8;
  return isStep
    ? { state: toStep(state, step as StepNumber, known) }
    : { say: 'Steps are 1 to 8.' };
}

function clamped(state: WizardState, row: number, known: Known): number {
  return Math.max(0, Math.min(itemsOf(state, known).length - 1, row));
}

function sideways(state: WizardState, by: number, known: Known): WizardState {
  if (state.step !== 6)
    return state.step === 4 || state.step === 5
      ? { ...state, row: clamped(state, state.row + by, known) }
      : state;
  const column = Math.max(0, Math.min(2, state.column + by));
  const there = { ...state, column };
  return { ...there, row: clamped(there, state.row, known) };
}

function toggled(state: WizardState, known: Known): WizardState {
  const key = itemsOf(state, known)[state.row]?.key;
  if (key === undefined) return state;
  if (state.step === 4) {
    const taken = takenTypes(state);
    const next = taken.includes(key) ? taken.filter((one) => one !== key) : [...taken, key];
    // One type is always asked for.
    if (next.length === 0) return state;
    const changed = withOption(state, 'gpuTypes', next);
    const row = itemsOf(changed, known).findIndex((item) => item.key === key);
    return { ...changed, row: Math.max(0, row) };
  }
  if (state.step !== 6 || state.column === 2) return state;
  const { draft } = state;
  const choices = state.column === 0 ? problemChoices(draft) : samplerChoices(draft);
  const chosen = state.column === 0 ? chosenProblems(draft) : chosenSamplers(draft);
  const takes = isTaken(state, key)
    ? chosen.filter((one) => one !== key)
    : choices.map(({ name }) => name).filter((one) => one === key || chosen.includes(one));
  // A sweep has at least one of each.
  if (takes.length === 0) return state;
  return withDraft(state, state.column === 0 ? { problems: takes } : { samplers: takes });
}

function reordered(state: WizardState, by: number, known: Known): WizardState {
  const taken = [...takenTypes(state)];
  const key = itemsOf(state, known)[state.row]?.key ?? '';
  const from = taken.indexOf(key);
  const to = from + by;
  if (state.step !== 4 || from < 0 || to < 0 || to >= taken.length) return state;
  taken.splice(from, 1);
  taken.splice(to, 0, key);
  return { ...withOption(state, 'gpuTypes', taken), row: to };
}

function entered(state: WizardState, context: Context): Made {
  const { known } = context;
  if (state.step === 8) return started(state, context);
  const item = itemsOf(state, known)[state.row];
  if (state.step === 7 || item === undefined) return { state: nextStep(state, known) };
  if (item.kind === 'more') return { state: finder({ ...state, within: 'all' }) };
  if (item.kind !== 'choice') {
    const isListed = item.key === 'slurmAccount' && state.within === null;
    return isListed && accountsOf(state, known).length > 0
      ? { state: toAccounts(state, known) }
      : { state: opened(state, item) };
  }
  if (item.off !== null) return { say: item.off };
  if (state.within === 'accounts')
    return { state: pastAccounts(withOption(state, 'slurmAccount', item.key), known) };
  const chosen = chose(state, item.key);
  return { state: chosen.typing === null ? nextStep(chosen, known) : chosen };
}

function chose(state: WizardState, key: string): WizardState {
  switch (state.step) {
    case 1:
      return key === 'file'
        ? typing(state, { kind: 'file' }, state.draft.file)
        : withDraft(state, { preset: key as Draft['preset'] });
    case 2:
      return key === 'ssh'
        ? opened(state, { kind: 'option', key })
        : withDraft(state, { backend: key as BackendChoice });
    case 3:
      return withOption(state, 'gpuMode', key);
    case 5:
      return withOption(state, 'slurmPartition', key);
    default:
      return state;
  }
}

function started(state: WizardState, context: Context): Made {
  const why = whyNotStart(state, context);
  if (why !== null) return { say: why };
  const choices = choicesOf(state.draft, hostOf(state));
  return { effects: [{ kind: 'start', flags: flagsOf(state), choices }] };
}

/** Why this draft cannot be started now; null where it can. */
export function whyNotStart(
  state: WizardState,
  { known, readOnly }: Pick<Context, 'known' | 'readOnly'>,
): string | null {
  if (readOnly) return 'Read-only: starting is off. Start without --read-only to act.';
  const plan = planOf(state, known);
  if (plan === null || plan.kind === 'waiting') return 'The jobs are still being counted.';
  if (plan.kind === 'failed') return `${plan.why} ${plan.hint}`;
  if (!plan.value.ok) return 'Nothing can start like this: mend what is told above.';
  const preflight = preflightOf(state, known);
  if (preflight === null || preflight.kind === 'waiting')
    return 'The preflight has not answered yet.';
  if (preflight.kind === 'here' && !preflight.value.ok)
    return 'The preflight refuses. r checks again, 2 chooses another backend.';
  return null;
}

function copied(state: WizardState, known: Known): Effect {
  const preflight = preflightOf(state, known);
  const told = preflight === null ? null : loadedValue(preflight);
  return told !== null && !told.ok
    ? { kind: 'copy', text: `${told.error}\n${told.hint}` }
    : { kind: 'copy', text: commandText(flagsOf(state)) };
}

function finder(state: WizardState): WizardState {
  return typing({ ...state, find: '', row: 0 }, { kind: 'find' }, '');
}

/** Who comes to the fields comes to type a name. */
function withFinder(before: WizardState, step: Made): Made {
  const { state } = step;
  return state !== undefined && state.step === 7 && before.step !== 7 && state.typing === null
    ? { ...step, state: finder(state) }
    : step;
}

/** Adds the questions that a key raises, or that an earlier one left open. */
function asking(before: WizardState, step: Made, known: Known): Made {
  const made = withFinder(before, step);
  const given = made.effects ?? [];
  const isAsked = (kind: Effect['kind']) => given.some((effect) => effect.kind === kind);
  const wants = wizardWants(made.state ?? before, known).filter(({ kind }) => !isAsked(kind));
  return wants.length === 0 ? made : { ...made, effects: [...given, ...wants] };
}

/** What `r` asks: in the summary whether it would start, before it what the places offer. */
function askedAgain(state: WizardState): readonly Effect[] {
  const flags = flagsOf(state);
  return state.step === 8
    ? [
        { kind: 'plan', flags },
        { kind: 'check', flags, again: true },
      ]
    : placesToAsk(state).map((backend) => ({ kind: 'discover', backend, again: true }));
}

/** Why a command is off in this step. */
export function offInWizard(
  state: WizardState,
  name: CommandName,
  context: Context,
): string | null {
  switch (name) {
    case 'enter':
      return state.step === 8 ? whyNotStart(state, context) : null;
    case 'recheck':
      return state.step === 8 || (state.step >= 2 && state.step <= 5)
        ? null
        : 'Steps 2 to 5 and 8 can be asked again.';
    case 'copy':
    case 'save-study':
      return state.step === 8 ? null : 'It is in the summary: S goes there.';
    case 'summary':
      return state.step === 8 ? 'This is the summary.' : null;
    case 'filter':
      return state.step === 8 ? 'Step 7 finds fields.' : null;
    case 'mark':
      return state.step === 4 || (state.step === 6 && state.column < 2)
        ? null
        : 'Here enter chooses.';
    case 'move-up':
    case 'move-down':
      return state.step === 4 && itemsOf(state, context.known).length > 0
        ? null
        : 'Only GPU types have an order.';
    default:
      return null;
  }
}
