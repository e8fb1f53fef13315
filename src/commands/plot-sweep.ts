import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { writeWhole } from '../dispatch/artifacts/atomic-write.ts';
import { cannotWrite } from '../dispatch/artifacts/cannot-write.ts';
import { sweepLayout } from '../dispatch/artifacts/layout.ts';
import { nearestName } from '../dispatch/config/nearest-name.ts';
import { LlcError } from '../dispatch/errors.ts';
import { SAMPLERS } from '../dispatch/plan/matrix.ts';
import { MEASURES } from '../report/sweeps/medians.ts';
import {
  filtered,
  needColumn,
  numberIn,
  type ResultRow,
  readFilters,
  readResults,
} from '../report/sweeps/results-table.ts';
import { type SweepFigure, sweepFigures } from '../report/sweeps/sweep-figures.ts';
import { chooseSweep, sweepsDirOf } from './newest-sweep.ts';
import type { Rim } from './rim.ts';

interface Flags {
  readonly csv?: string;
  readonly out?: string;
  readonly sizeCol: string;
  readonly samplers?: string;
  readonly filters?: readonly string[];
}

/** Adds `llc plot-sweep`: samplers compared over a sweep's table. */
export function addPlotSweep(program: Command, rim: Rim): void {
  program
    .command('plot-sweep')
    .description(
      'Compare samplers over a sweep: efficiency and error by problem size, and agreement.',
    )
    .argument('[sweep]', 'its name, a folder of sweeps/. Default: the newest')
    .option('--csv <FILE>', 'a results.csv instead, also one of the Python original')
    .option('--out <DIR>', 'where figures shall lie. Default: plots/ beside the table')
    .option('--size-col <COLUMN>', "the problem's size", 'target_params')
    .option('--samplers <NAMES>', 'which, with commas. Default: all in the table')
    .addOption(
      new Option(
        '--filters <COLUMN=VALUE...>',
        'only rows with that value, or one of several: depth=2 problem=small|large',
      ),
    )
    .addHelpText(
      'after',
      '\nExample:\n  llc plot-sweep --filters activation=tanh\n  llc plot-sweep --csv llc_sweep_results.csv --size-col depth --out figures',
    )
    .action((sweep: string | undefined, flags: Flags) => plotSweep(sweep, flags, rim));
}

async function plotSweep(sweep: string | undefined, flags: Flags, rim: Rim): Promise<void> {
  const csv = await tableOf(sweep, flags, rim);
  const text = await readFile(csv, 'utf8').catch((error: Error) => {
    throw new LlcError(1, `${csv} cannot be read: ${error.message}`);
  });
  const table = readResults(text, csv);
  for (const name of table.unknown)
    rim.note(`${csv}: rows of the sampler ${name || '(none)'} are left out`);
  needColumn(flags.sizeCol, table.columns, '--size-col');
  const chosen = samplersIn(flags.samplers);
  const rows = filtered(table.rows, readFilters(flags.filters ?? [], table)).filter(
    ({ sampler }) => chosen === null || chosen.has(sampler),
  );
  if (rows.length === 0)
    throw new LlcError(1, `No row of ${csv} fits.`, 'Look at --filters and --samplers.');
  const sizeOf = ({ cells }: ResultRow) => numberIn(cells[flags.sizeCol] ?? '');
  const figures = sweepFigures(rows, flags.sizeCol, sizeOf);
  if (figures.length === 0)
    throw new LlcError(1, `${csv} has no numbers to draw: llc_se, ess and t_sampling are empty.`);
  const out = flags.out === undefined ? join(dirname(csv), 'plots') : resolve(rim.cwd, flags.out);
  await draw(figures, out, rim);
  const absent = MEASURES.filter(({ name }) => !figures.some((figure) => figure.name === name));
  if (absent.length > 0)
    rim.print(`the table has no numbers for: ${absent.map(({ name }) => name).join(', ')}`);
  rim.print(`${rows.length} jobs drawn in ${out}: ${figures.map(({ name }) => name).join(', ')}`);
}

async function draw(figures: readonly SweepFigure[], out: string, rim: Rim): Promise<void> {
  const { renderFigure } = await import('../report/figures/render-figure.ts');
  for (const { name, spec, size } of figures) {
    rim.signal.throwIfAborted();
    const { svg, png } = await renderFigure(spec, size);
    try {
      await writeWhole(join(out, `${name}.svg`), svg);
      await writeWhole(join(out, `${name}.png`), png);
    } catch (error) {
      throw cannotWrite('the figures', out, error);
    }
  }
}

async function tableOf(sweep: string | undefined, { csv }: Flags, rim: Rim): Promise<string> {
  if (csv !== undefined && sweep !== undefined)
    throw new LlcError(64, 'Give a sweep or --csv, not both.');
  if (csv !== undefined) return resolve(rim.cwd, csv);
  const sweepsDir = sweepsDirOf(rim.cwd);
  return sweepLayout(sweepsDir, await chooseSweep(sweepsDir, sweep)).results;
}

function samplersIn(names: string | undefined): ReadonlySet<string> | null {
  if (names === undefined) return null;
  const chosen = names.split(',').map((name) => name.trim());
  for (const name of chosen) {
    if ((SAMPLERS as readonly string[]).includes(name)) continue;
    const near = nearestName(name, SAMPLERS);
    const hint = near === null ? `Samplers are ${SAMPLERS.join(', ')}.` : `Did you mean ${near}?`;
    throw new LlcError(64, `--samplers: there is no sampler ${name}.`, hint);
  }
  return new Set(chosen);
}
