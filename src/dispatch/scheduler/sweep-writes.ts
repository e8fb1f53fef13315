import { join } from 'node:path';
import { writeWhole } from '../artifacts/atomic-write.ts';
import { ERRORS_CSV, RESULTS_CSV, type sweepLayout } from '../artifacts/layout.ts';
import { sweepTables } from '../artifacts/sweep-csv.ts';
import { LlcError } from '../errors.ts';
import { type CoalescedWrite, coalescedWrite } from './coalesced-write.ts';
import { liveSnapshot } from './live-snapshot.ts';
import type { Scheduler } from './scheduler.ts';
import type { SweepRequest } from './sweep-request.ts';

/** What the run loop keeps up to date beside the journal: both tables with their copies, and `live.json`. */
export function sweepWrites(
  request: SweepRequest,
  files: ReturnType<typeof sweepLayout>,
  scheduler: Scheduler,
  now: () => number,
  notice: (text: string) => void,
): { readonly tables: CoalescedWrite; readonly live: CoalescedWrite } {
  const { sweepId, tableCopiesDir, writeEveryMs = 1000, onLive } = request;
  const tablesOf = sweepTables(files);
  const tables = coalescedWrite(
    writeEveryMs,
    async () => {
      const { results, errors } = tablesOf(scheduler.sweep);
      await writeWhole(files.results, results);
      await writeWhole(files.errors, errors);
      if (tableCopiesDir === null) return;
      await writeWhole(join(tableCopiesDir, RESULTS_CSV), results);
      await writeWhole(join(tableCopiesDir, ERRORS_CSV), errors);
    },
    (error) => notice(`Cannot write the tables, will try again: ${error.message}`),
  );
  const live = coalescedWrite(
    writeEveryMs,
    async () => {
      const snapshot = liveSnapshot(scheduler, now());
      onLive?.(snapshot, scheduler.sweep);
      await writeWhole(files.live, JSON.stringify(snapshot));
    },
    (error) => notice(`Cannot write ${files.live}: ${error.message}`),
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
