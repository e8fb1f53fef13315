import { sizeText } from '../../ui/format/size-text.ts';
import type { CommandName } from '../console/command-table.ts';
import type { Command, Context, Effect, Screen, Step } from '../console/screen.ts';
import { loadedValue } from '../known/loaded.ts';
import type { RunStored } from '../known/stored.ts';
import { AT_THE_TOP, MOVES, moved } from '../sweep/list-cursor.ts';
import {
  artifactRows,
  artifactsLines,
  artifactsMessage,
  artifactsWindow,
  shownRuns,
} from './artifacts-lines.ts';
import type { ArtifactsState } from './artifacts-state.ts';
import { cleanChoice, cleanQuestion } from './clean-question.ts';
import { bytesOf, canBePulled } from './run-words.ts';

export type { ArtifactsState } from './artifacts-state.ts';

/** The screen of runs here beside runs where jobs run. */
export function openArtifacts(sweepId: string | null): ArtifactsState {
  return {
    screen: 'artifacts',
    sweepId,
    place: AT_THE_TOP,
    filter: '',
    marks: new Set(),
    rangeFrom: null,
    hasManifest: false,
  };
}

export const artifactsScreen: Screen<ArtifactsState> = {
  name: 'artifacts',
  commands: [
    'pull',
    'mark',
    'clean',
    'manifest',
    'filter',
    'back',
    'copy',
    'mark-range',
    'mark-all',
    ...MOVES,
  ],
  act,
  off,
  hintOf,
  filterOf: ({ filter }) => filter,
  lines: artifactsLines,
  message: artifactsMessage,
  title: () => 'artifacts',
};

function act(state: ArtifactsState, command: Command, context: Context): Step<ArtifactsState> {
  const ids = shownRuns(state, context).map(({ runId }) => runId);
  const rows = artifactRows(state, context);
  const place = moved(ids, state.place, command.name, rows);
  if (place !== null) return { state: { ...state, place } };
  const { index } = artifactsWindow(state, context);
  const runId = ids[index];
  switch (command.name) {
    case 'filter':
      return { state: { ...state, filter: command.words[0] ?? '' } };
    case 'back':
      return stepBack(state);
    case 'manifest':
      return { state: { ...state, hasManifest: !state.hasManifest } };
    case 'mark': {
      if (runId === undefined) return {};
      const marks = new Set(state.marks);
      if (!marks.delete(runId)) marks.add(runId);
      const next = moved(ids, state.place, 'down', rows) ?? state.place;
      return { state: { ...state, marks, place: next } };
    }
    case 'mark-range':
      return markRange(state, ids, index);
    case 'mark-all':
      return { state: { ...state, marks: new Set([...state.marks, ...ids]) } };
    case 'copy':
      return runId === undefined ? {} : { effects: [{ kind: 'copy', text: runId }] };
    case 'pull':
      return pull(state, command, context);
    case 'clean':
      return clean(state, command, context);
    default:
      return {};
  }
}

/** Each esc takes one thing back: the lower part, the filter, the marks, the screen. */
function stepBack(state: ArtifactsState): Step<ArtifactsState> {
  if (state.hasManifest) return { state: { ...state, hasManifest: false } };
  if (state.filter !== '') return { state: { ...state, filter: '' } };
  if (state.marks.size > 0 || state.rangeFrom !== null)
    return { state: { ...state, marks: new Set(), rangeFrom: null } };
  return { back: true };
}

/** The first time it begins a range, the second time it marks from there to the cursor. */
function markRange(
  state: ArtifactsState,
  ids: readonly string[],
  index: number,
): Step<ArtifactsState> {
  const here = ids[index];
  if (here === undefined) return {};
  const from = state.rangeFrom === null ? -1 : ids.indexOf(state.rangeFrom);
  if (from === -1)
    return {
      state: { ...state, rangeFrom: here, marks: new Set([...state.marks, here]) },
      say: 'A range begins here. Move, then v again.',
    };
  const range = ids.slice(Math.min(from, index), Math.max(from, index) + 1);
  return { state: { ...state, rangeFrom: null, marks: new Set([...state.marks, ...range]) } };
}

/** Of the marked, else of the cursor, else, or with `all`, of all that differ. */
function toPull(state: ArtifactsState, words: readonly string[], context: Context): RunStored[] {
  const stored = loadedValue(context.known.stored);
  if (stored === null) return [];
  const all = stored.runs.filter(canBePulled);
  if (words.includes('all')) return all;
  if (state.marks.size > 0) return all.filter(({ runId }) => state.marks.has(runId));
  const own = shownRuns(state, context)[artifactsWindow(state, context).index];
  return own !== undefined && canBePulled(own) ? [own] : all;
}

function pull(state: ArtifactsState, { words }: Command, context: Context): Step<ArtifactsState> {
  const runs = toPull(state, words, context);
  if (runs.length === 0) return { say: whyNothingToPull(context) };
  return {
    effects: pullEffects(
      state,
      runs.map(({ runId }) => runId),
      context,
    ),
  };
}

/**
 * What the sweep has finished that the screen was opened from is asked of that sweep, so that it can be taken back; the
 * rest is not. From home no sweep is followed, also one that was looked at before.
 */
function pullEffects(
  { sweepId }: ArtifactsState,
  runIds: readonly string[],
  { known }: Context,
): Effect[] {
  const watched = sweepId === null ? null : loadedValue(known.sweep);
  const jobs = [...(watched?.sweep.jobs.values() ?? [])].filter(
    (job) => job.outcome !== null && runIds.includes(job.runId),
  );
  const ordered = new Set(jobs.map(({ runId }) => runId));
  const others = runIds.filter((runId) => !ordered.has(runId));
  const order: Effect[] =
    watched === null || jobs.length === 0
      ? []
      : [
          {
            kind: 'order',
            sweepId: watched.sweepId,
            action: 'pull',
            jobs: jobs.map(({ jobId, attempt }) => ({ jobId, attempt })),
            isHeld: true,
          },
        ];
  return others.length === 0 ? order : [...order, { kind: 'pull', runIds: others }];
}

function clean(
  state: ArtifactsState,
  { options }: Command,
  { known }: Context,
): Step<ArtifactsState> {
  const stored = loadedValue(known.stored);
  if (stored === null) return { say: 'Runs are still being looked for.' };
  const choice = cleanChoice(options, state.marks, stored);
  if (typeof choice === 'string') return { say: choice };
  const question = cleanQuestion(stored, choice, known.now);
  return typeof question === 'string' ? { say: question } : { ask: question };
}

function off(state: ArtifactsState, name: CommandName, context: Context): string | null {
  const stored = loadedValue(context.known.stored);
  if (name === 'pull')
    return toPull(state, [], context).length === 0 ? whyNothingToPull(context) : null;
  if (name === 'clean') return (stored?.runs.length ?? 0) === 0 ? 'No runs to remove.' : null;
  if (['mark', 'mark-range', 'mark-all', 'manifest', 'copy'].includes(name))
    return shownRuns(state, context).length === 0 ? 'No runs yet.' : null;
  return null;
}

/** How much `p` brings, in the footer. */
function hintOf(state: ArtifactsState, name: CommandName, context: Context): string | null {
  if (name !== 'pull') return null;
  const runs = toPull(state, [], context);
  const bytes = runs.reduce((sum, run) => sum + bytesOf(run), 0);
  return runs.length === 0 ? null : `pull ${runs.length} (${sizeText(bytes)})`;
}

function whyNothingToPull({ known }: Context): string {
  const stored = loadedValue(known.stored);
  if (stored === null) return 'Runs are still being looked for.';
  return stored.there === null
    ? 'Runs are made here: nothing to pull.'
    : 'Its run is here already.';
}
