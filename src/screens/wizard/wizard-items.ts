import { FIELDS, type Field } from '../../dispatch/config/fields.ts';
import {
  GPU_TYPES,
  RUN_OPTION_NAMES,
  type RunOptionName,
  snakeName,
} from '../../dispatch/config/run-options.ts';
import type { Known } from '../known/known.ts';
import { type Loaded, loadedValue } from '../known/loaded.ts';
import { type AccountChoice, accountChoices } from './account-items.ts';
import { draftFlags, optionValue, problemChoices, samplerChoices } from './draft-flags.ts';
import { askedBy, type Offer, type PlanAnswer, type PreflightAnswer } from './wizard-known.ts';
import { BACKENDS, type BackendChoice, type WizardState } from './wizard-state.ts';

/** Something that the cursor of a step can stand on. */
export type Item =
  | {
      readonly kind: 'choice';
      readonly key: string;
      readonly about: string;
      /** Why it cannot be taken; null where it can. */
      readonly off: string | null;
      /** What to do about what it tells, though it can be taken. Default: nothing. */
      readonly next?: string;
    }
  | { readonly kind: 'option'; readonly key: RunOptionName; readonly word: string }
  | { readonly kind: 'field'; readonly key: string; readonly field: Field }
  | { readonly kind: 'more'; readonly key: 'more' };

export function flagsOf(state: WizardState): readonly string[] {
  return draftFlags(state.draft, state);
}

export function optionOf(state: WizardState, name: RunOptionName): unknown {
  return optionValue(state.draft, state, name);
}

/** Where jobs would run, as the rim is asked for it: `local`, `slurm`, `modal`, `ssh:HOST`. */
export function placeOf(state: WizardState, backend = state.draft.backend): string {
  return backend === 'ssh' ? `ssh:${hostOf(state) ?? ''}` : backend;
}

/** The cluster elsewhere that is chosen, or was the last one. */
export function hostOf(state: WizardState): string | null {
  return (optionOf(state, 'ssh') as string | null) ?? state.last.host ?? null;
}

export function offerOf(state: WizardState, known: Known): Offer | null {
  const offer = known.wizard.offers?.[placeOf(state)];
  return offer === undefined ? null : loadedValue(offer);
}

/** The answer to this draft's question; null where none is there, or one to another question. */
export function planOf(state: WizardState, known: Known): Loaded<PlanAnswer> | null {
  const { plan } = known.wizard;
  return plan != null && plan.to === askedBy(flagsOf(state)) ? plan.answer : null;
}

export function preflightOf(state: WizardState, known: Known): Loaded<PreflightAnswer> | null {
  const { preflight } = known.wizard;
  return preflight != null && preflight.to === askedBy(flagsOf(state)) ? preflight.answer : null;
}

/** What the cursor can stand on in the step that is open. */
export function itemsOf(state: WizardState, known: Known): readonly Item[] {
  switch (state.step) {
    case 1:
      return PRESET_ITEMS;
    case 2:
      return BACKENDS.map((backend) => backendItem(backend, state, known));
    case 3:
      return modeItems(state, known);
    case 4:
      return gpuItems(state, known);
    case 5:
      return STEP_FIVE[state.within ?? 'usual'](state, known);
    case 6:
      return jobItems(state);
    case 7:
      return foundFields(state.find);
    case 8:
      return [];
  }
}

const choice = (
  key: string,
  about: string,
  off: string | null = null,
): Extract<Item, { kind: 'choice' }> => ({
  kind: 'choice',
  key,
  about,
  off,
});

const PRESET_ITEMS = [
  choice('quick', 'minutes in all: a first look, rough errors'),
  choice('full', 'hours: numbers to publish'),
  choice('none', 'the built-in defaults'),
  choice('file', 'load a study, STUDY.yaml'),
];

/** This machine tells at once whether it has a GPU; elsewhere only a job can. */
function modeItems(state: WizardState, known: Known): readonly Item[] {
  const discovery = offerOf(state, known)?.discovery;
  const off =
    state.draft.backend === 'local' && discovery?.gpuTypes.length === 0
      ? 'This machine shows no GPU that can be used; llc doctor says what is missing.'
      : null;
  return [
    choice('off', 'CPU only'),
    choice('vectorized', 'all chains in one batch: fastest', off),
    choice('sequential', 'chain after chain: least GPU memory', off),
  ];
}

function backendItem(backend: BackendChoice, state: WizardState, { wizard }: Known): Item {
  const place = placeOf(state, backend);
  if (backend === 'ssh') {
    const failed = wizard.offers?.[place];
    const about =
      place === 'ssh:' ? 'a cluster elsewhere, a host of your ssh config' : place.slice(4);
    // It can be taken all the same, to name another host.
    return failed?.kind === 'failed'
      ? { ...choice(backend, `${about}: ${failed.why}`), next: failed.hint }
      : choice(backend, about);
  }
  const offer = wizard.offers?.[place];
  if (offer?.kind === 'failed') {
    const { why, hint } = offer;
    // The row has room for why, the line at the foot for what to do.
    return choice(backend, sentences(why, hint), hint === '' ? why : hint);
  }
  const told = offer === undefined ? null : loadedValue(offer);
  return choice(
    backend,
    told === null
      ? WITHOUT_WORD[backend]
      : offerText(backend, told, optionOf(state, 'gpuMode') !== 'off'),
  );
}

/** What is wrong and what to do, as far as there is room. */
function sentences(why: string, hint: string): string {
  return [/[.!?]$/.test(why) ? why : `${why}.`, hint].join(' ').trimEnd();
}

const WITHOUT_WORD = { local: 'this machine', slurm: 'this cluster', modal: 'serverless' } as const;

function offerText(
  backend: 'local' | 'slurm' | 'modal',
  { discovery, place }: Offer,
  isGpu: boolean,
): string {
  const { cores, partitions, gpuTypes, budgetLeft } = discovery;
  if (backend === 'local') {
    const gpus = gpuTypes.length === 0 ? 'no GPU' : gpuTypes.map(({ name }) => name).join(', ');
    return `this machine: ${cores ?? '?'} cores, ${gpus}`;
  }
  const at = place === '' ? '' : `, ${place}`;
  if (backend === 'slurm') {
    const open = partitions.filter(
      ({ state, gpus }) => isOpen(state) && (!isGpu || gpus.length > 0),
    ).length;
    return `this cluster, ${open} ${open === 1 ? 'partition' : 'partitions'} open to you${at}`;
  }
  return `serverless${at}${budgetLeft === null ? '' : `, $${budgetLeft.toFixed(2)} left`}`;
}

export function isOpen(partitionState: string): boolean {
  return /^(up|idle|mixed)/i.test(partitionState);
}

/** Types that are chosen by name: on Modal alone, and only for a GPU mode. */
function gpuItems(state: WizardState, known: Known): readonly Item[] {
  if (!choosesTypes(state)) return [];
  const prices = offerOf(state, known)?.discovery.gpuTypes ?? [];
  const names = prices.length > 0 ? prices.map(({ name }) => name) : GPU_TYPES;
  const taken = takenTypes(state);
  return [...taken, ...names.filter((name) => !taken.includes(name))].map((name) => {
    const price = prices.find((one) => one.name === name)?.perHour ?? null;
    return choice(name, price === null ? '' : `$${price.toFixed(2)}/h`);
  });
}

export function choosesTypes(state: WizardState): boolean {
  return state.draft.backend === 'modal' && optionOf(state, 'gpuMode') !== 'off';
}

export function takenTypes(state: WizardState): readonly string[] {
  return optionOf(state, 'gpuTypes') as readonly string[];
}

type Worded = readonly [RunOptionName, string];
const OPTIONS: Readonly<Record<BackendChoice, readonly Worded[]>> = {
  local: [['workers', 'workers']],
  slurm: [
    ['slurmAccount', 'account'],
    ['timeoutMin', 'minutes'],
    ['cpus', 'cpus'],
    ['memGb', 'memory'],
  ],
  ssh: [
    ['slurmAccount', 'account'],
    ['timeoutMin', 'minutes'],
    ['cpus', 'cpus'],
    ['memGb', 'memory'],
  ],
  modal: [
    ['maxConcurrent', 'at once'],
    ['timeoutMin', 'timeout'],
    ['maxRetries', 'retries'],
  ],
};

const STEP_FIVE = {
  usual: optionItems,
  all: ({ find }: WizardState) => foundOptions(find),
  accounts: accountItems,
} as const;

/** Those that the place tells, then one that is typed. */
function accountItems(state: WizardState, known: Known): readonly Item[] {
  return [
    ...accountsOf(state, known).map(({ name, off }) => choice(name, '', off)),
    { kind: 'option', key: 'slurmAccount', word: 'another' },
  ];
}

/** None where an account can only be typed. */
export function accountsOf(state: WizardState, known: Known): readonly AccountChoice[] {
  const { backend } = state.draft;
  if (backend !== 'slurm' && backend !== 'ssh') return [];
  const partition = optionOf(state, 'slurmPartition') as string | null;
  return accountChoices(offerOf(state, known)?.discovery ?? null, partition);
}

function optionItems(state: WizardState, known: Known): readonly Item[] {
  const { backend } = state.draft;
  const isSlurm = backend === 'slurm' || backend === 'ssh';
  const partitions = isSlurm ? (offerOf(state, known)?.discovery.partitions ?? []) : [];
  // Without the cluster's word a partition can still be typed.
  const words: readonly Worded[] =
    isSlurm && partitions.length === 0
      ? [['slurmPartition', 'partition'], ...OPTIONS[backend]]
      : OPTIONS[backend];
  const gpuMode = optionOf(state, 'gpuMode');
  return [
    ...partitions.map(({ name, state: stands, gpus, note }) => {
      const noGpu =
        gpus.length === 0 && gpuMode !== 'off' ? `${name} has no GPUs: GPU mode off only.` : null;
      const closed = isOpen(stands) ? null : `${name} is ${stands}. Take another partition.`;
      return choice(name, note, closed ?? noGpu);
    }),
    ...words.map(([key, word]): Item => ({ kind: 'option', key, word })),
    { kind: 'more', key: 'more' },
  ];
}

/** Options that other steps ask for, or that make no sweep. */
const ELSEWHERE: ReadonlySet<RunOptionName> = new Set([
  'backend',
  'preset',
  'gpuMode',
  'study',
  'samplerGrid',
  'problemGrid',
  'detach',
  'dryRun',
  'takeOver',
]);

function foundOptions(text: string): readonly Item[] {
  return RUN_OPTION_NAMES.filter((name) => !ELSEWHERE.has(name))
    .filter((name) => isFound(snakeName(name), text))
    .map((name) => ({ kind: 'option', key: name, word: snakeName(name) }));
}

function foundFields(text: string): readonly Item[] {
  return FIELDS.filter(({ name }) => isFound(name, text)).map((field) => ({
    kind: 'field',
    key: field.name,
    field,
  }));
}

/** Each word is a part of the name. */
function isFound(name: string, text: string): boolean {
  const words = text.toLowerCase().replaceAll('-', '_').split(/\s+/);
  return words.every((word) => name.includes(word));
}

function jobItems({ column, draft }: WizardState): readonly Item[] {
  if (column === 2) return [{ kind: 'option', key: 'nSeeds', word: 'seeds' }];
  const choices = column === 0 ? problemChoices(draft) : samplerChoices(draft);
  return choices.map(({ name }) => choice(name, ''));
}
