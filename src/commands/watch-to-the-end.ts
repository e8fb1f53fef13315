import { basename, dirname } from 'node:path';
import { sweepLayout } from '../dispatch/artifacts/layout.ts';
import { secondsBetween } from '../dispatch/journal/reduce.ts';
import { summaryOf } from '../dispatch/scheduler/sweep-summary.ts';
import { exitCodeOf } from './exit-code.ts';
import { hasCopies } from './has-copies.ts';
import type { Rim } from './rim.ts';
import { endLines, leftLine, summaryJson } from './sweep-report.ts';
import { type WatchOptions, watchSweep } from './watch-sweep.ts';

/**
 * Shows a sweep and tells how it ended, or, where the person leaves before, how to come back.
 *
 * @param options.asGrid - in a terminal by the console's grid; else, and without a terminal, a line an event
 */
export async function watchToTheEnd(
  dir: string,
  rim: Rim,
  options: { readonly json: boolean; readonly asGrid: boolean } & Omit<WatchOptions, 'quiet'>,
): Promise<void> {
  if (options.asGrid && !options.json && rim.isTerminal && rim.canAsk) {
    // Loaded where it is shown: lines need no Ink.
    const { openConsole } = await import('./console/open-console.ts');
    const openings = [{ screen: 'grid', sweepId: basename(dir) }] as const;
    return openConsole({ openings, readOnly: false, ascii: false, endsWithSweep: true }, rim);
  }
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
