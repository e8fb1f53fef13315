import { createLogUpdate } from 'log-update';
import { harmlessText } from '../dispatch/job/harmless-text.ts';
import type { SweepState } from '../dispatch/journal/sweep-state.ts';
import type { LiveSnapshot } from '../dispatch/scheduler/live-snapshot.ts';
import { withError } from './estimate-text.ts';
import { countsText } from './sweep-report.ts';

const BAR_WIDTH = 20;

/** The lines that a terminal shows while jobs run: one a running job, and one of counts. */
export function progressLines(snapshot: LiveSnapshot, sweep: SweepState): string[] {
  const jobs = snapshot.jobs.map(({ jobId, state, detail, progress }) => {
    const name = jobId.padEnd(24);
    if (!progress || progress.total === 0) return `${name} ${progress?.stage ?? state}  ${detail}`;
    const share = progress.done / progress.total;
    const bar = '#'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '.');
    const estimate = progress.llc === null ? '' : `LLC ${withError(progress.llc, progress.llcSe)}`;
    return `${name} ${bar} ${`${Math.floor(share * 100)}%`.padStart(4)} ${progress.stage.padEnd(8)} ${estimate}`;
  });
  return [...jobs, countsText(sweep)].map((line) => harmlessText(line));
}

/** Redraws those lines in place; what is printed through `say` stays above them. */
export function progressDisplay(stream: NodeJS.WriteStream) {
  const update = createLogUpdate(stream, { showCursor: true });
  let shown = '';
  return {
    show(lines: readonly string[]) {
      shown = lines.join('\n');
      update(shown);
    },
    say(line: string) {
      update.clear();
      stream.write(`${line}\n`);
      if (shown !== '') update(shown);
    },
    end() {
      update.clear();
      shown = '';
    },
  };
}
