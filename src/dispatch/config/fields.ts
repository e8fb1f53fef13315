import { type Config, configSchema, type FieldMeta, type FieldName } from './schema.ts';

/** A field of the configuration with all that flags, help, forms and documents need. */
export interface Field extends FieldMeta {
  readonly name: FieldName;
  /** `--kebab-case`. */
  readonly flag: string;
  readonly default: Config[FieldName];
}

const defaults: Config = configSchema.parse({});

/** Every field, in the schema's order. */
export const FIELDS: readonly Field[] = (Object.keys(configSchema.shape) as FieldName[]).map(
  (name) => ({
    ...(configSchema.shape[name].meta() as unknown as FieldMeta),
    name,
    flag: `--${name.replaceAll('_', '-')}`,
    default: defaults[name],
  }),
);

const byName = new Map<string, Field>(FIELDS.map((field) => [field.name, field]));

/** The field of that name, or null. */
export function fieldOf(name: string): Field | null {
  return byName.get(name) ?? null;
}

/** What a field takes, in words: `an integer of at least 1, or none`. */
export function expectedOf(field: Field): string {
  const range = rangeOf(field);
  const words = {
    int: `an integer${range}`,
    float: `a number${range}`,
    bool: 'true or false',
    choice: `one of ${field.choices.join(', ')}`,
    int_list: `a list of integers${range}`,
    float_list: `a list of numbers${range}`,
    text: 'a text that is not empty',
  }[field.kind];
  return words + (field.none ? ', or none' : '') + (field.auto ? ', or auto' : '');
}

/** The largest bound of integers is there to catch slips and not worth a word. */
const NO_NEWS = 1e9;

function rangeOf({ min, max, aboveMin, kind }: Field): string {
  const each = kind.endsWith('_list') ? ', each' : '';
  const upper = max === null || max >= NO_NEWS ? null : max;
  if (min === null) return upper === null ? '' : `${each} of at most ${upper}`;
  if (upper === null) return aboveMin ? `${each} above ${min}` : `${each} of at least ${min}`;
  return aboveMin ? `${each} above ${min} and at most ${upper}` : `${each} from ${min} to ${upper}`;
}

/** A value as files and flags write it: `none` for null, lists with commas. */
export function valueText(value: Config[FieldName]): string {
  if (value === null) return 'none';
  return Array.isArray(value) ? value.join(',') : String(value);
}
