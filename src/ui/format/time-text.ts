const DAY_MS = 86_400_000;
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

/**
 * A moment as briefly as it is clear, on this machine's clock: `12:10` today, `Sun 22:31` within six
 * days before or after, `11-02` within the year, `2024-11-02` before.
 */
export function timeText(moment: Date, now: Date): string {
  const clock = hmText(moment.getTime());
  if (moment.toDateString() === now.toDateString()) return clock;
  const age = now.getTime() - moment.getTime();
  if (Math.abs(age) < 6 * DAY_MS) return `${WEEKDAYS[moment.getDay()]} ${clock}`;
  const day = `${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  return age >= 0 && age < 330 * DAY_MS ? day : `${moment.getFullYear()}-${day}`;
}

/** `14:32:07` on this machine's clock. */
export function clockText(ms: number): string {
  return `${hmText(ms)}:${two(new Date(ms).getSeconds())}`;
}

/** `14:32` on this machine's clock. */
export function hmText(ms: number): string {
  const moment = new Date(ms);
  return `${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
