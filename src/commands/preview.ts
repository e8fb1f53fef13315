import { basename, dirname, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { writeWhole } from '../dispatch/artifacts/atomic-write.ts';
import { cannotWrite } from '../dispatch/artifacts/cannot-write.ts';
import { sweepsByAge } from '../dispatch/artifacts/sweeps-by-age.ts';
import { exists } from '../report/run-figures/exists.ts';
import { copyLine } from './copy-line.ts';
import type { MadePage } from './made-page.ts';
import { chooseSweep, sweepsDirOf } from './newest-sweep.ts';
import { makeRunPage } from './preview-run.ts';
import { makeSweepPage, runsOfSweep } from './preview-sweep.ts';
import type { Rim } from './rim.ts';
import { runFolder } from './run-folder.ts';

interface Flags {
  readonly out?: string;
  readonly withRuns: boolean;
}

/** Adds `llc preview`: a run or a sweep as one HTML file. */
export function addPreview(program: Command, rim: Rim): void {
  program
    .command('preview')
    .description('One HTML file of a run or a sweep: tables, figures, verdicts, provenance.')
    .argument(
      '[run_or_sweep]',
      "a run's folder or id, or a sweep's name. Default: the newest sweep",
    )
    .option(
      '--out <FILE>',
      "where it shall lie. Default: report.html in the sweep, or in the run's analysis/",
    )
    .option('--with-runs', 'of a sweep: the pages of its runs too, which it leads to', false)
    .addHelpText('after', '\nExamples:\n  llc preview\n  llc preview runs/3f9a12c4e07b')
    .action((given: string | undefined, flags: Flags) => preview(given, flags, rim));
}

async function preview(given: string | undefined, flags: Flags, rim: Rim): Promise<void> {
  const asked = flags.out === undefined ? null : resolve(rim.cwd, flags.out);
  const sweep = await sweepMeant(given, rim);
  if (sweep !== null && flags.withRuns)
    for (const dir of await runsOfSweep(sweep, rim.cwd))
      await save(await makeRunPage(dir, null, rim));
  const made =
    sweep === null
      ? await makeRunPage(await runFolder(given ?? '', rim), asked, rim)
      : await makeSweepPage(sweep, asked, rim);
  await save(made);
  rim.print(relative(rim.cwd, made.path));
  const copy = copyLine(made.path, rim.env);
  if (copy !== null) rim.print(copy);
}

/** What has the name of a sweep is one; all else is a run, or nothing: null. */
async function sweepMeant(given: string | undefined, { cwd }: Rim): Promise<string | null> {
  const sweepsDir = sweepsDirOf(cwd);
  if (given === undefined) return chooseSweep(sweepsDir, undefined);
  const name = dirname(resolve(cwd, given)) === sweepsDir ? basename(given) : given;
  const sweeps = (await exists(sweepsDir)) ? await sweepsByAge(sweepsDir) : [];
  return sweeps.includes(name) ? name : null;
}

async function save({ path, text }: MadePage): Promise<void> {
  await writeWhole(path, text).catch((error) => {
    throw cannotWrite('the page', path, error);
  });
}
