import type { Opening } from '../console/screen.ts';

/** The tabs by their numbers, from 1. */
export const TABS = ['overview', 'attempts', 'error', 'log', 'config', 'diagnostics'] as const;
export type TabNumber = 1 | 2 | 3 | 4 | 5 | 6;

/** One job, close up. */
export interface DetailState {
  readonly screen: 'detail';
  readonly sweepId: string;
  readonly jobId: string;
  readonly tab: TabNumber;
  /** The first line of the tab that is shown; of a followed log without meaning. */
  readonly top: number;
  /** The log's end stays in sight. */
  readonly follow: boolean;
  /** Narrows the configuration. */
  readonly filter: string;
}

export function openDetail(opening: Extract<Opening, { screen: 'detail' }>): DetailState {
  return { ...opening, tab: 1, top: 0, follow: true, filter: '' };
}

/** The tab of a word as it comes with the command: `4`, `log`; null where there is none. */
export function tabOf(word: string): TabNumber | null {
  const byName = (TABS as readonly string[]).indexOf(word) + 1;
  const number = byName > 0 ? byName : Number(word);
  return Number.isInteger(number) && number >= 1 && number <= TABS.length
    ? (number as TabNumber)
    : null;
}
