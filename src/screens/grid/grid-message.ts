import { isLive } from '../../dispatch/journal/events.ts';
import { countText } from '../../ui/format/numbers.ts';
import { type Line, line, span } from '../../ui/line.ts';
import type { CommandName } from '../console/command-table.ts';
import type { Context } from '../console/screen.ts';
import type { SweepWatched } from '../known/sweep-watched.ts';
import { backendName } from '../sweep/backend-name.ts';
import { caretText } from '../sweep/caret-text.ts';
import { FACES, type Face, faceOf, jobLabel } from '../sweep/job-words.ts';
import { nextStep } from '../sweep/next-step.ts';
import { jobAt } from './grid-cursor.ts';
import { rowsOf } from './grid-rows.ts';
import { type GridState, groupOfRow } from './grid-state.ts';
import { groupsOf } from './groups.ts';
import { jobSentence } from './job-sentence.ts';

/** What the message line says: the marks, else of what the cursor is on. */
export function gridMessage(state: GridState, watched: SweepWatched, context: Context): Line {
  if (state.marks.length > 0) return marksLine(state, watched, context);
  const { rows } = rowsOf(watched, state);
  if (rows.length === 0)
    return state.filter === ''
      ? line('No jobs here.')
      : line(`Nothing matches "${state.filter}". ${context.keyOf('back')} clears the filter.`);
  const { cursor } = state;
  if (cursor === null) return [];
  const jobId = jobAt(watched, cursor);
  const job = jobId === null ? undefined : watched.sweep.jobs.get(jobId);
  const trouble = troubleText(watched);
  if (job === undefined)
    return trouble === null ? rowLine(state, watched, context) : line(trouble, 'warn');
  const name = span(jobLabel(job), 'title');
  const step = nextStep(job, watched.sweep, context.keyOf);
  if (step === null && trouble !== null && isLive(job.state)) return line(trouble, 'warn');
  if (step === null)
    return [name, span(`  ${jobSentence(job, watched, { ...context, now: context.known.now })}`)];
  return [name, span(`  ${step.why}`), span(step.advice === '' ? '' : `  ${step.advice}`)];
}

/** Why the place is slow or down, in its own words; null while it is well, and of a sweep that is over. */
function troubleText({ sweep, live }: SweepWatched): string | null {
  const health = live?.health ?? null;
  if (health === null || health.state === 'well' || sweep.ended !== null) return null;
  const text = caretText(health.text).replace(/[.\s]+$/, '');
  return `${text === '' ? `${backendName(sweep.backend)} is ${health.state}` : text}. Jobs go on; it is asked again.`;
}

const MARK_KEYS = [
  ['retry', 'retry'],
  ['recompute', 'recompute'],
  ['cancel', 'cancel'],
  ['pull', 'pull'],
  ['copy', 'copy'],
  ['back', 'unmark'],
] as const satisfies readonly (readonly [CommandName, string])[];

/** `2 marked (error 2)  r retry …`; those that no row shows count too. */
function marksLine(state: GridState, watched: SweepWatched, { keyOf }: Context): Line {
  const counts = new Map<Face, number>();
  for (const jobId of state.marks) {
    const job = watched.sweep.jobs.get(jobId);
    if (job !== undefined) counts.set(faceOf(job), (counts.get(faceOf(job)) ?? 0) + 1);
  }
  const kinds = [...counts].map(([face, count]) => `${FACES[face].word} ${count}`).join(', ');
  const hidden = hiddenMarks(state, watched);
  const unseen = hidden === 0 ? '' : `, ${countText(hidden)} not shown`;
  const marked = `${countText(state.marks.length)} marked${unseen} (${kinds})`;
  return [
    span(marked, 'title'),
    ...MARK_KEYS.flatMap(([command, word]) => [
      span('  '),
      span(keyOf(command), 'title'),
      span(` ${word}`),
    ]),
  ];
}

/** Marks in hidden families, folded groups and hidden columns. */
function hiddenMarks(state: GridState, watched: SweepWatched): number {
  const { indexOf } = rowsOf(watched, state);
  return state.marks.filter((jobId) => {
    const place = watched.families.placeOf.get(jobId);
    return place === undefined || !indexOf.has(place.family) || state.hidden.includes(place.column);
  }).length;
}

function rowLine(state: GridState, watched: SweepWatched, { keyOf }: Context): Line {
  const row = state.cursor?.row ?? 0;
  const { families } = watched;
  const group = groupOfRow(row);
  if (group === null) {
    const family = families.families[row];
    if (state.cursor !== null && state.cursor.column >= 0)
      return line(`${family?.label ?? ''} has no ${families.samplers[state.cursor.column] ?? ''}.`);
    const jobs = family?.jobs.filter((jobId) => jobId !== null).length ?? 0;
    return [span(family?.label ?? '', 'title'), span(`  ${jobs} jobs: acts take them all`)];
  }
  const { problem = '', families: members = [] } = groupsOf(families).groups[group] ?? {};
  const isFolded = state.folded.includes(group);
  return [
    span(problem, 'title'),
    span(
      `  ${countText(members.length)} seeds: acts take them all. ` +
        `${keyOf('enter')} ${isFolded ? 'unfolds' : 'folds'}, ${keyOf('fold')} all`,
    ),
  ];
}
