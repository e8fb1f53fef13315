import { JOURNAL_VERSION, type SweepEvent } from '../journal/events.ts';
import { reduce } from '../journal/reduce.ts';
import type { SweepState } from '../journal/sweep-state.ts';
import type { Policy } from './policy.ts';
import { noteRecovery, type Recovery, recoveryOf } from './recovery.ts';
import type { Command, Stimulus } from './stimulus.ts';
import { transition } from './transition.ts';
import { noteCommands, noteStimulus, type Vigils } from './vigil.ts';

/** A sweep under way in this process. Changed by `advance` only. */
export interface Scheduler {
  readonly sweep: SweepState;
  readonly vigils: Vigils;
  readonly policy: Policy;
  readonly epoch: number;
  /** Jobs whose run this process has asked of the storage. */
  readonly pulling: Set<string>;
  /** Null where there was nothing to recover. */
  readonly recovery: Recovery | null;
  preflightAsked: boolean;
}

/**
 * A scheduler that goes on with a sweep in a new epoch: what it journals outranks all that was before.
 *
 * @param more.recovers - the dispatcher before ended without a word. Default false.
 * @param more.epoch - Default: the one after the journal's newest.
 */
export function schedulerOf(
  sweep: SweepState,
  policy: Policy,
  more: { readonly recovers?: boolean; readonly epoch?: number } = {},
): Scheduler {
  return {
    sweep,
    vigils: new Map(),
    policy,
    epoch: more.epoch ?? sweep.epoch + 1,
    pulling: new Set(),
    recovery: more.recovers === true ? recoveryOf(sweep) : null,
    preflightAsked: false,
  };
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
  const { sweep, vigils, recovery } = scheduler;
  noteStimulus(vigils, sweep, stimulus);
  noteAnswer(scheduler, stimulus);
  const [facts, commands] = transition(scheduler, stimulus);
  noteQuestions(scheduler, commands);
  const events = record(scheduler, facts, stimulus.at);
  noteCommands(vigils, sweep, commands, stimulus.at);
  const recovered = recovery && noteRecovery(recovery, sweep, stimulus, events);
  if (recovered === null) return [events, commands];
  const told = record(scheduler, [{ kind: 'sweep_recovered', ...recovered }], stimulus.at);
  return [[...events, ...told], commands];
}

function noteAnswer(scheduler: Scheduler, stimulus: Stimulus): void {
  if (stimulus.kind === 'preflight') scheduler.preflightAsked = false;
  if (stimulus.kind === 'pulled')
    for (const { jobId } of stimulus.answers) scheduler.pulling.delete(jobId);
}

function noteQuestions(scheduler: Scheduler, commands: readonly Command[]): void {
  for (const command of commands) {
    if (command.kind === 'preflight') scheduler.preflightAsked = true;
    if (command.kind === 'pull') for (const jobId of command.jobIds) scheduler.pulling.add(jobId);
  }
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
