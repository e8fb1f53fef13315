import type { Command } from 'commander';
import { issueText } from '../dispatch/config/issue.ts';
import { didYouMean } from '../dispatch/config/nearest-name.ts';
import { readOption } from '../dispatch/config/read-option.ts';
import { REMEMBERED_NAMES, RUN_OPTION_NAMES, snakeName } from '../dispatch/config/run-options.ts';
import { LlcError } from '../dispatch/errors.ts';
import { bindingsOf } from '../screens/console/bindings.ts';
import { COMMANDS } from '../screens/console/command-table.ts';
import { openRemembered, type Remembered } from './remembered.ts';
import type { Rim } from './rim.ts';

const KEYS = 'keys.';
const KEY_NAMES = Object.keys(COMMANDS);
const KNOWN = [...REMEMBERED_NAMES, 'attention', ...KEY_NAMES.map((name) => KEYS + name)];

/** Adds `llc config`: what is remembered from one sweep to the next, and how the console behaves. */
export function addConfig(program: Command, rim: Rim): void {
  const config = program
    .command('config')
    .description('Show and change remembered defaults and settings of the console.')
    .addHelpText(
      'after',
      '\nExample:\n  llc config set slurm_partition gpu\n  llc config set keys.retry t\n  llc config set attention off\n  llc config set slurm_partition none      (forgets it)',
    );
  config
    .command('get [name]')
    .description('print what is remembered, all of it or one thing')
    .option('--json', 'as JSON', false)
    .addHelpText('after', '\nExample:\n  llc config get slurm_partition')
    .action(async (name: string | undefined, { json }: { json: boolean }) => {
      const all = listed((await openRemembered()).read());
      if (name === undefined) {
        if (json) rim.print(JSON.stringify(Object.fromEntries(all), null, 2));
        else for (const [key, value] of all) rim.print(`${key} = ${valueText(value)}`);
        return;
      }
      const known = knownName(name);
      const value = new Map(all).get(known) ?? null;
      rim.print(json ? JSON.stringify(value) : valueText(value));
    });
  config
    .command('set <name> <value>')
    .description('remember a value; none forgets it')
    .addHelpText('after', '\nExample:\n  llc config set gpu_types H100,A100')
    .action(async (name: string, text: string) => {
      const known = knownName(name);
      const file = await openRemembered();
      const read = () =>
        known.startsWith(KEYS)
          ? checkedKey(known, text, file.read().keys)
          : readSetting(known, text);
      const value = text === 'none' ? null : read();
      file.set(known, value);
      rim.print(value === null ? `${known} is forgotten` : `${known} = ${valueText(value)}`);
    });
  config
    .command('path')
    .description('print which file remembers')
    .addHelpText('after', '\nExample:\n  llc config path')
    .action(async () => rim.print((await openRemembered()).path));
}

function listed({ values, keys, attention }: Remembered): readonly (readonly [string, unknown])[] {
  return [
    ...Object.entries(values),
    ...(attention ? [] : [['attention', 'off'] as const]),
    ...Object.entries(keys).map(([name, key]) => [KEYS + name, key] as const),
  ];
}

function valueText(value: unknown): string {
  if (value === null) return 'none';
  if (Array.isArray(value)) return value.join(',');
  if (typeof value !== 'object') return String(value);
  return Object.entries(value as object)
    .map(([key, inner]) => `${key}=${inner}`)
    .join(',');
}

function knownName(name: string): string {
  const folded = name.startsWith(KEYS) ? name : name.replace(/^--/, '').replaceAll('-', '_');
  if (KNOWN.includes(folded)) return folded;
  const hint =
    didYouMean(name, KNOWN) ||
    `Known are ${REMEMBERED_NAMES.join(', ')}, attention and keys.COMMAND.`;
  throw new LlcError(78, `${name} is nothing that llc config remembers.`, hint);
}

function readSetting(name: string, text: string): unknown {
  if (name === 'attention') {
    if (text === 'on' || text === 'off') return text;
    throw new LlcError(78, `attention: got "${text}", expected on or off.`);
  }
  const option = RUN_OPTION_NAMES.find((candidate) => snakeName(candidate) === name);
  if (option === undefined) throw new LlcError(78, `${name} is no option.`);
  const read = readOption(option, text, name);
  if (!read.ok) throw new LlcError(78, issueText(read.issue), 'Nothing was changed.');
  return read.value;
}

/** One key a command; what only one screen has is checked when the console opens. */
function checkedKey(name: string, key: string, keys: Remembered['keys']): string {
  const made = bindingsOf({ ...keys, [name.slice(KEYS.length)]: key }, EVERY_SCREEN);
  if (made.ok) return key;
  throw new LlcError(78, made.why, 'Nothing was changed.');
}

/** Without commands of their own, so that the ones that all screens have are compared. */
const EVERY_SCREEN: Parameters<typeof bindingsOf>[1] = {
  home: [],
  wizard: [],
  grid: [],
  detail: [],
  errors: [],
  artifacts: [],
};
