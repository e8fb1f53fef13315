import { FALLBACK_GPU, type RunOptionName } from '../../dispatch/config/run-options.ts';
import type { Known } from '../known/known.ts';
import { optionValue } from './draft-flags.ts';
import { choosesTypes, offerOf } from './wizard-items.ts';
import { type WizardState, withDraft, withOption } from './wizard-state.ts';

/** Something chosen before that the place does not have now. */
interface Lost {
  readonly name: RunOptionName;
  /** What is taken in its stead. */
  readonly instead: unknown;
  readonly words: string;
}

/** With the defaults for what is not there any more, unless something was chosen in its stead. */
export function withoutLost(state: WizardState, known: Known): WizardState {
  const here = isStudyLost(state, known) ? withDraft(state, { preset: 'quick' }) : state;
  return lostOptions(here, known)
    .filter(({ name }) => here.draft.options[name] === undefined)
    .reduce((before, { name, instead }) => withOption(before, name, instead), here);
}

/** What is not as it was last time, in sentences; empty where all is. */
export function lostWords(state: WizardState, known: Known): string {
  const { preset, options } = state.draft;
  const why = preset === 'quick' ? whyNoStudy(state, known) : null;
  const lost = lostOptions(state, known).filter(
    ({ name, instead }) => String(options[name]) === String(instead),
  );
  return [...(why === null ? [] : [`${why} Using quick.`]), ...lost.map(({ words }) => words)].join(
    ' ',
  );
}

function isStudyLost(state: WizardState, known: Known): boolean {
  const { preset, study, file } = state.draft;
  const isAsLast = preset === 'file' && study === null && file === state.last.file;
  return isAsLast && whyNoStudy(state, known) !== null;
}

/** Why the study of last time cannot be had; null where it can, or is not known yet. */
function whyNoStudy({ last }: WizardState, { wizard }: Known): string | null {
  const { study } = wizard;
  const isAnswer = last.preset === 'file' && study != null && study.to === last.file;
  return isAnswer && study.answer.kind === 'failed' ? study.answer.why : null;
}

function lostOptions(state: WizardState, known: Known): readonly Lost[] {
  const discovery = offerOf(state, known)?.discovery;
  if (discovery === undefined) return [];
  const before = (name: RunOptionName) => optionValue({ ...state.draft, options: {} }, state, name);
  if (choosesTypes(state)) {
    const types = discovery.gpuTypes.map(({ name }) => name);
    return lostTypes(before('gpuTypes') as readonly string[], types);
  }
  const { backend } = state.draft;
  if (backend !== 'slurm' && backend !== 'ssh') return [];
  const partitions = discovery.partitions.map(({ name }) => name);
  return [
    ...lostName('slurmPartition', 'a partition', before('slurmPartition'), partitions),
    ...lostName('slurmAccount', 'an account', before('slurmAccount'), discovery.accounts),
  ];
}

/** None where the place tells no names: then any may be right. */
function lostName(
  name: RunOptionName,
  kind: string,
  before: unknown,
  there: readonly string[],
): readonly Lost[] {
  if (before === null || there.length === 0 || there.includes(String(before))) return [];
  const words = `${before} is not ${kind} here (${there.join(', ')}). Using the cluster's own.`;
  return [{ name, instead: null, words }];
}

function lostTypes(before: readonly string[], there: readonly string[]): readonly Lost[] {
  const lost = before.filter((type) => !there.includes(type));
  const [first] = there;
  if (lost.length === 0 || first === undefined) return [];
  const kept = before.filter((type) => there.includes(type));
  const usual = there.includes(FALLBACK_GPU) ? FALLBACK_GPU : first;
  const instead = kept.length > 0 ? kept : [usual];
  const what = lost.length === 1 ? 'is not a type' : 'are no types';
  const words = `${lost.join(', ')} ${what} here (${there.join(', ')}). Using ${instead.join(', ')}.`;
  return [{ name: 'gpuTypes', instead, words }];
}
