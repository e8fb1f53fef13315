import type { NamedOverrides } from './wizard-known.ts';

/**
 * Problems to compare where no study names any. The first one is the configuration's own and has no overrides; its
 * name is its target's, as the plan calls it.
 */
export function builtInProblems(target: string): readonly NamedOverrides[] {
  return [{ name: target, overrides: {} }, ...OTHERS.filter(({ name }) => name !== target)];
}

const OTHERS: readonly NamedOverrides[] = [
  { name: 'small', overrides: { target: 'mlp', target_params: 1000 } },
  { name: 'medium', overrides: { target: 'mlp', target_params: 3000 } },
  { name: 'large', overrides: { target: 'mlp', target_params: 10_000 } },
  { name: 'quadratic', overrides: { target: 'quadratic', quad_dim: 20 } },
  { name: 'dln-3-3-3', overrides: { target: 'dln', dln_widths: [3, 3, 3] } },
];

export const SAMPLER_CHOICES: readonly NamedOverrides[] = ['sgld', 'sghmc', 'hmc', 'mclmc'].map(
  (name) => ({ name, overrides: {} }),
);
