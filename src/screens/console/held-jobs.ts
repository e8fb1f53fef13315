import type { SweepState } from '../../dispatch/journal/sweep-state.ts';
import { clockText } from '../../ui/format/time-text.ts';
import { loadedValue } from '../known/loaded.ts';
import type { ConsoleState } from './console-state.ts';

/** What can still be taken back, by whichever console it was asked. */
interface Held {
  readonly retries: number;
  /** Of them jobs that had failed. */
  readonly failed: number;
  readonly pulls: number;
  /** When it is done, milliseconds since 1970. */
  readonly until: number;
}

/** Null where nothing is held. */
export function heldJobs(sweep: SweepState): Held | null {
  const retries = [...sweep.byState.held].flatMap((jobId) => sweep.jobs.get(jobId) ?? []);
  const pulls = [...sweep.pulls]
    .flatMap((jobId) => sweep.jobs.get(jobId) ?? [])
    .filter(({ pull }) => pull?.dueAt != null);
  if (retries.length + pulls.length === 0) return null;
  const dues = [...retries.map(({ dueAt }) => dueAt), ...pulls.map(({ pull }) => pull?.dueAt)];
  return {
    retries: retries.length,
    failed: retries.filter(({ hold }) => hold?.from === 'error').length,
    pulls: pulls.length,
    until: Math.max(...dues.map((due) => due ?? 0)),
  };
}

/** `Retrying 2 failed jobs at 14:32:15.`; null where nothing is held. */
export function undoToast(state: ConsoleState): string | null {
  const watched = loadedValue(state.known.sweep);
  const held = watched === null ? null : heldJobs(watched.sweep);
  if (held === null) return null;
  const { retries, failed, pulls, until } = held;
  const kind = failed === retries ? 'failed ' : '';
  const parts = [
    ...(retries > 0 ? [`Retrying ${retries} ${kind}${retries === 1 ? 'job' : 'jobs'}`] : []),
    ...(pulls > 0
      ? [`${retries > 0 ? 'pulling' : 'Pulling'} ${pulls} ${pulls === 1 ? 'run' : 'runs'}`]
      : []),
  ];
  return [`${parts.join(', ')} at ${clockText(until)}.`, state.orderNote].filter(Boolean).join(' ');
}
