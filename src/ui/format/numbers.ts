/** `1,250`; from 100,000 on `125k`, `1.2M`. */
export function countText(count: number): string {
  if (count >= 1e6) return `${(Math.floor(count / 1e5) / 10).toFixed(1)}M`;
  if (count >= 1e5) return `${Math.floor(count / 1000)}k`;
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `52 s`, `3 min 22 s`, `2 h 10 min`, `3 d 4 h`: the two largest units that say something. */
export function spanText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [day, hour, minute] = [86_400, 3600, 60];
  const two = (big: number, bigUnit: string, small: number, smallUnit: string) =>
    small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
  if (whole < minute) return `${whole} s`;
  if (whole < hour) return two(Math.floor(whole / minute), 'min', whole % minute, 's');
  if (whole < day)
    return two(Math.floor(whole / hour), 'h', Math.floor((whole % hour) / minute), 'min');
  return two(Math.floor(whole / day), 'd', Math.floor((whole % day) / hour), 'h');
}

/** `$14.20`, `$1,240`. */
export function moneyText(dollars: number): string {
  return dollars >= 1000 ? `$${countText(dollars)}` : `$${dollars.toFixed(2)}`;
}

/** `31.2 GPU h`, `0.7 CPU h`, `1,240 GPU h`. */
export function hoursText(hours: number, unit: 'GPU' | 'CPU'): string {
  const number = hours >= 1000 ? countText(hours) : hours.toFixed(1);
  return `${number} ${unit} h`;
}

/** Whole per cent, rounded down: 100 % is only what is done. */
export function percentText(done: number, total: number): string {
  return total > 0 ? `${Math.floor((100 * done) / total)}%` : '0%';
}
