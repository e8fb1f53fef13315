import { join, relative, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { SamplerName } from '../compute/settings.ts';
import { writeWhole } from '../dispatch/artifacts/atomic-write.ts';
import { cannotWrite } from '../dispatch/artifacts/cannot-write.ts';
import { analysisLayout, RUN_FILES } from '../dispatch/artifacts/layout.ts';
import { nearestName } from '../dispatch/config/nearest-name.ts';
import { LlcError } from '../dispatch/errors.ts';
import { harmlessText } from '../dispatch/job/harmless-text.ts';
import { SAMPLERS } from '../dispatch/plan/matrix.ts';
import { exists } from '../report/run-figures/exists.ts';
import {
  FIGURE_NAMES,
  type FigureName,
  figureOf,
  isFigureName,
} from '../report/run-figures/figure-names.ts';
import { type FigureFate, writeFigures } from '../report/run-figures/write-figures.ts';
import { type Diagnostics, diagnose } from '../report/runs/diagnostics.ts';
import {
  type RunNotes,
  readRunNotes,
  readStoredDraws,
  type StoredDraws,
  storedSamplers,
} from '../report/runs/stored-draws.ts';
import { recordOf, summaryCsv, summaryJson } from '../report/runs/summary-files.ts';
import { renderLine } from '../ui/render-line.ts';
import { themeOf, themeOfEnvironment } from '../ui/theme.ts';
import { asciiText } from './ascii-text.ts';
import { diagnosticsLines } from './diagnostics-lines.ts';
import { figureLines } from './figure-lines.ts';
import type { Rim } from './rim.ts';
import { runFolder } from './run-folder.ts';

interface Flags {
  readonly which: 'all' | SamplerName;
  readonly plots: string;
  readonly out?: string;
  readonly overwrite: boolean;
  readonly terminal: boolean;
  readonly ascii: boolean;
  readonly json: boolean;
}

/** Adds `llc analyze`: figures and diagnostics of a run from its stored draws. */
export function addAnalyze(program: Command, rim: Rim): void {
  program
    .command('analyze')
    .description(
      'Figures (SVG and PNG) and a table of diagnostics of a run, from its stored draws alone.',
    )
    .argument('<run_dir>', 'its folder, or its id of 12 hex digits for one in runs/')
    .addOption(
      new Option('--which <SAMPLER>', 'the sampler, where a folder has the draws of several')
        .choices(['all', ...SAMPLERS])
        .default('all'),
    )
    .option('--plots <NAMES>', 'which, with commas', FIGURE_NAMES.join(','))
    .option('--out <DIR>', 'where they shall lie. Default: analysis/ in the run')
    .option('--overwrite', 'replace files that are there', false)
    .option('--terminal', 'draw here, and write nothing', false)
    .option('--ascii', 'draw with nothing but ASCII', false)
    .option('--json', 'the diagnostics as JSON', false)
    .addHelpText('after', '\nExample:\n  llc analyze 3f9a12c4e07b --plots=running_llc,rank')
    .action((given: string, flags: Flags) => analyze(given, flags, rim));
}

async function analyze(given: string, flags: Flags, rim: Rim): Promise<void> {
  const names = figureNames(flags.plots);
  const dir = await runFolder(given, rim);
  const samplers = await samplersIn(dir, flags.which);
  const notes = await readRunNotes(dir).catch((error: Error) => {
    throw new LlcError(
      1,
      error.message,
      'The draws are not judged without it; move it away to look at them alone.',
    );
  });
  const found: Diagnostics[] = [];
  for (const sampler of samplers) {
    rim.signal.throwIfAborted();
    const draws = await drawsOf(dir, sampler, notes, rim);
    if (draws === null) continue;
    const diagnostics = diagnose(draws);
    found.push(diagnostics);
    if (!flags.json) tellDiagnostics(diagnostics, rim);
    if (flags.terminal) drawHere(draws, names, flags, rim);
    else await drawFiles(draws, names, outOf(dir, flags, rim), flags, rim);
  }
  if (flags.json) rim.print(JSON.stringify(found.map(recordOf), null, 2));
  if (found.length > 0 && !flags.terminal)
    await writeSummaries(found, outOf(dir, flags, rim), flags, rim);
}

function figureNames(text: string): FigureName[] {
  const names = text.split(',').flatMap((name) => name.trim() || []);
  if (names.length === 1 && names[0] === 'all') return FIGURE_NAMES;
  const wrong = names.find((name) => !isFigureName(name));
  if (wrong !== undefined) {
    const near = nearestName(wrong, FIGURE_NAMES);
    throw new LlcError(
      64,
      `${JSON.stringify(wrong)} is no figure.`,
      `${near === null ? '' : `Did you mean ${near}? `}Known are ${FIGURE_NAMES.join(', ')}.`,
    );
  }
  return [...new Set(names.filter(isFigureName))];
}

async function samplersIn(dir: string, which: Flags['which']): Promise<SamplerName[]> {
  const stored = await storedSamplers(dir);
  const wanted = stored.filter((sampler) => which === 'all' || which === sampler);
  if (wanted.length > 0) return wanted;
  if (stored.length > 0)
    throw new LlcError(
      64,
      `The run has no draws of ${which}.`,
      `It has those of ${stored.join(', ')}.`,
    );
  const whole = await exists(join(dir, RUN_FILES.metrics));
  throw new LlcError(
    64,
    `${dir} has no draws: no ${SAMPLERS.map(RUN_FILES.draws).join(', ')}.`,
    whole
      ? 'The run was made with --no-artifacts, which keeps the numbers alone; without it the draws are kept.'
      : 'Give a folder of runs/.',
  );
}

/** Null where the file cannot be used, which is said; those of other samplers may be well. */
async function drawsOf(
  dir: string,
  sampler: SamplerName,
  notes: RunNotes,
  rim: Rim,
): Promise<StoredDraws | null> {
  try {
    return await readStoredDraws(dir, sampler, notes);
  } catch (error) {
    const path = join(dir, RUN_FILES.draws(sampler));
    rim.note(harmlessText(`llc: ${path} cannot be used: ${(error as Error).message}.`));
    rim.note('Bring the run again (llc pull-runs), or compute it again with --no-skip.');
    rim.exitCode = 1;
    return null;
  }
}

function outOf(dir: string, flags: Flags, rim: Rim): string {
  return flags.out === undefined ? join(dir, RUN_FILES.analysis) : resolve(rim.cwd, flags.out);
}

function tellDiagnostics(diagnostics: Diagnostics, rim: Rim): void {
  for (const line of diagnosticsLines(diagnostics))
    rim.print(rim.isTerminal ? line : asciiText(line));
}

function drawHere(draws: StoredDraws, names: readonly FigureName[], flags: Flags, rim: Rim): void {
  const theme = themeOfEnvironment(rim.env, { ascii: flags.ascii });
  // What is no terminal gets its dots, where its locale has them, but no colours.
  const shown = rim.isTerminal ? theme : themeOf({ ...theme, colour: false });
  const columns = Math.min(rim.columns, 120);
  for (const name of names) {
    const figure = figureOf(name, draws);
    if (figure === null) continue;
    rim.print('');
    for (const line of figureLines(figure, { theme: shown, columns }))
      rim.print(renderLine(line, shown));
  }
}

async function drawFiles(
  draws: StoredDraws,
  names: readonly FigureName[],
  out: string,
  { overwrite, json }: Flags,
  rim: Rim,
): Promise<void> {
  const fates = await writeFigures(draws, names, { dir: out, overwrite, signal: rim.signal }).catch(
    (error: NodeJS.ErrnoException) => {
      throw error.code === undefined ? error : cannotWrite('the figures in', out, error);
    },
  );
  if (json) return;
  const named = (state: FigureFate['state']) =>
    fates.flatMap((fate) => (fate.state === state ? fate.name : [])).join(', ');
  const where = relative(rim.cwd, out) || '.';
  if (named('written') !== '') rim.print(`drawn in ${where}: ${named('written')}`);
  if (named('kept') !== '') rim.print(`kept, --overwrite replaces them: ${named('kept')}`);
  if (named('absent') !== '') rim.print(`not stored by ${draws.sampler}: ${named('absent')}`);
}

async function writeSummaries(
  found: readonly Diagnostics[],
  out: string,
  { overwrite, json }: Flags,
  rim: Rim,
): Promise<void> {
  const { summaryCsv: csv, summaryJson: asJson } = analysisLayout(out);
  for (const [path, text] of [
    [csv, summaryCsv(found)],
    [asJson, summaryJson(found)],
  ] as const) {
    if (!overwrite && (await exists(path))) {
      if (!json) rim.print(`kept, --overwrite replaces it: ${relative(rim.cwd, path)}`);
      continue;
    }
    await writeWhole(path, text).catch((error) => {
      throw cannotWrite('the summary', path, error);
    });
  }
}
