import { replaceFile } from '../artifacts/atomic-write.ts';
import type { Progress } from '../job/protocol.ts';
import { NO_POINTS, offer, shownPoints, type ThinnedPoints } from './thinned-points.ts';

/** One point of `trace.json`: the running estimate when so many transitions were done. */
interface TracePoint extends Pick<Progress, 'llcByChain' | 'llc' | 'llcSe' | 'rhat' | 'ess'> {
  /** Transitions done, warm-up included. */
  readonly step: number;
}

/** The points until now, as a later process needs them. */
export type TracePoints = ThinnedPoints<TracePoint>;

/** `trace.json`, for the plot of how the estimate came about. Nothing depends on it. */
export interface TraceFile {
  /** A beat of the job; one that is no further than the last adds nothing. */
  add(progress: Progress): void;
  readonly points: TracePoints;
  /** Goes on from the points of the process before. */
  resume(points: TracePoints): void;
  /** Writes what is not written yet. */
  finish(): void;
}

const WRITE_SECONDS = 5;

/**
 * Starts the trace: the file is replaced at most once every five seconds.
 *
 * @param options.onTrouble - told once when the file cannot be written; the job goes on without.
 * @param options.clock - seconds, from any start.
 */
export function startTraceFile(
  path: string,
  options: { readonly clock: () => number; readonly onTrouble: (error: unknown) => void },
): TraceFile {
  const { clock, onTrouble } = options;
  let points: TracePoints = NO_POINTS;
  let last = Number.NEGATIVE_INFINITY;
  let dirty = false;
  let troubled = false;

  const write = (): void => {
    dirty = false;
    try {
      replaceFile(path, `${JSON.stringify({ points: shownPoints(points) })}\n`);
    } catch (error) {
      if (!troubled) onTrouble(error);
      troubled = true;
    }
  };
  return {
    add: (progress) => {
      const point = pointOf(progress);
      if (point.llc === null || point.step <= (points.newest?.step ?? 0)) return;
      points = offer(points, point);
      dirty = true;
      const now = clock();
      if (now - last < WRITE_SECONDS) return;
      last = now;
      write();
    },
    get points() {
      return points;
    },
    resume: (before) => {
      points = before;
      dirty = points.offered > 0;
    },
    finish: () => {
      if (dirty) write();
    },
  };
}

function pointOf({ done, llcByChain, llc, llcSe, rhat, ess }: Progress): TracePoint {
  return {
    step: done,
    llcByChain: llcByChain.map((value) => rounded(value) ?? Number.NaN),
    llc: rounded(llc),
    llcSe: rounded(llcSe),
    rhat: rounded(rhat),
    ess: rounded(ess),
  };
}

/** Six digits are more than a plot shows. */
function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(6));
}
