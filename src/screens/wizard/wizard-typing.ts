import { checkValues } from '../../dispatch/config/check-values.ts';
import { expectedOf, type Field, fieldOf } from '../../dispatch/config/fields.ts';
import { read } from '../../dispatch/config/flags.ts';
import { type Issue, issueText } from '../../dispatch/config/issue.ts';
import { readOption } from '../../dispatch/config/read-option.ts';
import { RUN_OPTIONS, snakeName } from '../../dispatch/config/run-options.ts';
import type { Key } from '../../ui/key.ts';
import { edit } from '../../ui/line-editor.ts';
import type { Context, Effect } from '../console/screen.ts';
import { optionText } from './option-text.ts';
import { flagsOf, hostOf, itemsOf, optionOf } from './wizard-items.ts';
import { nextStep, pastAccounts } from './wizard-moves.ts';
import { type Typing, typing, type WizardState, withDraft, withOption } from './wizard-state.ts';

/** What a key in an open field makes. */
export interface Typed {
  readonly state: WizardState;
  readonly effects?: readonly Effect[];
  readonly say?: string;
}

/** Keys that mean the same in an open field: to leave, to stand aside, to draw anew. */
const NOT_TEXT = new Set(['ctrl-c', 'ctrl-z', 'ctrl-l']);

/** A key while a field is open; null where it is not the field's. */
export function typeInto(state: WizardState, key: Key, context: Context): Typed | null {
  const { typing: open } = state;
  if (open === null) return null;
  if (key.kind === 'key') {
    if (NOT_TEXT.has(key.name)) return null;
    if (key.name === 'esc') return { state: closed(state) };
    if (key.name === 'enter') return accepted(state, context);
    const isMove = key.name === 'up' || key.name === 'down' || key.name === 'tab';
    if (isMove && open.kind === 'find') return { state: moved(state, key.name, context) };
  }
  const field = edit(open.field, key);
  if (field === null) return { state };
  const next = { ...state, typing: { ...open, field } };
  if (open.kind !== 'find') return { state: next };
  return { state: { ...next, find: field.text, row: field.text === state.find ? state.row : 0 } };
}

function closed(state: WizardState): WizardState {
  const isFinding = state.typing?.kind === 'find';
  return isFinding
    ? { ...state, typing: null, find: '', row: 0, within: null }
    : { ...state, typing: null };
}

function moved(state: WizardState, key: string, { known }: Context): WizardState {
  const last = itemsOf(state, known).length - 1;
  const row = state.row + (key === 'up' ? -1 : 1);
  return { ...state, row: Math.max(0, Math.min(last, row)) };
}

function accepted(state: WizardState, context: Context): Typed {
  const { typing: open } = state;
  if (open === null) return { state };
  const text = open.field.text.trim();
  const done = { ...state, typing: null };
  switch (open.kind) {
    case 'file':
      if (text === '') return { state, say: 'Type the path of a study, or esc.' };
      return {
        state: nextStep(
          withDraft(done, {
            preset: 'file',
            file: text,
            study: null,
            problems: null,
            samplers: null,
            options: withoutLast(state),
          }),
          context.known,
        ),
        effects: [{ kind: 'load-study', path: text }],
      };
    case 'save':
      if (text === '') return { state, say: 'Type the path of the study, or esc.' };
      return { state: done, effects: [{ kind: 'save-study', path: text, flags: flagsOf(state) }] };
    case 'find':
      return found(done, text, context);
    case 'option':
      return acceptOption(done, open.name, text, context);
    case 'field': {
      const fault = faultOfField(open.name, text);
      if (fault !== null) return { state, say: fault };
      const { [open.name]: _, ...others } = state.draft.fields;
      const fields = text === '' ? others : { ...others, [open.name]: text };
      return { state: finding(withDraft(done, { fields })) };
    }
  }
}

/** Another study says how many seeds it has and where it runs: what stands from last time alone gives way. */
function withoutLast({ draft, last }: WizardState): WizardState['draft']['options'] {
  const { gpuMode, nSeeds, ...options } = draft.options;
  return {
    ...options,
    ...(gpuMode === undefined || gpuMode === last.gpuMode ? {} : { gpuMode }),
    ...(nSeeds === undefined || nSeeds === last.nSeeds ? {} : { nSeeds }),
  };
}

/** Ready for the next name. */
function finding(state: WizardState): WizardState {
  return typing({ ...state, find: '', row: 0 }, { kind: 'find' }, '');
}

function found(state: WizardState, text: string, context: Context): Typed {
  if (text === '')
    return {
      state:
        state.within === 'all'
          ? { ...state, within: null, row: 0 }
          : nextStep(state, context.known),
    };
  const item = itemsOf(state, context.known)[state.row];
  if (item === undefined) return { state: finding(state), say: `No name has "${text}" in it.` };
  return { state: opened(state, item.kind === 'option' ? item : { kind: 'field', key: item.key }) };
}

/** Opens the field of an option, or of the configuration, with the text that it has. */
export function opened(
  state: WizardState,
  item: { readonly kind: 'option' | 'field'; readonly key: string },
): WizardState {
  const what = { kind: item.kind, name: item.key } as Extract<Typing, { name: string }>;
  const text =
    what.kind === 'option' ? ownText(state, what.name) : (state.draft.fields[what.name] ?? '');
  return typing(state, what, text);
}

function ownText(state: WizardState, name: Extract<Typing, { kind: 'option' }>['name']): string {
  const value = name === 'ssh' ? hostOf(state) : optionOf(state, name);
  return value === null ? '' : optionText(value) === 'none' ? '' : optionText(value);
}

function acceptOption(
  state: WizardState,
  name: Extract<Typing, { kind: 'option' }>['name'],
  text: string,
  { known }: Context,
): Typed {
  const after = (changed: WizardState): WizardState => {
    if (state.within === 'all') return { ...changed, within: null, find: '', row: 0 };
    if (state.within === 'accounts') return pastAccounts(changed, known);
    if (state.step === 2) return nextStep(changed, known);
    const last = itemsOf(changed, known).length - 1;
    return state.step === 5 ? { ...changed, row: Math.min(last, state.row + 1) } : changed;
  };
  if (text === '') {
    if (name === 'ssh')
      return {
        state: opened(state, { kind: 'option', key: name }),
        say: 'Type a host of your ssh config, or esc.',
      };
    const { [name]: _, ...options } = state.draft.options;
    return { state: after(withDraft(state, { options })) };
  }
  const result = readOption(name, text, snakeName(name));
  if (!result.ok)
    return { state: typing(state, { kind: 'option', name }, text), say: issueText(result.issue) };
  const changed = withOption(state, name, result.value);
  const backend = result.value === null ? 'slurm' : 'ssh';
  return { state: after(name === 'ssh' ? withDraft(changed, { backend }) : changed) };
}

/** Why a text is no value of a field; null where it is one, or empty. */
function faultOfField(name: string, text: string): string | null {
  const field = fieldOf(name);
  if (field === null || text === '') return null;
  const { issues } = checkValues({ [name]: read(field, text) });
  return issues[0] === undefined ? null : issueText(issues[0]);
}

/** What is told below a field that is being typed in: what it is, what it takes, whether this is that. */
export function typingAdvice({ typing: open }: WizardState): string {
  const text = open?.field.text.trim() ?? '';
  if (open?.kind === 'field') {
    const field = fieldOf(open.name);
    if (field === null) return '';
    const isNot = faultOfField(open.name, text) !== null;
    return `${about(field)}${isNot ? ` "${text}" is not that yet.` : ''}`;
  }
  if (open?.kind === 'option') {
    const { help } = RUN_OPTIONS[open.name];
    const fault: Issue | null = text === '' ? null : issueOf(open.name, text);
    return `${capital(help)}.${fault === null ? '' : ` "${text}" is not that yet: ${fault.expected}.`}`;
  }
  return '';
}

function issueOf(name: Extract<Typing, { kind: 'option' }>['name'], text: string): Issue | null {
  const result = readOption(name, text, snakeName(name));
  return result.ok ? null : result.issue;
}

function about(field: Field): string {
  return `${capital(field.help)}: ${expectedOf(field)}.`;
}

/** A symbol in front stays as it is: a capital ε is another letter. */
function capital(text: string): string {
  return text.replace(/^[a-z](?=[a-z])/, (letter) => letter.toUpperCase());
}
