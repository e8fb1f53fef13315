import { checkValues } from './check-values.ts';
import { contradictions } from './contradictions.ts';
import { fieldOf } from './fields.ts';
import { below, type Issue, shown } from './issue.ts';
import { bothGiven, resolveLayers } from './resolve.ts';
import type { Config } from './schema.ts';

export type Checked =
  | { readonly ok: true; readonly config: Config; readonly notes: readonly string[] }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** Values of one origin as they came, unchecked. */
export interface RawLayer {
  /** Where they stand, for messages; empty for none. */
  readonly at: string;
  readonly raw: unknown;
}

/**
 * Turns a mapping of fields into a complete configuration, or tells everything that is wrong with it:
 * unknown names, wrong types, values out of range, contradictions. What is not given has its default.
 */
export function checkConfig(raw: unknown): Checked {
  return checkLayers([{ at: '', raw }]);
}

/** The same over several origins, of which later ones win (`resolveLayers`). */
export function checkLayers(layers: readonly RawLayer[]): Checked {
  const checked = layers.map(({ at, raw }) => ({ at, ...checkValues(raw, at) }));
  const issues = checked.flatMap(({ at, values, issues }) => [
    ...issues,
    ...localisedTwice(values, at),
  ]);
  const resolved = resolveLayers(
    checked.map(({ at, values }) => ({ name: at || 'given', values })),
  );
  // Faults between fields are told too where some field is wrong, unless that field is a part of them.
  issues.push(...unconcerned(contradictions(resolved.config), issues));
  if (issues.length > 0) return { ok: false, issues };
  const notes = [...checked.flatMap(({ notes }) => notes), ...resolved.notes];
  return { ok: true, config: resolved.config, notes };
}

/** Both ways to localise in one place: neither can win. */
export function localisedTwice(values: Partial<Config>, at: string): Issue[] {
  if (!bothGiven(values)) return [];
  return [
    {
      path: below(at, 'gamma'),
      got: `${shown(values.gamma)} beside prior_radius ${shown(values.prior_radius)}`,
      expected: 'one of gamma and prior_radius',
      hint: 'prior_radius r means gamma = d/r²',
    },
  ];
}

/** Of the faults between fields, those that no field which is wrong by itself has a part in. */
export function unconcerned(faults: readonly Issue[], known: readonly Issue[]): readonly Issue[] {
  const faulty = new Set(known.map(({ path }) => /([a-z0-9_]+)(\[\d+\])*$/.exec(path)?.[1] ?? ''));
  const fields = [...faulty].filter((name) => fieldOf(name) !== null);
  return faults.filter(({ path, expected, hint }) => {
    const text = `${path} ${expected} ${hint}`;
    return !fields.some((field) => text.includes(field));
  });
}
