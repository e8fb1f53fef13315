import { isLive } from '../../dispatch/journal/events.ts';
import { spanText } from '../../ui/format/numbers.ts';
import { type Line, line, span } from '../../ui/line.ts';
import { cutEnd, cutHead } from '../../ui/text/cut.ts';
import { wrapped } from '../../ui/text/wrapped.ts';
import { caretText } from '../sweep/caret-text.ts';
import { ERROR_WORDS } from '../sweep/error-words.ts';
import { glyphOf } from '../sweep/job-words.ts';
import { nextStep } from '../sweep/next-step.ts';
import type { JobSeen } from './job-seen.ts';

const LAST_LINES = 6;

/** The newest failure in full: where, when, what to do, the end of its log. */
export function errorTab(seen: JobSeen): Line[] {
  const { job, width, theme, watched, attempts } = seen;
  const { ellipsis } = theme.glyphs;
  const { failure } = job;
  if (failure === null) {
    const refused = job.pullFailure;
    const pull =
      refused === null ? [] : textLines(`Its run was not brought here: ${refused.error}`, width);
    return [line(''), line(isLive(job.state) ? 'No error so far.' : 'No error.'), ...pull];
  }
  const ended = attempts.findLast((attempt) => attempt.failure !== null) ?? null;
  const most = watched.plan === null ? null : watched.plan.options.maxRetries + 1;
  const began = ended?.startedAt ?? ended?.openedAt ?? null;
  const after =
    ended === null || began === null || ended.endedAt === null
      ? ''
      : `, after ${spanText((ended.endedAt - began) / 1000)}`;
  const number = ended?.attempt ?? job.attempt;
  const which =
    number === 0 ? '' : `, attempt ${number}${most === null || number > most ? '' : ` of ${most}`}`;
  const title = `${glyphOf('error', theme)} ${ERROR_WORDS[failure.errorType]}${which}, ${STAGE_WORDS[failure.stage]}${after}`;
  return [
    line(''),
    line(cutEnd(title, width, ellipsis), 'bad'),
    ...textLines(failure.error, width),
    ...nextLines(seen),
    ...logLines(seen),
    ...(failure.traceback === ''
      ? []
      : [line(''), line('  traceback', 'title'), ...textLines(failure.traceback, width)]),
  ];
}

function nextLines({ job, watched, width, theme, keyOf }: JobSeen): Line[] {
  const step = nextStep(job, watched.sweep, keyOf);
  if (step === null || step.advice === '') return [];
  const command = step.command === null ? '' : `   :${step.command}`;
  const asItIs =
    step.command === null || step.command === 'retry' ? '' : `    ${keyOf('retry')} as it is`;
  const text = `  Next: ${step.advice}${command}${asItIs}`;
  return [line(cutEnd(text, width, theme.glyphs.ellipsis), 'title')];
}

function logLines({ files, width, theme }: JobSeen): Line[] {
  if (files === null) return [];
  const { stdout, stderr, stdoutPath, stderrPath } = files;
  const isErr = stderr.length > 0;
  const lines = (isErr ? stderr : stdout).slice(-LAST_LINES);
  if (lines.length === 0) return [];
  const { ellipsis } = theme.glyphs;
  const path = cutHead(caretText(isErr ? stderrPath : stdoutPath), width - 7, ellipsis);
  return [
    line(''),
    ...lines.map((text) => [
      span(isErr ? '  err| ' : '  out| ', 'quiet'),
      span(cutEnd(caretText(text), width - 7, ellipsis)),
    ]),
    [span(`       ${path}`, 'quiet')],
  ];
}

const STAGE_WORDS: Readonly<Record<string, string>> = {
  preflight: 'before anything was submitted',
  submit: 'while it was submitted',
  start: 'while starting',
  setup: 'while setting up',
  training: 'while training',
  warmup: 'while warming up',
  sampling: 'while sampling',
  analysis: 'while analysing',
  artifacts: 'while writing its files',
  collect: 'while its result was collected',
};

function textLines(text: string, width: number): Line[] {
  return text
    .split('\n')
    .map(caretText)
    .flatMap((part) => wrapped(part, width - 2))
    .map((part) => line(`  ${part}`));
}
