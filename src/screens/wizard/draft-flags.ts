import { FIELDS, fieldOf } from '../../dispatch/config/fields.ts';
import {
  type ResolvedRunOptions,
  resolveRunOptions,
} from '../../dispatch/config/resolve-run-options.ts';
import {
  flagName,
  RUN_OPTION_NAMES,
  RUN_OPTIONS,
  type RunOptionName,
} from '../../dispatch/config/run-options.ts';
import { builtInProblems, SAMPLER_CHOICES } from './problem-choices.ts';
import type { NamedOverrides } from './wizard-known.ts';
import { type BackendChoice, backendOf, type Draft } from './wizard-state.ts';

type Values = Readonly<Record<string, unknown>>;

/** What is said elsewhere than in the draft. */
export interface Surroundings {
  /** Remembered defaults, snake_case. */
  readonly remembered: Values;
  /** Variables that options may come from; they win over what is remembered. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The flags of `llc sweep` that make the sweep of a draft: only what differs from what is in force without them. */
export function draftFlags(draft: Draft, around: Surroundings): readonly string[] {
  const { options: standing, given: isStated } = standingOptions(draft, around);
  const given = { ...draft.options, ...hostOf(draft, around) };
  // A limit that was asked for is one on every backend, also where it is the usual one; cores that were asked for are not shared.
  const isNews = (name: RunOptionName) =>
    !isSame(given[name], standing[name]) ||
    ((name === 'timeoutMin' || name === 'cpus') && !isStated.has(name));
  const options = RUN_OPTION_NAMES.filter((name) => given[name] !== undefined && isNews(name));
  return [
    ...backendFlags(draft, around),
    ...presetFlags(draft),
    ...options.flatMap((name) => optionFlags(name, given[name], standing[name])),
    ...matrixFlags(draft),
    ...Object.entries(draft.fields).map(([name, text]) => fieldFlag(name, text)),
  ];
}

/** What options are in force where the draft does not say, at the place that it chose. */
function standingOptions(
  draft: Draft,
  { remembered, environment }: Surroundings,
): ResolvedRunOptions {
  const flags = { backend: BACKEND_OF[draft.backend] };
  const study = studyOptions(draft);
  return resolveRunOptions({ flags, study, env: environment, remembered });
}

function studyOptions({ preset, study }: Draft): Values {
  return preset === 'file' && study?.kind === 'study' ? study.options : {};
}

/** The value of an option that this draft has. */
export function optionValue(draft: Draft, around: Surroundings, name: RunOptionName): unknown {
  const own = draft.options[name];
  return own === undefined ? standingOptions(draft, around).options[name] : own;
}

/** Whether somebody chose the value of an option: in this draft or elsewhere. */
export function isChosen(draft: Draft, around: Surroundings, name: RunOptionName): boolean {
  return draft.options[name] !== undefined || standingOptions(draft, around).given.has(name);
}

/** On the cluster here no other one's name stands. */
function hostOf(draft: Draft, around: Surroundings): Partial<Record<RunOptionName, unknown>> {
  if (draft.backend === 'ssh') return {};
  const isElsewhere = optionValue(draft, around, 'ssh') !== null;
  return isElsewhere && draft.backend === 'slurm' ? { ssh: null } : {};
}

const BACKEND_OF: Readonly<Record<BackendChoice, string>> = {
  local: 'local',
  slurm: 'slurm',
  ssh: 'slurm',
  modal: 'modal',
};

function backendFlags(draft: Draft, { remembered }: Surroundings): readonly string[] {
  const before = BACKEND_OF[backendOf({ ...remembered, ...studyOptions(draft) })];
  const now = BACKEND_OF[draft.backend];
  return now === before ? [] : [`--backend=${now}`];
}

function presetFlags({ preset, file, study }: Draft): readonly string[] {
  if (preset === 'none') return [];
  if (preset !== 'file') return [`--preset=${preset}`];
  if (file === '') return [];
  return [study?.kind === 'preset' ? `--preset=${file}` : `--study=${file}`];
}

/** Problems that there are to choose from. */
export function problemChoices({ preset, study, fields }: Draft): readonly NamedOverrides[] {
  const own = preset === 'file' ? (study?.problems ?? []) : [];
  return own.length > 0 ? own : builtInProblems(fields['target'] ?? 'mlp');
}

export function samplerChoices({ preset, study }: Draft): readonly NamedOverrides[] {
  const own = preset === 'file' ? (study?.samplers ?? []) : [];
  return own.length > 0 ? own : SAMPLER_CHOICES;
}

/** The names that are chosen, in the order of the choices. */
export function chosenProblems(draft: Draft): readonly string[] {
  const choices = problemChoices(draft).map(({ name }) => name);
  const all = draft.preset === 'file' && (draft.study?.problems.length ?? 0) > 0;
  const { problems } = draft;
  const kept = choices.filter((name) => problems?.includes(name));
  return kept.length > 0 ? kept : all ? choices : choices.slice(0, 1);
}

export function chosenSamplers(draft: Draft): readonly string[] {
  const choices = samplerChoices(draft).map(({ name }) => name);
  const kept = choices.filter((name) => draft.samplers?.includes(name));
  return kept.length > 0 ? kept : choices;
}

function matrixFlags(draft: Draft): readonly string[] {
  const flags: string[] = [];
  const problems = problemChoices(draft);
  const names = chosenProblems(draft);
  const isDefault =
    problems === draft.study?.problems
      ? names.length === problems.length
      : names.length === 1 && names[0] === problems[0]?.name;
  if (!isDefault) flags.push(gridFlag('problem', problems, names));
  const samplers = samplerChoices(draft);
  const kept = chosenSamplers(draft);
  if (kept.length < samplers.length) {
    const isPlain = samplers === SAMPLER_CHOICES;
    flags.push(isPlain ? `--sampler=${kept.join(',')}` : gridFlag('sampler', samplers, kept));
  }
  return flags;
}

function gridFlag(
  what: 'problem' | 'sampler',
  entries: readonly NamedOverrides[],
  names: readonly string[],
): string {
  const kept = entries.filter(({ name }) => names.includes(name));
  const plain = kept.map(({ name, overrides }) => ({ name, overrides }));
  return `--${what}-grid=${JSON.stringify(plain)}`;
}

function fieldFlag(name: string, text: string): string {
  const field = fieldOf(name) ?? FIELDS[0];
  if (field.kind !== 'bool') return `${field.flag}=${text}`;
  return text === 'false' ? `--no-${field.flag.slice(2)}` : field.flag;
}

function optionFlags(name: RunOptionName, value: unknown, before: unknown): readonly string[] {
  const flag = flagName(name);
  const { kind } = RUN_OPTIONS[name];
  if (kind === 'bool') return [value === true ? flag : `--no-${flag.slice(2)}`];
  if (value === null) return [`${flag}=none`];
  if (kind === 'pairs') {
    // Pairs replace what was remembered as a whole.
    const pairs = Object.entries(value as Values).map(([key, inner]) => `${flag}=${key}=${inner}`);
    return pairs.length > 0 || isSame(value, before) ? pairs : [];
  }
  return [`${flag}=${Array.isArray(value) ? value.join(',') : String(value)}`];
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** A command as a shell reads it. */
export function commandText(flags: readonly string[]): string {
  return ['llc sweep', ...flags.map(quoted)].join(' ');
}

/** Quoted only where a shell would read something else. */
export function quoted(flag: string): string {
  if (/^[\w./:=,@%+~-]+$/.test(flag) && !/=~/.test(flag)) return flag;
  const [, name = '', value = flag] = /^(--[a-z0-9-]+=)([\s\S]*)$/.exec(flag) ?? [];
  return `${name}'${value.replaceAll("'", `'\\''`)}'`;
}
