import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { writeWhole } from '../dispatch/artifacts/atomic-write.ts';
import { cannotWrite } from '../dispatch/artifacts/cannot-write.ts';
import { analysisLayout, isRunId, runDir, sweepLayout } from '../dispatch/artifacts/layout.ts';
import { LlcError } from '../dispatch/errors.ts';
import { harmlessText } from '../dispatch/job/harmless-text.ts';
import { readJournal, replay } from '../dispatch/journal/replay.ts';
import { finishedJobs } from '../dispatch/journal/selectors.ts';
import { exists } from '../report/run-figures/exists.ts';
import { chooseSweep, sweepsDirOf } from './newest-sweep.ts';
import { previewRun } from './preview-run.ts';
import { previewSweep } from './preview-sweep.ts';
import type { Rim } from './rim.ts';

interface Flags {
  readonly out?: string;
  readonly withRuns: boolean;
}

/** Adds `llc preview`: a run or a sweep as one HTML file. */
export function addPreview(program: Command, rim: Rim): void {
  program
    .command('preview')
    .description('A run or a sweep (default: the newest) as one HTML file that needs no network.')
    .argument('[what]', 'a folder of runs/ or sweeps/, a run’s id or a sweep’s name')
    .option(
      '--out <FILE>',
      'where it shall lie. Default: report.html in the sweep, or in the run’s analysis/',
    )
    .option('--with-runs', 'of a sweep: also the page of each run, which its table links to', false)
    .addHelpText('after', '\nExample:\n  llc preview 1123-1431-quick --with-runs')
    .action((what: string | undefined, flags: Flags) => preview(what, flags, rim));
}

async function preview(what: string | undefined, flags: Flags, rim: Rim): Promise<void> {
  const made = `llc ${rim.version}`;
  const dir = what === undefined ? null : await runFolder(what, rim);
  if (dir !== null) {
    const { page } = pageOfRun(dir);
    return write(flags.out, page, await previewRun(dir, made, rim), rim);
  }
  const sweepsDir = sweepsDirOf(rim.cwd);
  const named = what === undefined ? undefined : basename(resolve(rim.cwd, what));
  const files = sweepLayout(sweepsDir, await chooseSweep(sweepsDir, named));
  if (flags.withRuns) await previewRuns(files.journal, made, rim);
  await write(flags.out, files.page, await previewSweep(files, made, rim), rim);
}

/** The pages of a sweep's runs that are here. */
async function previewRuns(journal: string, made: string, rim: Rim): Promise<void> {
  const sweep = replay((await readJournal(journal)).events);
  for (const { runId } of finishedJobs(sweep)) {
    const dir = runDir(resolve(rim.cwd, sweep.runsDir), runId);
    if (!(await exists(dir))) continue;
    await save(pageOfRun(dir).page, await previewRun(dir, made, rim));
  }
}

function pageOfRun(dir: string): { readonly page: string } {
  return analysisLayout(join(dir, 'analysis'));
}

/** Null where it names no run. */
async function runFolder(what: string, rim: Rim): Promise<string | null> {
  const dir = isRunId(what) ? runDir(resolve(rim.cwd, 'runs'), what) : resolve(rim.cwd, what);
  const isFolder = (await stat(dir).catch(() => null))?.isDirectory() === true;
  if (isFolder && (await exists(join(dir, 'metrics.json')))) return dir;
  if (isRunId(what)) throw new LlcError(64, `There is no run ${harmlessText(what)} here.`);
  return null;
}

async function write(out: string | undefined, path: string, text: string, rim: Rim): Promise<void> {
  const file = out === undefined ? path : resolve(rim.cwd, out);
  await save(file, text);
  rim.print(file);
  // Whoever sits elsewhere opens it there.
  if (rim.env['SSH_CONNECTION'] !== undefined && rim.canAsk)
    rim.note(`On your own machine: scp ${hostname()}:${file} . && open ${basename(file)}`);
}

async function save(file: string, text: string): Promise<void> {
  try {
    await writeWhole(file, text);
  } catch (error) {
    throw cannotWrite('the page', dirname(file), error);
  }
}
