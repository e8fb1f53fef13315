import { createHash } from 'node:crypto';
import { FIELDS, type Field } from '../config/fields.ts';
import type { Config } from '../config/schema.ts';
import { targetShape } from '../config/target-shape.ts';

/** What a result depends on besides its configuration. */
export interface Surroundings {
  /** Which processors compute, as far as it can change a number. */
  readonly device: 'cpu' | 'gpu';
  /** The worker bundle's hash, or `LLC_CODE_VERSION`. */
  readonly codeVersion: string;
}

export interface Identity {
  /** 12 hex digits: equal where the same numbers and traces come out. */
  readonly runId: string;
  /** The same without what is the sampler's: equal for the jobs that are compared with each other. */
  readonly familyId: string;
  /** Equal where data and training are the same. */
  readonly ermKey: string;
}

/** Names a job by what it computes; paths, display and cores do not count. */
export function identityOf(config: Config, { device, codeVersion }: Surroundings): Identity {
  // A GPU computes in singles whatever is asked of a CPU.
  const dtype = device === 'gpu' ? 'float32' : config[`${config.sampler}_dtype`];
  const relevant = FIELDS.filter((field) => isRelevant(field, config));
  const chosen = (keep: (field: Field) => boolean) =>
    Object.fromEntries(
      relevant
        .filter(keep)
        .map(({ name }) => [name, name === 'quad_dim' ? targetShape(config).dim : config[name]]),
    );
  return {
    runId: digest({ config: chosen(() => true), dtype, device, codeVersion }),
    familyId: digest({ config: chosen(isFamily), device, codeVersion }),
    ermKey: digest({ config: chosen(isTraining), codeVersion }),
  };
}

/**
 * 12 hex digits of the sha256 of a value's JSON with sorted keys: the first in a row that nobody who guesses types from a
 * table takes for a number, as 053449517025, 12345678e123 and, in R, 12345678901e would be.
 */
function digest(value: unknown): string {
  const hex = createHash('sha256').update(canonicalJson(value)).digest('hex');
  const letter = hex.search(/[a-df]/);
  return hex.slice(Math.max(0, letter - 11)).slice(0, 12);
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

const SAMPLER_GROUPS: ReadonlySet<string> = new Set(['sgld', 'sghmc', 'hmc', 'mclmc']);
/** Fields of one target. `quad_dim` stands for the dimension, wherever it comes from. */
const OWN_FIELDS: Readonly<Partial<Record<Field['name'], Config['target']>>> = {
  quad_dim: 'quadratic',
  quad_spectrum: 'quadratic',
  dln_widths: 'dln',
  dln_rank: 'dln',
  crossing_powers: 'crossing',
  power_exponents: 'power',
  tanh_hidden: 'tanh',
};
/** Of the fields below, what targets without data and training depend on too: metrics name `likelihood`. */
const OF_ALL_TARGETS: ReadonlySet<string> = new Set([
  'target',
  'likelihood',
  'n_data',
  'beta_mode',
  'beta0',
  'gamma',
  'prior_radius',
]);
const NETWORK_GROUPS: ReadonlySet<string> = new Set(['target', 'data', 'posterior', 'training']);

/** Whether numbers or stored traces of such a job may depend on a field. */
export function isRelevant({ name, group, matters }: Field, { sampler, target }: Config): boolean {
  if (!matters) return false;
  if (SAMPLER_GROUPS.has(group)) return group === sampler;
  const owner = OWN_FIELDS[name];
  if (owner !== undefined) return owner === target;
  return target === 'mlp' || !NETWORK_GROUPS.has(group) || OF_ALL_TARGETS.has(name);
}

function isFamily({ name, group }: Field): boolean {
  return NETWORK_GROUPS.has(group) || name === 'seed';
}

const NOT_TRAINING: ReadonlySet<string> = new Set(['beta_mode', 'beta0', 'gamma', 'prior_radius']);

function isTraining(field: Field): boolean {
  return isFamily(field) && !NOT_TRAINING.has(field.name);
}
