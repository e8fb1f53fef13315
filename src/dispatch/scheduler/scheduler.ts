import { JOURNAL_VERSION, type SweepEvent } from '../journal/events.ts';
import { reduce } from '../journal/reduce.ts';
import type { SweepState } from '../journal/sweep-state.ts';
import type { Policy } from './policy.ts';
import type { Command, Stimulus } from './stimulus.ts';
import { transition } from './transition.ts';
import { noteCommands, noteStimulus, type Vigils } from './vigil.ts';

/** A sweep under way in this process. Changed by `advance` only. */
export interface Scheduler {
  readonly sweep: SweepState;
  readonly vigils: Vigils;
  readonly policy: Policy;
  readonly epoch: number;
  preflightAsked: boolean;
}

/** A scheduler that goes on with a sweep in a new epoch: what it journals outranks all that was before. */
export function schedulerOf(sweep: SweepState, policy: Policy): Scheduler {
  return { sweep, vigils: new Map(), policy, epoch: sweep.epoch + 1, preflightAsked: false };
}

/**
 * Takes one stimulus in: decides, stamps, reduces.
 *
 * @returns the events to journal, and the commands to carry out once they are on the disc
 */
export function advance(
  scheduler: Scheduler,
  stimulus: Stimulus,
): readonly [events: readonly SweepEvent[], commands: readonly Command[]] {
  const { sweep, vigils } = scheduler;
  noteStimulus(vigils, sweep, stimulus);
  if (stimulus.kind === 'preflight') scheduler.preflightAsked = false;
  const [facts, commands] = transition(scheduler, stimulus);
  if (commands.some(({ kind }) => kind === 'preflight')) scheduler.preflightAsked = true;
  const events = record(scheduler, facts, stimulus.at);
  noteCommands(vigils, sweep, commands, stimulus.at);
  return [events, commands];
}

/** Stamps facts in the scheduler's epoch and reduces them. */
export function record(
  { sweep, epoch }: Scheduler,
  facts: Parameters<typeof stamp>[0],
  time: number,
): readonly SweepEvent[] {
  const events = stamp(facts, time, epoch, sweep.epoch === epoch ? sweep.seq + 1 : 1);
  for (const event of events) reduce(sweep, event);
  return events;
}

function stamp(
  facts: ReturnType<typeof transition>[0],
  time: number,
  epoch: number,
  firstSeq: number,
): readonly SweepEvent[] {
  return facts.map((fact, i) => ({
    v: JOURNAL_VERSION,
    time,
    epoch,
    seq: firstSeq + i,
    ...fact,
  }));
}
