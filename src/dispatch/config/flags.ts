import { Command, Option } from 'commander';
import { expectedOf, FIELDS, type Field, valueText } from './fields.ts';
import { flagName, RUN_OPTION_NAMES, RUN_OPTIONS, type RunOptionName } from './run-options.ts';

/** What was given on the command line, and nothing else; not yet checked. */
export interface GivenFlags {
  /** Fields of the configuration, by name. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly options: Readonly<Partial<Record<RunOptionName, unknown>>>;
}

/** Adds the flags of `run` and `sweep`: how to run, and every field of the configuration. */
export function addRunFlags(command: Command): Command {
  addRunOptions(command, RUN_OPTION_NAMES);
  for (const field of FIELDS) addField(command, field);
  return command;
}

/** Where flags stand in a command's help, and whether it tells the values that are in force without them. */
export interface FlagWords {
  readonly group: string;
  readonly defaults: boolean;
}

/** Adds some of the flags that tell how to run. */
export function addRunOptions(
  command: Command,
  names: readonly RunOptionName[],
  words: FlagWords = { group: 'How to run:', defaults: true },
): void {
  for (const name of names) addRunOption(command, name, words);
}

/** Reads what `addRunFlags` added. */
export function readFlags(command: Command): GivenFlags {
  const fields: Record<string, unknown> = {};
  for (const field of FIELDS) {
    const value = given(command, field.flag);
    if (value !== undefined)
      fields[field.name] = typeof value === 'string' ? read(field, value) : value;
  }
  return { fields, options: givenRunOptions(command, RUN_OPTION_NAMES) };
}

/**
 * Reads flags as they stand on a command line.
 *
 * @throws CommanderError for a flag that nobody knows
 */
export function flagsOfArgv(argv: readonly string[]): GivenFlags {
  const command = addRunFlags(new Command('sweep')).exitOverride();
  command.configureOutput({ writeErr: () => {}, writeOut: () => {} });
  command.parse([...argv], { from: 'user' });
  return readFlags(command);
}

/** Which of these options were given; not yet checked. */
export function givenRunOptions(
  command: Command,
  names: readonly RunOptionName[],
): GivenFlags['options'] {
  const options: Partial<Record<RunOptionName, unknown>> = {};
  for (const name of names) {
    const value = given(command, flagName(name));
    if (value !== undefined) options[name] = value;
  }
  return options;
}

function given(command: Command, flag: string): unknown {
  const attribute = new Option(flag).attributeName();
  const isGiven = command.getOptionValueSource(attribute) === 'cli';
  return isGiven ? command.getOptionValue(attribute) : undefined;
}

/** A field's value from a flag's text; text that does not fit stays as it is, for the check to refuse. */
export function read(field: Field, text: string): unknown {
  if (field.none && text === 'none') return null;
  switch (field.kind) {
    case 'int':
    case 'float':
      return numberOf(text);
    case 'int_list':
    case 'float_list':
      return text.split(',').map(numberOf);
    case 'bool':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'choice':
    case 'text':
      return text;
  }
}

function numberOf(text: string): unknown {
  const number = Number(text);
  return text.trim() === '' || !Number.isFinite(number) ? text.trim() : number;
}

function addRunOption(command: Command, name: RunOptionName, { group, defaults }: FlagWords): void {
  const spec = RUN_OPTIONS[name];
  const flag = flagName(name);
  const bare = flag.slice(2);
  const fallback = spec.defaultText ?? (spec.default === null ? 'none' : String(spec.default));
  if (spec.kind === 'bool') {
    const yes = new Option(flag, `${spec.help}${spec.default === true ? ' (default)' : ''}`);
    command.addOption(yes.helpGroup(group));
    if (spec.default === true) {
      command.addOption(new Option(`--no-${bare}`, `not: ${spec.help}`).helpGroup(group));
    }
    return;
  }
  const value = spec.choices?.join('|') ?? spec.value ?? (spec.kind === 'text' ? 'NAME' : 'N');
  const help = defaults ? `${spec.help} (default: ${fallback})` : spec.help;
  const option = new Option(`${flag} <${value}>`, help);
  if (spec.kind === 'pairs') {
    option.argParser((pair: string, before: readonly string[] | undefined) => [
      ...(before ?? []),
      pair,
    ]);
  }
  command.addOption(option.helpGroup(group));
}

function addField(command: Command, field: Field): void {
  const group = `Configuration, ${field.group}:`;
  const fallback = `default: ${valueText(field.default)}`;
  if (field.kind === 'bool') {
    command.addOption(new Option(field.flag, `${field.help} (${fallback})`).helpGroup(group));
    const opposite = `--no-${field.flag.slice(2)}`;
    command.addOption(new Option(opposite, `not: ${field.help}`).helpGroup(group));
    return;
  }
  const text = `${field.help} (${expectedOf(field)}; ${fallback})`;
  command.addOption(new Option(`${field.flag} <${VALUE[field.kind]}>`, text).helpGroup(group));
}

const VALUE = {
  int: 'N',
  float: 'X',
  choice: 'NAME',
  int_list: 'N,N,…',
  float_list: 'X,X,…',
  text: 'TEXT',
} as const;
