import type { Progress } from '../job/protocol.ts';
import { isLive } from '../journal/events.ts';
import type { SweepState } from '../journal/sweep-state.ts';
import type { Command, Stimulus } from './stimulus.ts';

/**
 * What this process has seen and asked of a living attempt and what no journal needs to know: after a
 * restart every watch begins afresh, since who was not there cannot have seen silence.
 */
export interface Vigil {
  readonly attempt: number;
  /** Handed to the backend, no answer yet. */
  readonly submitting: boolean;
  readonly cancelAskedAt: number | null;
  /** When the place had no room for it. */
  readonly fullAt: number | null;
  /** When this process first saw the attempt started. */
  readonly seenStartedAt: number | null;
  /** The newest heartbeat and when it was first seen. */
  readonly beat: number | null;
  readonly beatAt: number | null;
  readonly progress: Progress | null;
  /** US dollars an hour; null where nobody tells. */
  readonly perHour: number | null;
}

/** As long as it has not started, or when it waits to be started again. */
const UNHEARD = {
  seenStartedAt: null,
  beat: null,
  beatAt: null,
  progress: null,
  perHour: null,
} as const;

const FRESH: Omit<Vigil, 'attempt'> = {
  submitting: false,
  cancelAskedAt: null,
  fullAt: null,
  ...UNHEARD,
};

export type Vigils = Map<string, Vigil>;

export function vigilOf(vigils: ReadonlyMap<string, Vigil>, jobId: string, attempt: number): Vigil {
  const vigil = vigils.get(jobId);
  return vigil?.attempt === attempt ? vigil : { attempt, ...FRESH };
}

/** Takes what a stimulus tells of living attempts into the vigils, in place. */
export function noteStimulus(vigils: Vigils, sweep: SweepState, stimulus: Stimulus): void {
  const amend = (jobId: string, attempt: number, patch: Partial<Vigil>) => {
    const job = sweep.jobs.get(jobId);
    if (job === undefined || job.attempt !== attempt || !isLive(job.state)) return;
    vigils.set(jobId, { ...vigilOf(vigils, jobId, attempt), ...patch });
  };
  if (stimulus.kind === 'submitted')
    for (const { attempt, answer } of stimulus.answers)
      amend(attempt.jobId, attempt.attempt, {
        submitting: false,
        fullAt: answer.kind === 'full' ? stimulus.at : null,
      });
  if (stimulus.kind === 'submit_failed')
    for (const attempt of stimulus.attempts)
      amend(attempt.jobId, attempt.attempt, { submitting: false });
  if (stimulus.kind === 'observed')
    for (const { handle, observation } of stimulus.sightings) {
      if (sweep.jobs.get(handle.jobId)?.owner !== handle.owner) continue;
      if (observation.kind === 'waiting') amend(handle.jobId, handle.attempt, UNHEARD);
      if (observation.kind !== 'starting' && observation.kind !== 'running') continue;
      const vigil = vigilOf(vigils, handle.jobId, handle.attempt);
      const progress = observation.kind === 'running' ? observation.progress : null;
      const heard =
        progress !== null && progress.owner === handle.owner && progress.beat !== vigil.beat;
      amend(handle.jobId, handle.attempt, {
        seenStartedAt: vigil.seenStartedAt ?? stimulus.at,
        perHour: observation.perHour ?? vigil.perHour,
        ...(heard ? { beat: progress.beat, beatAt: stimulus.at, progress } : {}),
      });
    }
}

/** Takes what is about to be asked into the vigils, and lets go of attempts that have ended. */
export function noteCommands(
  vigils: Vigils,
  sweep: SweepState,
  commands: readonly Command[],
  at: number,
): void {
  for (const command of commands) {
    if (command.kind === 'submit')
      for (const { jobId, attempt } of command.attempts)
        vigils.set(jobId, { ...vigilOf(vigils, jobId, attempt), submitting: true });
    if (command.kind === 'cancel')
      for (const { jobId, attempt } of command.handles)
        if (sweep.jobs.get(jobId)?.attempt === attempt)
          vigils.set(jobId, { ...vigilOf(vigils, jobId, attempt), cancelAskedAt: at });
  }
  for (const jobId of vigils.keys()) {
    const job = sweep.jobs.get(jobId);
    if (job === undefined || !isLive(job.state)) vigils.delete(jobId);
  }
}
