import { percentText } from '../../ui/format/numbers.ts';
import { clockText } from '../../ui/format/time-text.ts';
import { type Line, span, textOf } from '../../ui/line.ts';
import { cutMiddle } from '../../ui/text/cut.ts';
import { justified } from '../../ui/text/line-parts.ts';
import { widthOf } from '../../ui/text/width.ts';
import { backendName } from '../sweep/backend-name.ts';
import { FACES, glyphOf, jobLabel } from '../sweep/job-words.ts';
import { TABS, type TabNumber } from './detail-state.ts';
import { at, type JobSeen } from './job-seen.ts';

/** `large s0 hmc   ▸ running 41%   attempt 1 of 4         slurm ok 14:31   14:32:07`. */
export function titleLine(seen: JobSeen): Line {
  const { job, theme, width, now, asked } = seen;
  const state =
    asked === null
      ? span(`${glyphOf(job.state, theme)} ${stateText(seen)}`, ...FACES[job.state].tones)
      : span(`${glyphOf('held', theme)} ${asked}`, 'asked');
  const after = [span('   '), state, span(`   ${attemptText(seen)}`)];
  const clock = clockText(now);
  const health = healthText(seen);
  const fits = (end: string) => widthOf(`${jobLabel(job)}${textOf(after)}   ${end}`) <= width;
  // The clock stays longest, the place's health goes first.
  const withHealth = health === '' ? clock : `${health}   ${clock}`;
  const end = fits(withHealth) ? withHealth : clock;
  const room = Math.max(4, width - widthOf(`${textOf(after)}   ${end}`));
  const label = span(cutMiddle(jobLabel(job), room, theme.glyphs.ellipsis), 'title');
  return justified([label, ...after], [span(end)], width, theme.glyphs.ellipsis);
}

/** The tabs, the open one in brackets where there is no colour to show it. */
export function tabLine(open: TabNumber, right: string, seen: JobSeen): Line {
  const { theme, width } = seen;
  const tabs = TABS.map((name, i) => {
    const text = `${i + 1} ${name}`;
    if (i + 1 !== open) return span(text);
    return theme.colour ? span(` ${text} `, 'focus') : span(`[${text}]`);
  });
  const used = tabs.reduce((sum, { text }) => sum + widthOf(text), 2 * (tabs.length - 1));
  const gap = width - used - widthOf(right);
  const spaced = tabs.flatMap((tab, i) => (i === 0 ? [tab] : [span('  '), tab]));
  if (used <= width)
    return right === '' || gap < 2 ? spaced : [...spaced, span(' '.repeat(gap) + right, 'quiet')];
  // Too narrow for all words: the open one has its word, the others their number.
  return TABS.flatMap((name, i) => {
    const text = i + 1 === open ? `[${i + 1} ${name}]` : String(i + 1);
    return [span(`${i === 0 ? '' : '  '}${text}`, ...(i + 1 === open ? (['title'] as const) : []))];
  });
}

/** `running 41%`, `waiting`, `error`. */
export function stateText({ job, progress }: JobSeen): string {
  if (job.state === 'running' && progress !== null && progress.total > 0)
    return `running ${percentText(progress.done, progress.total)}`;
  return job.state === 'held' ? 'retry' : job.state;
}

function attemptText({ job, watched }: JobSeen): string {
  if (job.attempt === 0) return 'not tried yet';
  const { plan } = watched;
  const most = plan === null ? 0 : plan.options.maxRetries + 1;
  // A person who asks again begins the count of retries afresh.
  return job.attempt <= most ? `attempt ${job.attempt} of ${most}` : `attempt ${job.attempt}`;
}

function healthText(seen: JobSeen): string {
  const { watched } = seen;
  const health = watched.live?.health;
  if (health === undefined || health === null || watched.sweep.ended !== null) return '';
  const word = health.state === 'well' ? 'ok' : health.state;
  return `${backendName(watched.sweep.backend)} ${word} ${at(seen, health.at)}`;
}
