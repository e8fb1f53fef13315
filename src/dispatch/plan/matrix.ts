import type { SamplerName } from '../../compute/settings.ts';
import { localisedTwice } from '../config/check.ts';
import { checkValues } from '../config/check-values.ts';
import { type Issue, isRecord, shown } from '../config/issue.ts';
import type { Layer } from '../config/resolve.ts';
import type { Config } from '../config/schema.ts';
import type { Entry } from '../config/study.ts';

export const SAMPLERS = ['sgld', 'sghmc', 'hmc', 'mclmc'] as const satisfies readonly SamplerName[];

/** Values of one origin with the names that a matrix gives them. */
export interface Row extends Layer {
  readonly values: Partial<Config>;
}
export interface SamplerRow extends Row {
  readonly sampler: SamplerName;
}

type Named = OuterLayer['samplers'];

/** Values that hold for all entries of a matrix. */
export interface OuterLayer extends Layer {
  /** The samplers that it names, one or several; `values` then has none. */
  readonly samplers: readonly SamplerName[] | null;
}

/** Collects what is wrong and what was accepted without effect. */
export class Findings {
  readonly issues: Issue[] = [];
  readonly notes = new Set<string>();

  /** The checked values of one origin. */
  layer(name: string, raw: unknown, at: string): Layer {
    const { values, issues, notes } = checkValues(raw, at);
    this.issues.push(...issues, ...localisedTwice(values, at));
    for (const note of notes) this.notes.add(note);
    return { name, values };
  }

  /** The same where several samplers may be named, of which each makes its own jobs. */
  outerLayer(name: string, raw: unknown, at: string): OuterLayer {
    const { rest, samplers } = splitSamplers(raw);
    const layer = this.layer(name, rest, at);
    const { sampler, ...values } = layer.values;
    return { name, values, samplers: samplers ?? (sampler === undefined ? null : [sampler]) };
  }
}

/**
 * Takes out of a mapping a list of several samplers that differ, as the original's `samplers` and the
 * flag `--sampler sgld,hmc` give it. What is no such list stays, for the check to judge.
 */
function splitSamplers(raw: unknown): { rest: unknown; samplers: readonly SamplerName[] | null } {
  if (!isRecord(raw)) return { rest: raw, samplers: null };
  const { sampler, samplers, ...rest } = raw;
  const given = samplers ?? (typeof sampler === 'string' ? sampler.split(',') : sampler);
  const named = Array.isArray(given) ? SAMPLERS.filter((name) => given.includes(name)) : [];
  const isList = Array.isArray(given) && given.length > 1 && named.length === given.length;
  const isAlone = sampler === undefined || samplers === undefined;
  return isList && isAlone ? { rest, samplers: named } : { rest: raw, samplers: null };
}

/** The problems of a matrix; one that differs in nothing where none are named. */
export function problemRows(
  entries: readonly Entry[] | null,
  fallbackName: string,
  findings: Findings,
): readonly Row[] {
  if (entries === null) return [{ name: fallbackName, values: {} }];
  return entries.map(({ name, overrides, at }) => findings.layer(name, overrides, at));
}

/**
 * The samplers of a matrix. An entry's name is its sampler, or `overrides.sampler` says which it is; a
 * sampler asked for by a flag leaves only its own entries.
 *
 * @param asked - the samplers that a flag names
 * @param fallback - the samplers that the layers below name
 */
export function samplerRows(
  entries: readonly Entry[] | null,
  { asked, fallback }: { asked: Named; fallback: Named },
  findings: Findings,
): readonly SamplerRow[] {
  if (entries === null) {
    const names = asked ?? fallback ?? SAMPLERS;
    return names.map((sampler) => ({ name: sampler, sampler, values: { sampler } }));
  }
  const rows = entries.flatMap(({ name, overrides, at }) => {
    const { values } = findings.layer(name, overrides, at);
    const named = SAMPLERS.find((sampler) => sampler === name);
    const sampler = named ?? values.sampler ?? onlyOne(asked) ?? onlyOne(fallback);
    if (sampler === undefined || (values.sampler ?? sampler) !== sampler) {
      findings.issues.push({
        path: at,
        got: shown(values.sampler ?? name),
        expected: named === undefined ? `one of ${SAMPLERS.join(', ')} as name` : named,
        hint: 'another name needs overrides.sampler to say which it is',
      });
      return [];
    }
    return [{ name, sampler, values: { ...values, sampler } }];
  });
  if (asked === null) return rows;
  const kept = rows.filter(({ sampler }) => asked.includes(sampler));
  if (kept.length === 0 && rows.length > 0) {
    findings.issues.push({
      path: '--sampler',
      got: shown(asked),
      expected: `one of ${[...new Set(rows.map(({ sampler }) => sampler))].join(', ')}`,
      hint: 'the study or the grid has no other',
    });
  }
  return kept;
}

function onlyOne(samplers: Named): SamplerName | undefined {
  return samplers?.length === 1 ? samplers[0] : undefined;
}
