import { basename, dirname, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { writeWhole } from '../dispatch/artifacts/atomic-write.ts';
import { cannotWrite } from '../dispatch/artifacts/cannot-write.ts';
import { copyLine } from './copy-line.ts';
import { chooseSweep, sweepsDirOf } from './newest-sweep.ts';
import { makeSweepPage } from './preview-sweep.ts';
import type { Rim } from './rim.ts';

/** A page and where it goes. */
export interface MadePage {
  readonly path: string;
  readonly text: string;
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
  const { path, text } = await makeSweepPage(await sweepNamed(given, rim), asked, rim);
  await writeWhole(path, text).catch((error) => {
    throw cannotWrite('the page', path, error);
  });
  rim.print(relative(rim.cwd, path));
  const copy = copyLine(path, rim.env);
  if (copy !== null) rim.print(copy);
}

async function sweepNamed(given: string | undefined, { cwd }: Rim): Promise<string> {
  const sweepsDir = sweepsDirOf(cwd);
  const isFolder = given !== undefined && dirname(resolve(cwd, given)) === resolve(sweepsDir);
  return chooseSweep(sweepsDir, isFolder ? basename(given) : given);
}
