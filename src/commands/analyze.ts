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
import { analysisInThread } from '../report/run-figures/analysis-thread.ts';
import { exists } from '../report/run-figures/exists.ts';
import type { Figure } from '../report/run-figures/figure.ts';
import { FIGURE_NAMES, type FigureName, isFigureName } from '../report/run-figures/figure-names.ts';
import {
  type FigureFiles,
  FigureWriter,
  figureFiles,
} from '../report/run-figures/write-figures.ts';
import type { Diagnostics } from '../report/runs/diagnostics.ts';
import { readRunNotes } from '../report/runs/stored-draws.ts';
import { storedSamplers } from '../report/runs/stored-samplers.ts';
import { recordOf, summaryCsv, summaryJson } from '../report/runs/summary-files.ts';
import { renderLine } from '../ui/render-line.ts';
import { themeOf, themeOfEnvironment } from '../ui/theme.ts';
import { analysisEntry } from './analysis-entry.ts';
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
    const show = flags.terminal
      ? shownHere(names, flags, rim)
      : await shownInFiles(sampler, names, outOf(dir, flags, rim), flags, rim);
    const request = { dir, sampler, notes, figures: show.names };
    try {
      for await (const part of analysisInThread(analysisEntry(rim), request, rim.signal)) {
        if (part.kind === 'unusable') sayUnusable(dir, sampler, part.reason, rim);
        else if (part.kind === 'figure') await show.figure(part.name, part.figure);
        else {
          found.push(part.diagnostics);
          if (!flags.json) tellDiagnostics(part.diagnostics, rim);
        }
      }
    } finally {
      await show.end();
    }
    if (found.at(-1)?.sampler === sampler) show.tell();
  }
  if (flags.json) rim.print(JSON.stringify(found.map(recordOf), null, 2));
  if (found.length > 0 && !flags.terminal)
    await writeSummaries(found, outOf(dir, flags, rim), flags, rim);
}

/** Where the figures of a sampler go. */
interface Showing {
  /** Those that shall be computed. */
  readonly names: readonly FigureName[];
  figure(name: FigureName, figure: Figure | null): Promise<void> | void;
  /** When nothing more is written. */
  end(): Promise<void> | void;
  /** What has become of them. */
  tell(): void;
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

/** Those of other samplers may be well. */
function sayUnusable(dir: string, sampler: SamplerName, reason: string, rim: Rim): void {
  const path = join(dir, RUN_FILES.draws(sampler));
  rim.note(harmlessText(`llc: ${path} cannot be used: ${reason}.`));
  rim.note('Bring the run again (llc pull-runs), or compute it again with --no-skip.');
  rim.exitCode = 1;
}

function outOf(dir: string, flags: Flags, rim: Rim): string {
  return flags.out === undefined ? join(dir, RUN_FILES.analysis) : resolve(rim.cwd, flags.out);
}

function tellDiagnostics(diagnostics: Diagnostics, rim: Rim): void {
  for (const line of diagnosticsLines(diagnostics))
    rim.print(rim.isTerminal ? line : asciiText(line));
}

function shownHere(names: readonly FigureName[], flags: Flags, rim: Rim): Showing {
  const theme = themeOfEnvironment(rim.env, { ascii: flags.ascii });
  // What is no terminal gets its dots, where its locale has them, but no colours.
  const shown = rim.isTerminal ? theme : themeOf({ ...theme, colour: false });
  const columns = Math.min(rim.columns, 120);
  return {
    names,
    figure: (_, figure) => {
      if (figure === null) return;
      rim.print('');
      for (const line of figureLines(figure, { theme: shown, columns }))
        rim.print(renderLine(line, shown));
    },
    end: () => {},
    tell: () => {},
  };
}

async function shownInFiles(
  sampler: SamplerName,
  names: readonly FigureName[],
  dir: string,
  { overwrite, json }: Flags,
  rim: Rim,
): Promise<Showing> {
  const inWords = (error: NodeJS.ErrnoException): never => {
    throw error.code === undefined ? error : cannotWrite('the figures in', dir, error);
  };
  const files = await figureFiles(names, { sampler, dir }, overwrite);
  const wanted = files.filter(({ missing }) => missing.length > 0);
  const writer = wanted.length === 0 ? null : new FigureWriter({ sampler, dir });
  const drawn = new Set<FigureName>();
  return {
    names: quickFirst(wanted.map(({ name }) => name)),
    figure: async (name, figure) => {
      const file = wanted.find((each) => each.name === name);
      if (figure === null || file === undefined) return;
      await writer?.write(figure, file).catch(inWords);
      drawn.add(name);
    },
    end: async () => writer?.end().catch(inWords),
    tell: () => {
      if (json) return;
      const named = (those: readonly FigureFiles[]) => those.map(({ name }) => name).join(', ');
      const written = named(wanted.filter(({ name }) => drawn.has(name)));
      const kept = named(files.filter(({ missing }) => missing.length === 0));
      const absent = named(wanted.filter(({ name }) => !drawn.has(name)));
      if (written !== '') rim.print(`drawn in ${relative(rim.cwd, dir) || '.'}: ${written}`);
      if (kept !== '') rim.print(`kept, --overwrite replaces them: ${kept}`);
      if (absent !== '') rim.print(`not stored by ${sampler}: ${absent}`);
    },
  };
}

/** Soon computed and long drawn: while one thread draws them, the other computes the rest. */
const QUICK: readonly FigureName[] = ['theta', 'trace', 'rank', 'steps'];

function quickFirst(names: readonly FigureName[]): FigureName[] {
  return [
    ...QUICK.filter((name) => names.includes(name)),
    ...names.filter((name) => !QUICK.includes(name)),
  ];
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
