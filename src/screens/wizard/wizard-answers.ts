import type { Known } from '../known/known.ts';
import { loadedValue } from '../known/loaded.ts';
import { chosenProblems, chosenSamplers, isChosen } from './draft-flags.ts';
import { costWords, timeWords } from './estimate-words.ts';
import { optionText } from './option-text.ts';
import { choosesTypes, optionOf, planOf, takenTypes } from './wizard-items.ts';
import type { PlanAnswer } from './wizard-known.ts';
import { backendOf, type StepNumber, type WizardState } from './wizard-state.ts';

/** The titles of the steps. */
export const TITLES: Readonly<Record<StepNumber, string>> = {
  1: 'Preset',
  2: 'Backend',
  3: 'GPU mode',
  4: 'GPU types',
  5: 'Options',
  6: 'Jobs',
  7: 'Fields',
  8: 'Summary',
};

/** What a step holds, told while it is folded. */
export function answerOf(state: WizardState, step: StepNumber, known: Known): string {
  const { draft } = state;
  switch (step) {
    case 1:
      return draft.preset === 'file' ? draft.file : draft.preset;
    case 2:
      return backendAnswer(state);
    case 3:
      return String(optionOf(state, 'gpuMode'));
    case 4:
      return typesAnswer(state);
    case 5:
      return optionsAnswer(state);
    case 6:
      return jobsAnswer(state, known);
    case 7: {
      const names = Object.keys(draft.fields);
      return names.length === 0 ? 'none changed' : `${names.length} changed: ${names.join(', ')}`;
    }
    case 8:
      return summaryAnswer(state, known);
  }
}

function backendAnswer(state: WizardState): string {
  const { backend } = state.draft;
  const isAsBefore =
    state.remembered['backend'] !== undefined && backendOf(state.remembered) === backend;
  const host = backend === 'ssh' ? ` ${optionOf(state, 'ssh') ?? ''}` : '';
  return `${backend}${host}${isAsBefore ? ', as last time' : ''}`;
}

/** Step 4 where no types are chosen by name. */
export function typesAnswer(state: WizardState): string {
  if (choosesTypes(state)) return takenTypes(state).join(', ');
  if (optionOf(state, 'gpuMode') === 'off') return 'none, the CPU computes';
  return state.draft.backend === 'local' ? 'those of this machine' : 'the partition decides';
}

function optionsAnswer(state: WizardState): string {
  const value = (name: Parameters<typeof optionOf>[1]) => optionOf(state, name);
  switch (state.draft.backend) {
    case 'local':
      return [
        `workers ${value('workers') ?? 'auto'}`,
        isChosen(state.draft, state, 'cpus') ? `${value('cpus')} cpus a job` : 'cores shared',
      ].join(', ');
    case 'modal':
      return [
        value('maxConcurrent') === null
          ? 'as many at once as Modal allows'
          : `${value('maxConcurrent')} at once`,
        `${value('timeoutMin')} min`,
        `${value('maxRetries')} retries`,
      ].join(', ');
    case 'slurm':
    case 'ssh':
      return [
        value('slurmPartition') === null ? 'any partition' : optionText(value('slurmPartition')),
        ...(value('slurmAccount') === null ? [] : [optionText(value('slurmAccount'))]),
        `${value('timeoutMin')} min`,
        `${value('cpus')} cpus`,
        `${value('memGb')} GB`,
      ].join(', ');
  }
}

/** How many of each, as the plan says or, until it has, as was chosen. */
export function sizesOf(state: WizardState, known: Known) {
  const plan = countedPlan(state, known);
  const given = optionOf(state, 'nSeeds') ?? state.draft.study?.seeds ?? 2;
  return plan === null
    ? {
        problems: chosenProblems(state.draft).length,
        samplers: chosenSamplers(state.draft).length,
        seeds: Number(given),
      }
    : {
        problems: plan.problems.length,
        samplers: plan.samplers.length,
        seeds: plan.seeds.length,
      };
}

export function countedPlan(
  state: WizardState,
  known: Known,
): Extract<PlanAnswer, { ok: true }> | null {
  const told = planOf(state, known);
  const plan = told === null ? null : loadedValue(told);
  return plan?.ok ? plan : null;
}

function jobsAnswer(state: WizardState, known: Known): string {
  const { problems, samplers, seeds } = sizesOf(state, known);
  const plan = countedPlan(state, known);
  const jobs = plan?.jobs ?? problems * samplers * seeds;
  const cached = plan === null || plan.cached === 0 ? '' : `, ${plan.cached} cached`;
  return `${counted(problems, 'problem')} x ${counted(samplers, 'sampler')} x ${counted(seeds, 'seed')} = ${jobs}${cached}`;
}

export function counted(count: number, one: string): string {
  return `${count} ${count === 1 ? one : `${one}s`}`;
}

function summaryAnswer(state: WizardState, known: Known): string {
  const plan = countedPlan(state, known);
  if (plan === null) {
    const told = planOf(state, known);
    return told === null || told.kind === 'waiting'
      ? 'being counted'
      : 'something is wrong, S tells what';
  }
  const cost = costWords(plan.estimate);
  const time = timeWords(plan.estimate);
  const toRun = counted(plan.jobs - plan.cached, 'job');
  return [toRun, cost, time].filter((part) => part !== null).join(', ');
}
