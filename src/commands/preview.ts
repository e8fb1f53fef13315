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
import { makeSweepPage } from './preview-sweep.ts';
import type { Rim } from './rim.ts';
import { runFolder } from './run-folder.ts';

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
    .addHelpText('after', '\nExamples:\n  llc preview\n  llc preview runs/3f9a12c4e07b')
    .action((given: string | undefined, flags: { readonly out?: string }) =>
      preview(given, flags.out, rim),
    );
}

async function preview(
  given: string | undefined,
  out: string | undefined,
  rim: Rim,
): Promise<void> {
  const asked = out === undefined ? null : resolve(rim.cwd, out);
  const { path, text } = await made(given, asked, rim);
  await writeWhole(path, text).catch((error) => {
    throw cannotWrite('the page', path, error);
  });
  rim.print(relative(rim.cwd, path));
  const copy = copyLine(path, rim.env);
  if (copy !== null) rim.print(copy);
}

/** What has the name of a sweep is one; all else is a run, or nothing. */
async function made(given: string | undefined, asked: string | null, rim: Rim): Promise<MadePage> {
  const sweepsDir = sweepsDirOf(rim.cwd);
  if (given === undefined)
    return makeSweepPage(await chooseSweep(sweepsDir, undefined), asked, rim);
  const isInSweeps = dirname(resolve(rim.cwd, given)) === sweepsDir;
  const name = isInSweeps ? basename(given) : given;
  const sweeps = (await exists(sweepsDir)) ? await sweepsByAge(sweepsDir) : [];
  if (sweeps.includes(name)) return makeSweepPage(name, asked, rim);
  return makeRunPage(await runFolder(given, rim), asked, rim);
}
