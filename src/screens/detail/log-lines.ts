import type { JobFiles } from '../known/job-files.ts';

/** A line of a job's output and which of the two it came by. */
export interface LogLine {
  readonly from: 'out' | 'err';
  readonly text: string;
}

/** As a worker begins its lines; other programs' have none. */
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z) /;

/**
 * Both outputs as one, by the moments that lines begin with; their own order is kept. A line without one stays with the
 * line before it. What has none before it either was not the worker's own word: of the error output it comes last.
 */
export function logLines({ stdout, stderr }: Pick<JobFiles, 'stdout' | 'stderr'>): LogLine[] {
  const out = stamped('out', stdout, Number.NEGATIVE_INFINITY);
  const err = stamped('err', stderr, Number.POSITIVE_INFINITY);
  const merged: LogLine[] = [];
  let i = 0;
  for (const line of err) {
    while (i < out.length && (out[i] as Stamped).time <= line.time) {
      merged.push((out[i] as Stamped).line);
      i += 1;
    }
    merged.push(line.line);
  }
  return [...merged, ...out.slice(i).map(({ line }) => line)];
}

interface Stamped {
  readonly time: number;
  readonly line: LogLine;
}

function stamped(from: LogLine['from'], lines: readonly string[], before: number): Stamped[] {
  let time = before;
  return lines.map((text) => {
    const stamp = STAMP.exec(text)?.[1];
    if (stamp === undefined) return { time, line: { from, text } };
    const moment = Date.parse(stamp);
    // Clocks may be set back; the order of one output is its own.
    time = Number.isFinite(time) ? Math.max(time, moment) : moment;
    const clock = new Date(moment).toTimeString().slice(0, 8);
    return { time, line: { from, text: `${clock} ${text.slice(stamp.length + 1)}` } };
  });
}
