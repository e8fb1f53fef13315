import { type Config, configSchema } from './schema.ts';

/** Checked values of one origin. Later layers win over earlier ones. */
export interface Layer {
  /** `preset quick`, `base`, `flags`: for messages. */
  readonly name: string;
  readonly values: Partial<Config>;
}

export interface Resolved {
  readonly config: Config;
  readonly notes: readonly string[];
}

const builtIn: Config = configSchema.parse({});

/**
 * Lays values over the built-in ones, field by field, with three rules beyond that:
 *
 * - giving `gamma` or `prior_radius` unsets the other of lower layers (in one layer, given both, the
 *   contradiction is for `bothGiven` to tell);
 * - for a network, giving `hidden` unsets a `target_params` of lower layers, which would make it do nothing;
 * - giving `widths` sets `depth`, unless that is given beside or above it.
 */
export function resolveLayers(layers: readonly Layer[]): Resolved {
  const config: Record<string, unknown> = { ...builtIn };
  const notes: string[] = [];
  const target = layers.findLast(({ values }) => values.target !== undefined)?.values.target;
  const isNetwork = (target ?? builtIn.target) === 'mlp';
  for (const { name, values } of layers) {
    Object.assign(config, values);
    if (isGiven(values.prior_radius)) config['gamma'] = null;
    else if (isGiven(values.gamma)) config['prior_radius'] = null;
    if (isNetwork && isGiven(values.hidden)) {
      if (values.target_params === undefined) config['target_params'] = null;
      else if (values.target_params !== null) {
        notes.push(`${name}: hidden does nothing where target_params is given`);
      }
    }
    if (values.widths && !isGiven(values.depth)) config['depth'] = values.widths.length;
  }
  if (config['gamma'] === null && config['prior_radius'] === null) config['gamma'] = builtIn.gamma;
  return { config: config as Config, notes };
}

/** Whether one layer gives both ways to localise, so that neither can win. */
export function bothGiven({ gamma, prior_radius }: Partial<Config>): boolean {
  return isGiven(gamma) && isGiven(prior_radius);
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
