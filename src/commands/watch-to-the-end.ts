import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RESULTS_CSV, sweepLayout } from '../dispatch/artifacts/layout.ts';
import { secondsBetween } from '../dispatch/journal/reduce.ts';
import { summaryOf } from '../dispatch/scheduler/sweep-summary.ts';
import { exitCodeOf } from './exit-code.ts';
import type { Rim } from './rim.ts';
import { endLines, leftLine, summaryJson } from './sweep-report.ts';
import { type WatchOptions, watchSweep } from './watch-sweep.ts';

/** Shows a sweep and tells how it ended, or, where the person leaves before, how to come back. */
export async function watchToTheEnd(
  dir: string,
  rim: Rim,
  options: { readonly json: boolean } & Omit<WatchOptions, 'quiet'>,
): Promise<void> {
  const sweep = await watchSweep(dir, rim, { ...options, quiet: options.json });
  const files = sweepLayout(dirname(dir), basename(dir));
  const took = secondsBetween(sweep.plannedAt ?? 0, sweep.endedAt ?? sweep.plannedAt ?? 0);
  const summary = summaryOf(sweep, files, took);
  rim.exitCode = exitCodeOf(summary);
  if (options.json) rim.print(JSON.stringify(summaryJson(summary), null, 2));
  else if (summary.outcome === 'stopped') rim.print(leftLine(sweep));
  else {
    const look = { ascii: !rim.isTerminal, hasCopies: await hasCopies(files.results, rim.cwd) };
    for (const line of endLines(summary, look)) rim.print(line);
  }
}

/** Whether the tables in the working directory are this sweep's: a run makes no copies, a later sweep other ones. */
async function hasCopies(results: string, cwd: string): Promise<boolean> {
  const texts = await Promise.all(
    [results, join(cwd, RESULTS_CSV)].map((path) => readFile(path, 'utf8').catch(() => null)),
  );
  return texts[0] !== null && texts[0] === texts[1];
}
