import type { Discovery } from '../../dispatch/backend.ts';
import type { Estimate } from '../../dispatch/plan/estimate.ts';
import type { Loaded } from '../known/loaded.ts';
import type { LastChoices } from './last-choices.ts';

/**
 * What the rim has told the wizard. Answers carry the question that they answer: an answer to an older question is
 * there and is not looked at.
 */
export interface WizardKnown {
  /** Remembered choices, snake_case, as `llc config` keeps them. */
  readonly remembered: Readonly<Record<string, unknown>>;
  /** What the last wizard left to this one. Default: nothing. */
  readonly last?: LastChoices;
  /** The environment, of which options may come: it wins over what is remembered. Default: it says nothing. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** By place: `local`, `slurm`, `modal`, `ssh:HOST`. One that was not asked is not there. */
  readonly offers?: Readonly<Record<string, Loaded<Offer>>>;
  readonly plan?: Answer<PlanAnswer> | null;
  readonly preflight?: Answer<PreflightAnswer> | null;
  /** The study or preset file read last; `to` is its path. */
  readonly study?: Answer<StudyAnswer> | null;
}

/** `to`: `askedBy(flags)`, or a path. */
export interface Answer<T> {
  readonly to: string;
  readonly answer: Loaded<T>;
}

/** Flags as the question they are. */
export function askedBy(flags: readonly string[]): string {
  return flags.join('\n');
}

export interface Offer {
  readonly discovery: Discovery;
  /** Which account or cluster it is, `profile lab`; empty where there is but one. */
  readonly place: string;
}

export type PlanAnswer =
  | {
      readonly ok: true;
      readonly jobs: number;
      readonly cached: number;
      readonly problems: readonly string[];
      readonly samplers: readonly string[];
      readonly seeds: readonly number[];
      readonly estimate: Estimate;
      readonly notes: readonly string[];
    }
  | { readonly ok: false; readonly issues: readonly string[] };

export type PreflightAnswer =
  | { readonly ok: true; readonly notes: readonly string[] }
  | { readonly ok: false; readonly error: string; readonly hint: string };

/** What a file holds from which sweeps are made. */
export interface StudyAnswer {
  /** A file of fields alone is a preset. */
  readonly kind: 'study' | 'preset';
  /** With what differs for each; empty where it names none. */
  readonly problems: readonly NamedOverrides[];
  readonly samplers: readonly NamedOverrides[];
  /** How many; null where it does not say. */
  readonly seeds: number | null;
  /** `backend`, `gpu_mode`, `gpu_types`, as far as it has them. */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface NamedOverrides {
  readonly name: string;
  readonly overrides: Readonly<Record<string, unknown>>;
}
