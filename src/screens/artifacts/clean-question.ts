import { sizeText } from '../../ui/format/size-text.ts';
import { timeText } from '../../ui/format/time-text.ts';
import { type Line, line } from '../../ui/line.ts';
import type { Question } from '../console/screen.ts';
import type { RunStored, Stored } from '../known/stored.ts';

/** More than these are not removed on a single letter. */
const MOST_ON_Y = 20;
const DAY_MS = 86_400_000;
/** Runs that nobody marked are removed from this age on. */
const OLD_DAYS = 30;

export interface CleanChoice {
  readonly where: 'here' | 'there' | 'both';
  /** Null: all older than `olderThanDays`. */
  readonly runIds: ReadonlySet<string> | null;
  readonly olderThanDays: number;
}

/**
 * Reads `:clean where=there older-than=7d`; without words the place is the other one where there is one.
 *
 * @param marks - empty: all that are old
 * @returns a sentence where it cannot be read
 */
export function cleanChoice(
  options: Readonly<Record<string, string>>,
  marks: ReadonlySet<string>,
  stored: Pick<Stored, 'there'>,
): CleanChoice | string {
  const {
    where = stored.there === null ? 'here' : 'there',
    'older-than': age,
    ...others
  } = options;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return `clean has no ${unknown}. It takes where, older-than.`;
  if (where !== 'here' && where !== 'there' && where !== 'both')
    return `where=${where} is wrong: here, there or both.`;
  if (where !== 'here' && stored.there === null) return 'Runs are here alone: where=here.';
  const days = age === undefined ? OLD_DAYS : Number(/^(\d+)d$/.exec(age)?.[1] ?? Number.NaN);
  if (!Number.isFinite(days)) return `older-than=${age} is wrong: days, like 30d.`;
  return {
    where,
    runIds: age === undefined && marks.size > 0 ? marks : null,
    olderThanDays: days,
  };
}

/** What would go, what would be gone for good, what stays and why; a sentence where there is nothing to ask. */
export function cleanQuestion(stored: Stored, choice: CleanChoice, now: number): Question | string {
  const { where, runIds, olderThanDays } = choice;
  const isThere = (run: RunStored) =>
    (where !== 'there' && run.here !== null) || (where !== 'here' && run.there !== null);
  const isOld = ({ madeAt }: RunStored) => madeAt !== null && now - madeAt > olderThanDays * DAY_MS;
  const chosen = stored.runs.filter(
    (run) => isThere(run) && (runIds === null ? isOld(run) : runIds.has(run.runId)),
  );
  const remove = chosen.filter((run) => !run.inUse && run.pulling === null);
  const kept = chosen.length - remove.length;
  if (remove.length === 0) {
    if (kept > 0) return 'Kept: a live sweep uses it.';
    return runIds === null ? `No runs older than ${olderThanDays} d.` : 'No runs to remove.';
  }
  const count = remove.length;
  const them = count === 1 ? 'it' : 'them';
  const isTyped = where !== 'here' || count > MOST_ON_Y;
  return {
    title: `Clean ${placeName(where, stored)}`,
    lines: [
      line(
        `${amountOf(remove, choice)}, ${sizeText(sizeOf(remove, where))}${oldest(remove, now)}.`,
      ),
      ...goneLines(remove, where, stored),
      ...keptLines(kept),
    ],
    answer: isTyped ? { kind: 'number', number: count } : { kind: 'letter' },
    yes: isTyped ? `Type ${count} to remove ${them}` : `remove ${them}`,
    no: isTyped ? 'esc to keep everything' : 'keep everything',
    effects: [{ kind: 'clean', where, runIds: remove.map(({ runId }) => runId) }],
  };
}

function placeName(where: CleanChoice['where'], { there }: Pick<Stored, 'there'>): string {
  if (where === 'here') return 'runs/ here';
  return where === 'there' ? (there ?? '') : `runs/ here and ${there}`;
}

function amountOf(remove: readonly RunStored[], { runIds, olderThanDays }: CleanChoice): string {
  const runs = remove.length === 1 ? 'run' : 'runs';
  return runIds === null
    ? `${remove.length} ${runs} older than ${olderThanDays} d`
    : `${remove.length} ${runs}`;
}

function oldest(remove: readonly RunStored[], now: number): string {
  const times = remove.flatMap(({ madeAt }) => madeAt ?? []);
  if (times.length === 0) return '';
  return `, the oldest from ${timeText(new Date(Math.min(...times)), new Date(now))}`;
}

/** Those that are nowhere else. */
function goneLines(
  remove: readonly RunStored[],
  where: CleanChoice['where'],
  stored: Pick<Stored, 'there'>,
): Line[] {
  const gone = remove.filter(
    (run) => where === 'both' || (where === 'there' ? run.here === null : run.there === null),
  );
  if (gone.length === 0) return [];
  const size = sizeText(sizeOf(gone, where));
  if (where === 'both' || stored.there === null)
    return [line(`They are nowhere else and would be gone for good, ${size}.`)];
  const only = where === 'there' ? 'only there' : 'only here';
  const are = gone.length === 1 ? 'is' : 'are';
  return [line(`${gone.length} of them ${are} ${only} and would be gone for good, ${size}.`)];
}

function keptLines(kept: number): Line[] {
  if (kept === 0) return [];
  const words = kept === 1 ? '1 more is kept: a live sweep uses it.' : null;
  return [line(words ?? `${kept} more are kept: a live sweep uses them.`)];
}

function sizeOf(runs: readonly RunStored[], where: CleanChoice['where']): number {
  return runs.reduce(
    (sum, { here, there }) =>
      sum + (where === 'there' ? 0 : (here ?? 0)) + (where === 'here' ? 0 : (there ?? 0)),
    0,
  );
}
