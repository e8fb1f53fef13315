import { join } from 'node:path';
import { replaceFile } from '../artifacts/atomic-write.ts';
import { ERRORS_CSV, RESULTS_CSV, type sweepLayout } from '../artifacts/layout.ts';
import type { PullsUnderWay } from '../artifacts/pulls-under-way.ts';
import { sweepTables } from '../artifacts/sweep-csv.ts';
import { LlcError } from '../errors.ts';
import { type CoalescedWrite, coalescedWrite } from './coalesced-write.ts';
import type { HealthWatch } from './health-watch.ts';
import { liveSnapshot } from './live-snapshot.ts';
import type { Scheduler } from './scheduler.ts';
import type { SweepNotices } from './sweep-notices.ts';
import type { SweepRequest } from './sweep-request.ts';

/** What the run loop keeps up to date beside the journal: both tables with their copies, and `live.json`. */
export function sweepWrites(
  request: SweepRequest,
  files: ReturnType<typeof sweepLayout>,
  scheduler: Scheduler,
  seen: {
    readonly now: () => number;
    readonly notices: SweepNotices;
    readonly health: HealthWatch;
    readonly pulls: PullsUnderWay;
  },
): { readonly tables: CoalescedWrite; readonly live: CoalescedWrite } {
  const { sweepId, tableCopiesDir, writeEveryMs = 1000, onLive } = request;
  const ownsTableCopies = request.ownsTableCopies ?? (async () => true);
  const { now, notices, health, pulls } = seen;
  const tablesOf = sweepTables(files);
  const replace = replacer();
  const tables = coalescedWrite(
    writeEveryMs,
    async () => {
      const { results, errors } = tablesOf(scheduler.sweep);
      const copied = tableCopiesDir !== null && (await ownsTableCopies());
      replace(results, files.results, ...(copied ? [join(tableCopiesDir, RESULTS_CSV)] : []));
      replace(errors, files.errors, ...(copied ? [join(tableCopiesDir, ERRORS_CSV)] : []));
    },
    (error) => notices.add(`Cannot write the tables, will try again: ${error.message}`),
  );
  const live = coalescedWrite(
    writeEveryMs,
    async () => {
      const snapshot = liveSnapshot(scheduler, {
        time: now(),
        notices: notices.all(),
        health: health.latest(),
        pulls: Object.fromEntries(pulls.byRun),
      });
      onLive?.(snapshot, scheduler.sweep);
      replace(JSON.stringify(snapshot), files.live);
    },
    (error) => notices.add(`Cannot write ${files.live}: ${error.message}`),
  );
  return {
    live,
    tables: {
      ...tables,
      finish: () =>
        tables.finish().catch((error: Error) => {
          throw new LlcError(
            75,
            `All is journalled, but the tables of ${sweepId} cannot be written: ${error.message}`,
            'Free space or make the directory writable, then go on with the sweep.',
            { cause: error },
          );
        }),
    },
  };
}

/** Replaces files by what is new; what stands there already is left. */
function replacer(): (text: string, ...paths: readonly string[]) => void {
  const written = new Map<string, string>();
  return (text, ...paths) => {
    const old = paths.filter((path) => written.get(path) !== text);
    if (old.length === 0) return;
    const bytes = Buffer.from(text);
    for (const path of old) {
      replaceFile(path, bytes);
      written.set(path, text);
    }
  };
}
