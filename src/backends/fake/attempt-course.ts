import type { JobHandle } from '../../dispatch/backend.ts';
import type { JobSpec, Resources } from '../../dispatch/job/job-spec.ts';
import type { AttemptScript, End, RunningScript, Span } from './scenario.ts';
import type { Placement } from './site.ts';

/** An attempt as the place knows it; all times in milliseconds since 1970. */
export interface TakenAttempt {
  readonly handle: JobHandle;
  readonly job: JobSpec;
  readonly resources: Resources;
  readonly placement: Placement;
  readonly script: AttemptScript;
  readonly takenAt: number;
  /** Null until it has begun. */
  startedAt: number | null;
  /** What ended it before its script did; null where nothing has. */
  cutShort: { readonly at: number; readonly end: End | { readonly kind: 'cancelled' } } | null;
}

export const USUAL_RUN: RunningScript = { forS: 30 };

/** When it may begin, if there is room; infinite where it is never scheduled. */
export function readyAt({ takenAt, script }: TakenAttempt): number {
  return (script.waiting ?? []).reduce((at, { forS }) => at + spanMs(forS), takenAt);
}

/** When it ends by what is known now; infinite where nothing tells. */
export function endsAt(attempt: TakenAttempt): number {
  if (attempt.cutShort !== null) return attempt.cutShort.at;
  if (attempt.startedAt === null) return Number.POSITIVE_INFINITY;
  return spansOf(attempt.script).reduce((at, span) => at + span, attempt.startedAt);
}

/** Times at which something else is to be seen of it than before. */
export function turningPoints(attempt: TakenAttempt): readonly number[] {
  const { script, takenAt, startedAt } = attempt;
  const waits = (script.waiting ?? []).map(({ forS }) => spanMs(forS));
  const points = [
    ...ends(takenAt, waits),
    ...(startedAt === null ? [] : [startedAt, ...ends(startedAt, spansOf(script))]),
  ];
  const end = endsAt(attempt);
  return points.filter((at) => at <= end && Number.isFinite(at));
}

export function spanMs(span: Span | undefined): number {
  return span === null ? Number.POSITIVE_INFINITY : 1000 * (span ?? 0);
}

function spansOf({ startingS, running = USUAL_RUN, collectingS }: AttemptScript): number[] {
  return [startingS, running.forS, collectingS].map(spanMs);
}

/** When each of the spans is over that follow one another. */
function ends(start: number, spans: readonly number[]): number[] {
  let at = start;
  return spans.map((span) => {
    at += span;
    return at;
  });
}
