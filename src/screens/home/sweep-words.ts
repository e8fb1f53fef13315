import { TERMINAL_STATES } from '../../dispatch/job/words.ts';
import { countText, hoursText, moneyText } from '../../ui/format/numbers.ts';
import { timeText } from '../../ui/format/time-text.ts';
import type { Tone } from '../../ui/line.ts';
import type { SweepOnHome } from '../known/sweep-on-home.ts';

const DAY_MS = 86_400_000;

interface Words {
  readonly text: string;
  readonly tones: readonly Tone[];
}

/** How a sweep stands, in at most 11 columns: `running`, `ended 02:10`, `stopped`. */
export function standingWords({ standing, endedAt }: SweepOnHome, now: number): Words {
  switch (standing) {
    case 'running':
      return { text: 'running', tones: ['live'] };
    case 'ended':
      return { text: endedAt === null ? 'ended' : `ended ${shortTime(endedAt, now)}`, tones: [] };
    case 'died':
    case 'stopped':
      return { text: 'stopped', tones: ['alert'] };
    case 'silent':
      return { text: 'no word', tones: ['alert'] };
    case 'paused':
      return { text: 'paused', tones: ['alert'] };
    case 'refused':
      return { text: 'refused', tones: ['bad'] };
    case 'unreadable':
      return { text: 'unreadable', tones: ['bad'] };
  }
}

/** `70/120`: all that have ended, however. */
export function doneText({ counts, total }: SweepOnHome): string {
  const done = [...TERMINAL_STATES].reduce((sum, state) => sum + counts[state], 0);
  return total === 0 ? '' : `${countText(done)}/${countText(total)}`;
}

/** `$31.80`, else `31.2 GPU h`; empty where nothing is known. */
export function costText({ cost, gpuHours }: SweepOnHome): string {
  if (cost !== null && cost > 0) return moneyText(cost);
  return gpuHours !== null && gpuHours > 0 ? hoursText(gpuHours, 'GPU') : '';
}

/** `~16:50` today, `~Tue` within six days, `~11-30` later; empty where nobody can tell. */
export function leftText({ doneAt, standing }: SweepOnHome, now: number): string {
  return doneAt === null || standing !== 'running' ? '' : `~${shortTime(doneAt, now)}`;
}

/** What is to be done about a sweep, or why it cannot be opened; empty where all is well. */
export function needText(sweep: SweepOnHome, now: number): string {
  const { sweepId, standing, heardAt, holder, note } = sweep;
  const when = heardAt === null ? '' : ` ${timeText(new Date(heardAt), new Date(now))}`;
  switch (standing) {
    case 'died':
      return `${sweepId}: supervisor died${when}. enter starts a new one and goes on`;
    case 'silent':
      return `${sweepId}: no word from ${holder ?? 'its supervisor'} since${when || ' long'}. enter watches`;
    case 'stopped':
      return `${sweepId}: nobody works on it. enter starts a supervisor and goes on`;
    case 'paused':
    case 'refused':
    case 'unreadable':
      return `${sweepId}: ${note || standing}`;
    default:
      return '';
  }
}

/** The time of day today, else the weekday or the date alone: at most five columns. */
function shortTime(moment: number, now: number): string {
  const then = new Date(moment);
  const text = timeText(then, new Date(now));
  if (text.length <= 5) return text;
  if (Math.abs(moment - now) < 6 * DAY_MS)
    return then.toLocaleDateString('en-US', { weekday: 'short' });
  const two = (number: number) => String(number).padStart(2, '0');
  return `${two(then.getMonth() + 1)}-${two(then.getDate())}`;
}
