import { readOption } from '../../dispatch/config/read-option.ts';
import type { RunOptionName } from '../../dispatch/config/run-options.ts';
import type { Draft } from './wizard-state.ts';

/** What the next wizard begins with besides remembered options; `llc sweep` without it does not hear of these. */
export interface LastChoices {
  readonly preset?: Draft['preset'];
  /** Where `preset` is `file`: its path as it was typed. */
  readonly file?: string;
  readonly gpuMode?: string;
  readonly nSeeds?: number;
  readonly problems?: readonly string[];
  readonly samplers?: readonly string[];
  /** The last host of a cluster elsewhere, kept while jobs run in other places. */
  readonly host?: string;
}

/** All that a wizard leaves to the next one. */
export interface Choices {
  /** Options that were chosen in it. */
  readonly options: Draft['options'];
  readonly last: LastChoices;
}

const PRESETS: ReadonlySet<unknown> = new Set<Draft['preset']>(['quick', 'full', 'none', 'file']);

/** What a file has kept; what is none of these choices is left out. */
export function readLastChoices(kept: Readonly<Record<string, unknown>>): LastChoices {
  const { preset, file, problems, samplers, host } = kept;
  const isPreset = PRESETS.has(preset) && (preset !== 'file' || isName(file));
  return {
    ...(isPreset ? { preset: preset as Draft['preset'] } : {}),
    ...(isPreset && preset === 'file' ? { file: file as string } : {}),
    ...read('gpuMode', kept['gpuMode']),
    ...read('nSeeds', kept['nSeeds']),
    ...(isNames(problems) ? { problems } : {}),
    ...(isNames(samplers) ? { samplers } : {}),
    ...(isName(host) ? { host } : {}),
  };
}

/** The draft that a wizard opens with. */
export function draftOfLast(last: LastChoices): Omit<Draft, 'backend' | 'study' | 'fields'> {
  const { preset = 'quick', file = '', problems = null, samplers = null } = last;
  const { gpuMode, nSeeds } = last;
  return {
    preset,
    file,
    options: {
      ...(gpuMode === undefined ? {} : { gpuMode }),
      ...(nSeeds === undefined ? {} : { nSeeds }),
    },
    problems,
    samplers,
  };
}

/** @param host - the last cluster elsewhere; null: there was none */
export function choicesOf(draft: Draft, host: string | null): Choices {
  const { preset, file, problems, samplers, options } = draft;
  const { gpuMode, nSeeds } = options;
  const last = {
    preset,
    ...(preset === 'file' ? { file } : {}),
    ...(typeof gpuMode === 'string' ? { gpuMode } : {}),
    ...(typeof nSeeds === 'number' ? { nSeeds } : {}),
    ...(problems === null ? {} : { problems }),
    ...(samplers === null ? {} : { samplers }),
    ...(host === null ? {} : { host }),
  };
  return { options, last };
}

function read(name: RunOptionName & keyof LastChoices, kept: unknown): LastChoices {
  if (kept === undefined || kept === null) return {};
  const told = readOption(name, String(kept), name);
  return told.ok && told.value !== null ? { [name]: told.value } : {};
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every(isName);
}
