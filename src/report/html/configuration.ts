import { isDeepStrictEqual } from 'node:util';
import { valueText } from '../../dispatch/config/fields.ts';
import type { Config, FieldName } from '../../dispatch/config/schema.ts';

/** Fields that have one value in all of the configurations, and those that have several, with these. */
export function sharedFields(configs: readonly Config[]): {
  readonly shared: (readonly [string, string])[];
  readonly differing: (readonly [string, string])[];
} {
  const [first] = configs;
  const names = Object.keys(first ?? {}) as FieldName[];
  const isShared = (name: FieldName) =>
    configs.every((config) => isDeepStrictEqual(config[name], first[name]));
  const valuesOf = (name: FieldName) => [
    ...new Set(configs.map((config) => valueText(config[name]))),
  ];
  return {
    shared: names.filter(isShared).map((name) => [name, valueText(first[name])]),
    differing: names
      .filter((name) => !isShared(name))
      .map((name) => [name, valuesOf(name).join('; ')]),
  };
}
