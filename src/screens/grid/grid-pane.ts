import type { JobRecord } from '../../dispatch/journal/sweep-state.ts';
import { runningLimitS } from '../../dispatch/scheduler/watchdog.ts';
import { estimateOnly, llcText } from '../../ui/format/llc-text.ts';
import { spanText } from '../../ui/format/numbers.ts';
import { timeText } from '../../ui/format/time-text.ts';
import { type Line, line, span, type Tone } from '../../ui/line.ts';
import { cutEnd, cutMiddle, padEnd } from '../../ui/text/cut.ts';
import { widthOf } from '../../ui/text/width.ts';
import { wrapped } from '../../ui/text/wrapped.ts';
import type { Context } from '../console/screen.ts';
import type { SweepWatched } from '../known/sweep-watched.ts';
import { agreementOf } from '../sweep/agreement.ts';
import { backendName } from '../sweep/backend-name.ts';
import { doneAt } from '../sweep/done-at.ts';
import { ERROR_WORDS } from '../sweep/error-words.ts';
import { FACES, faceOf, glyphOf, jobLabel } from '../sweep/job-words.ts';
import { limitsOf } from '../sweep/limits-of.ts';
import { nextStep } from '../sweep/next-step.ts';
import { plotLines } from '../sweep/plot-lines.ts';
import { waitWords } from '../sweep/wait-words.ts';
import { whereWords } from '../sweep/where-words.ts';
import { groupCounts } from './face-counts.ts';
import { gridHeight, jobAt } from './grid-cursor.ts';
import { type GridState, groupOfRow } from './grid-state.ts';
import { groupsOf } from './groups.ts';
import { progressText } from './job-sentence.ts';

/** What the cursor is on, at the side of the grid; no line is wider than the pane. */
export function paneLines(
  state: GridState,
  watched: SweepWatched,
  context: Context,
  columns: number,
): Line[] {
  const jobId = jobAt(watched, state.cursor);
  const job = jobId === null ? undefined : watched.sweep.jobs.get(jobId);
  const lines =
    job === undefined ? rowPane(state, watched, context) : jobPane(job, watched, context, columns);
  return lines.map((one) => cutLine(one, columns, context.theme.glyphs.ellipsis));
}

/** Cuts the spans at a display width. */
function cutLine(one: Line, columns: number, ellipsis: string): Line {
  let left = columns;
  return one.flatMap(({ text, tones }) => {
    const cut = left <= 0 ? '' : cutEnd(text, left, ellipsis);
    left -= widthOf(cut);
    return cut === '' ? [] : [{ text: cut, tones }];
  });
}

/** Of a label or a group's line: how many jobs stand how under each sampler. */
function rowPane(state: GridState, watched: SweepWatched, { theme }: Context): Line[] {
  const { families } = watched;
  const row = state.cursor?.row ?? null;
  if (row === null) return [];
  const group = groupOfRow(row);
  if (group === null) return familyPane(row, watched);
  const { problem = '', families: members = [] } = groupsOf(families).groups[group] ?? {};
  const counts = families.samplers.map(
    (sampler, column): Line => [
      span(padEnd(`${sampler} `, 12)),
      ...groupCounts(watched, group, column).map(([face, count]) =>
        span(`${glyphOf(face, theme)}${count} `, ...FACES[face].tones),
      ),
    ],
  );
  return [line(problem, 'title'), line(`${members.length} seeds`), [], ...counts];
}

function familyPane(row: number, { families, sweep }: SweepWatched): Line[] {
  const family = families.families[row];
  if (family === undefined) return [];
  const agreement = agreementOf(family.jobs.map((jobId) => sweep.jobs.get(jobId ?? '') ?? null));
  const name = (column: number) => families.samplers[column] ?? '';
  return [
    line(family.label, 'title'),
    ...(family.targetParams === null ? [] : [line(`${family.targetParams} parameters`)]),
    ...(agreement === null
      ? []
      : [
          line(
            `${name(agreement.higher)} over ${name(agreement.lower)}: z ${agreement.z.toFixed(1)}`,
          ),
        ]),
  ];
}

function jobPane(job: JobRecord, watched: SweepWatched, context: Context, columns: number): Line[] {
  const head = [
    headLine(job, watched, context, columns),
    ...placeLines(job, watched),
    ...timeLines(job, watched, context.known.now),
    ...numberLines(job, watched, context),
  ];
  const rest = [
    ...adviceLines(job, watched, context, columns),
    ...attemptLines(job, watched, context.known.now),
    [],
    line(`run    ${watched.sweep.runsDir}/${job.runId}`, 'quiet'),
    line(`files  sweeps/${watched.sweepId}/jobs/${job.jobId}`, 'quiet'),
  ];
  const free = gridHeight(context) - head.length - rest.length;
  return [...head, ...plotOf(job, context, columns, free), ...rest];
}

/** A plot is drawn anew with each of its points: a small one keeps that to few bytes. */
const MOST_PLOT_ROWS = 8;

/** The course of the attempt that the cell shows, under a blank line; none until it has been read. */
function plotOf(
  { jobId, attempt }: JobRecord,
  context: Context,
  width: number,
  free: number,
): Line[] {
  const { theme, known } = context;
  const files = known.jobFiles;
  if (files?.jobId !== jobId || files.attempt !== attempt) return [];
  const plot = plotLines(files.trace, { theme, width }, Math.min(free, MOST_PLOT_ROWS));
  return plot.length === 0 ? [] : [[], ...plot];
}

/** `small s9 hmc             ▸ running 64%`. */
function headLine(
  job: JobRecord,
  watched: SweepWatched,
  { theme }: Context,
  columns: number,
): Line {
  const face = faceOf(job);
  const { word, tones } = FACES[face];
  const progress = progressText(job, watched);
  const state = `${glyphOf(face, theme)} ${word}${progress === '' ? '' : ` ${progress}`}`;
  const room = columns - widthOf(state) - 1;
  const name = padEnd(cutMiddle(jobLabel(job), room, theme.glyphs.ellipsis), room + 1);
  return [span(name, 'title'), span(state, ...tones)];
}

function placeLines(job: JobRecord, { sweep }: SweepWatched): Line[] {
  if (job.handle === null) return [];
  const parts = [`${backendName(sweep.backend)} ${job.handle.id}`];
  const where = whereWords(job.detail, job.handle.id);
  if (job.startedAt !== null && where !== '') parts.push(where);
  return [line(parts.join(', '))];
}

/** `since 14:05  done ~14:47  limit 17:05`. */
function timeLines(job: JobRecord, watched: SweepWatched, now: number): Line[] {
  const at = (time: number) => timeText(new Date(time), new Date(now));
  const parts: string[] = [];
  if (job.state === 'running' || job.state === 'starting') {
    const live = watched.liveJobs.get(job.jobId);
    const done = doneAt(job.startedAt, live?.heardAt ?? null, live?.progress ?? null);
    if (job.startedAt !== null) {
      const limitS = runningLimitS(job, limitsOf(watched));
      parts.push(`since ${at(job.startedAt)}`);
      if (done !== null) parts.push(`done ~${at(done)}`);
      if (limitS !== null) parts.push(`limit ${at(job.startedAt + 1000 * limitS)}`);
    }
  } else if (job.endedAt !== null) {
    parts.push(`ended ${at(job.endedAt)}`);
    if (job.durationS !== null && job.durationS > 0) parts.push(`after ${spanText(job.durationS)}`);
  } else if (job.detail !== '') {
    const waited =
      job.state === 'waiting' ? waitWords(job, limitsOf(watched).notStartedS, now) : '';
    parts.push(job.detail, ...(waited === '' ? [] : [waited]));
  }
  return parts.length === 0 ? [] : [line(parts.join('  '))];
}

/** `LLC 12.2 ±0.2   R-hat 1.012   ESS 388`, of the run or of what runs, and the chains. */
function numberLines(job: JobRecord, watched: SweepWatched, { theme }: Context): Line[] {
  const progress = watched.liveJobs.get(job.jobId)?.progress ?? null;
  const isRunning = job.state === 'running' && progress !== null && progress.llc !== null;
  const seen = isRunning
    ? { llc: progress.llc, se: progress.llcSe, rhat: progress.rhat, ess: progress.ess }
    : {
        llc: job.outcome?.llcMean ?? null,
        se: job.outcome?.llcSe ?? null,
        rhat: job.outcome?.rhat ?? null,
        ess: job.outcome?.ess ?? null,
      };
  if (seen.llc === null) return [];
  const { plusMinus } = theme.glyphs;
  const parts = [
    `LLC ${llcText(seen.llc, seen.se, { columns: 12, plusMinus })}`,
    ...(seen.rhat === null ? [] : [`R-hat ${seen.rhat.toFixed(3)}`]),
    ...(seen.ess === null ? [] : [`ESS ${Math.floor(seen.ess)}`]),
  ];
  const chains = isRunning ? progress.llcByChain : [];
  return [
    line(parts.join('   ')),
    ...(chains.length > 1
      ? [line(`chains ${chains.map((chain) => estimateOnly(chain, 6).slice(1)).join(' ')}`)]
      : []),
  ];
}

function adviceLines(
  job: JobRecord,
  { sweep }: SweepWatched,
  { keyOf }: Context,
  columns: number,
): Line[] {
  const step = nextStep(job, sweep, keyOf);
  if (step === null) return [];
  const tones: readonly Tone[] = job.state === 'error' ? ['bad'] : ['warn'];
  return [
    [],
    ...wrapped(step.why, columns).map((text) => line(text, ...tones)),
    ...wrapped(step.advice, columns).map((text) => line(text)),
  ];
}

function attemptLines(job: JobRecord, { history }: SweepWatched, now: number): Line[] {
  const attempts = history.get(job.jobId) ?? [];
  if (attempts.length < 2) return [];
  const at = (time: number | null) =>
    time === null ? '     ' : timeText(new Date(time), new Date(now));
  return [
    [],
    ...attempts
      .slice(-6)
      .map(({ attempt, state, startedAt, openedAt, endedAt, failure, on, handle }) => {
        const why = failure === null ? state : ERROR_WORDS[failure.errorType];
        const text =
          `${attempt}  ${at(startedAt ?? openedAt)}-${at(endedAt)}  ${why}  ${whereWords(on, handle)}`.trimEnd();
        return line(text, ...(failure === null ? [] : (['bad'] as const)));
      }),
  ];
}
