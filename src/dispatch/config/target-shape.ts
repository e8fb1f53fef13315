import { mlpLayout } from '../../compute/targets/mlp-layout.ts';
import { hiddenWidths } from '../../compute/targets/widths.ts';
import type { Config } from './schema.ts';

/** What can be told of a target without making it. */
export interface TargetShape {
  /** Number of parameters d; null where the configuration describes no target. */
  readonly dim: number | null;
  /** Hidden layers; 0 for targets that are no network of the configuration's. */
  readonly depth: number;
  /** Empty for targets that are no network of the configuration's. */
  readonly activation: string;
}

/** The size of the target that a configuration describes. */
export function targetShape(config: Config): TargetShape {
  if (config.target !== 'mlp') return { dim: analyticDim(config), depth: 0, activation: '' };
  const hidden = hiddenWidths(config);
  const { dim } = mlpLayout([config.in_dim, ...hidden, config.out_dim], config.bias);
  return { dim, depth: hidden.length, activation: config.activation };
}

function analyticDim(config: Config): number | null {
  switch (config.target) {
    case 'quadratic': {
      const { quad_spectrum, quad_dim, target_params, in_dim } = config;
      return quad_spectrum?.length ?? quad_dim ?? target_params ?? in_dim;
    }
    case 'dln':
      return config.dln_widths === null ? null : mlpLayout(config.dln_widths, false).dim;
    case 'crossing':
      return config.crossing_powers?.length ?? null;
    case 'power':
      return config.power_exponents?.length ?? null;
    case 'tanh':
      return config.tanh_hidden === null ? null : 2 * config.tanh_hidden;
    case 'mlp':
      return null;
  }
}
