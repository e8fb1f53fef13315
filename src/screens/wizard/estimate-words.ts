import type { Estimate } from '../../dispatch/plan/estimate.ts';
import { countText, moneyText, spanText } from '../../ui/format/numbers.ts';

/** `~3 h 30 min at 16 at once`; null where nothing tells. */
export function timeWords({ seconds, atOnce }: Estimate): string | null {
  return seconds === null ? null : `~${spanText(rounded(seconds))} at ${atOnce} at once`;
}

/** `~57 GPU h, ~$31.00`; null where nothing tells. */
export function costWords({ cpuHours, gpuHours, dollars }: Estimate): string | null {
  const hours = gpuHours ?? cpuHours;
  if (hours === null) return null;
  const money = dollars === null ? '' : `, ~${moneyText(dollars)}`;
  return `~${roughly(hours)} ${gpuHours === null ? 'CPU' : 'GPU'} h${money}`;
}

/** `$672.00 at most`; null where there is no price. */
export function mostWords({ mostDollars }: Estimate): string | null {
  return mostDollars === null ? null : `${moneyText(mostDollars)} at most`;
}

function roughly(hours: number): string {
  return hours >= 10 ? countText(Math.round(hours)) : hours.toFixed(1);
}

/** No more exact than an estimate is. */
function rounded(seconds: number): number {
  const step = seconds >= 36_000 ? 3600 : seconds >= 3600 ? 600 : seconds >= 600 ? 60 : 10;
  return Math.max(step, Math.round(seconds / step) * step);
}
