import { Command } from 'commander';
import { expect, test } from 'vitest';
import { checkConfig } from '../../../src/dispatch/config/check.ts';
import { FIELDS, valueText } from '../../../src/dispatch/config/fields.ts';
import { addRunFlags, read, readFlags } from '../../../src/dispatch/config/flags.ts';
import { flagName, RUN_OPTION_NAMES } from '../../../src/dispatch/config/run-options.ts';

function given(...argv: string[]) {
  const command = addRunFlags(new Command('run').exitOverride());
  command.parse(argv, { from: 'user' });
  return readFlags(command);
}

test('without flags nothing is given', () => {
  expect(given()).toEqual({ fields: {}, options: {} });
});

test('values are read by the type of their field', () => {
  const { fields } = given(
    ...['--chains', '3', '--gamma', 'none', '--sgld-step-size', 'auto', '--no-bias'],
    ...[
      '--layernorm',
      '--widths',
      '10,20',
      '--beta0',
      '1e-3',
      '--target',
      'dln',
      '--x-dist',
      'mixture',
    ],
  );
  expect(fields).toEqual({
    chains: 3,
    gamma: null,
    sgld_step_size: 'auto',
    bias: false,
    layernorm: true,
    widths: [10, 20],
    beta0: 0.001,
    target: 'dln',
    x_dist: 'mixture',
  });
});

test('how to run is told from what to compute', () => {
  const { fields, options } = given(
    ...['--backend', 'slurm', '--slurm-extra', 'a=b', '--slurm-extra', 'c=d', '--no-skip'],
    ...['--no-artifacts', '--dry-run', '--save-plots'],
  );
  expect(options).toEqual({
    backend: 'slurm',
    slurmExtra: ['a=b', 'c=d'],
    skip: false,
    artifacts: false,
    dryRun: true,
  });
  expect(fields).toEqual({ save_plots: true });
});

test('text that does not fit is kept for the check to refuse', () => {
  const { fields } = given('--chains', 'many', '--gamma', '-1', '--widths', '1,,3');
  const checked = checkConfig(fields);
  expect(checked.ok ? [] : checked.issues.map(({ path, got }) => [path, got])).toEqual([
    ['widths[1]', '""'],
    ['gamma', '-1'],
    ['chains', '"many"'],
  ]);
});

test('every default reads back from its own text', () => {
  for (const field of FIELDS) {
    expect(read(field, valueText(field.default))).toEqual(field.default);
  }
});

test('help names every flag with its default', () => {
  const command = addRunFlags(new Command('run'));
  const help = command.configureHelp({ helpWidth: 1000 }).helpInformation();
  for (const { flag } of FIELDS) expect(help).toMatch(new RegExp(`${flag}\\b.*default: `));
  for (const name of RUN_OPTION_NAMES) expect(help).toContain(`${flagName(name)}`);
});
