import type { Resources } from '../../dispatch/job/job-spec.ts';
import { type Line, line } from '../../ui/line.ts';
import { cutEnd, padEnd } from '../../ui/text/cut.ts';
import type { AttemptSeen } from '../sweep/attempt-history.ts';
import { caretText } from '../sweep/caret-text.ts';
import { ERROR_WORDS } from '../sweep/error-words.ts';
import { causeOf } from '../sweep/next-step.ts';
import { whereWords } from '../sweep/where-words.ts';
import { at, type JobSeen } from './job-seen.ts';

/** Every try with its times, its place and why it ended. */
export function attemptsTab(seen: JobSeen): Line[] {
  const { job, attempts, theme, width } = seen;
  const { ellipsis } = theme.glyphs;
  if (attempts.length === 0) {
    const why = job.state === 'cached' ? 'Not tried: its run was there already.' : 'Not tried yet.';
    return [line(''), line(why)];
  }
  const states = Math.max(8, ...attempts.map((one) => stateOf(one, seen).length + 1));
  const row = (cells: readonly string[]): string => {
    const [number = '', state = '', began = '', ended = '', where = '', why = ''] = cells;
    const cell = (text: string, columns: number) =>
      padEnd(cutEnd(text, columns - 1, ellipsis), columns);
    const fixed = `${cell(number, 5)}${cell(state, states)}${cell(began, 10)}${cell(ended, 8)}`;
    return cutEnd(`${fixed}${cell(where, WHERE)}${why}`, width, ellipsis).trimEnd();
  };
  const due =
    job.state === 'retrying' && job.dueAt !== null
      ? [line(row([String(job.attempt + 1), 'due', at(seen, job.dueAt)]))]
      : [];
  return [
    line(''),
    line(row(['try', 'state', 'began', 'ended', 'where', 'why']), 'title'),
    ...attempts.map((attempt, i) =>
      line(
        row([
          String(attempt.attempt),
          stateOf(attempt, seen),
          attempt.openedAt === null ? '' : clockOf(seen, attempt.openedAt),
          attempt.endedAt === null ? '' : at(seen, attempt.endedAt),
          whereOf(attempt),
          whyOf(attempt, attempts[i - 1] ?? null, seen.resources),
        ]),
        ...(attempt.state === 'error' ? (['bad'] as const) : []),
      ),
    ),
    ...due,
  ];
}

const WHERE = 16;

function whereOf({ on, handle }: AttemptSeen): string {
  return caretText(
    [whereWords(on, handle).split(',', 1)[0], handle].filter((text) => text !== '').join(' '),
  );
}

function stateOf({ state }: AttemptSeen, { job }: JobSeen): string {
  return state === 'open' ? job.state : state;
}

/** With seconds where it was today. */
function clockOf(seen: JobSeen, moment: number): string {
  const text = at(seen, moment);
  return /^\d\d:\d\d$/.test(text) ? new Date(moment).toTimeString().slice(0, 8) : text;
}

function whyOf({ failure }: AttemptSeen, before: AttemptSeen | null, asked: Resources): string {
  if (failure === null) return '';
  const word = ERROR_WORDS[failure.errorType];
  const again = before?.failure?.errorType === failure.errorType ? ' again' : '';
  return caretText(`${word}${again}: ${causeOf(failure, asked)}`);
}
