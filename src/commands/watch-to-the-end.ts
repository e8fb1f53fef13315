import { dirname } from 'node:path';
import type { Rim } from './rim.ts';
import { exitCodeOf, summaryOf } from './sweep-end.ts';
import { endLines, leftLine, summaryJson } from './sweep-report.ts';
import { type WatchOptions, watchSweep } from './watch-sweep.ts';

/** Shows a sweep and tells how it ended, or, where the person leaves before, how to come back. */
export async function watchToTheEnd(
  dir: string,
  rim: Rim,
  options: { readonly json: boolean } & Omit<WatchOptions, 'quiet'>,
): Promise<void> {
  const sweep = await watchSweep(dir, rim, { ...options, quiet: options.json });
  const summary = summaryOf(dirname(dir), sweep);
  rim.exitCode = exitCodeOf(summary);
  if (options.json) rim.print(JSON.stringify(summaryJson(summary), null, 2));
  else if (summary.outcome === 'stopped') rim.print(leftLine(sweep));
  else for (const line of endLines(summary)) rim.print(line);
}
