import type { Progress } from '../../dispatch/job/protocol.ts';
import type { Stage } from '../../dispatch/job/words.ts';
import type { RunningScript } from './scenario.ts';

/** Where in its running time each stage begins. */
const STAGE_BEGINS: readonly (readonly [number, Stage])[] = [
  [0.97, 'analysis'],
  [0.4, 'sampling'],
  [0.2, 'warmup'],
  [0.05, 'training'],
  [0, 'setup'],
];
const WARMUP = 0.2;
const SAMPLING = 0.4;
const ANALYSIS = 0.97;

/** A run without an end is half-way after this time. */
const ENDLESS_HALF_S = 60;

export const USUAL_CHAINS: readonly number[] = [1.46, 1.53, 1.49, 1.52];

/**
 * What the worker's heartbeat says after so much running: estimates that wander less and less about what
 * the script says they come to. The same time gives the same words.
 */
export function progressAt(running: RunningScript, owner: string, runningMs: number): Progress {
  const every = running.beatEveryS ?? 1;
  const spoken = Math.min(runningMs / 1000, running.beatStopsAtS ?? Number.POSITIVE_INFINITY);
  const beats = Math.floor(spoken / every);
  const share = shareAt(running.forS, beats * every);
  const total = running.total ?? 1000;
  const [, stage] = STAGE_BEGINS.find(([begins]) => share >= begins) ?? [0, 'setup'];
  const done = Math.floor(total * within(share, WARMUP, ANALYSIS));
  const sampled = within(share, SAMPLING, ANALYSIS);
  const quiet = { llc: null, llcSe: null, rhat: null, ess: null, llcByChain: [] };
  const said = { owner, beat: beats + 1, stage, done, total };
  if (sampled === 0) return { ...said, ...quiet };

  const spread = 0.5 / Math.sqrt(1 + total * sampled);
  const llcByChain = (running.chains ?? USUAL_CHAINS).map(
    (comesTo, chain) => comesTo + spread * Math.sin(1.7 * beats + 2.1 * chain),
  );
  return {
    ...said,
    llc: mean(llcByChain),
    llcSe: spread,
    rhat: 1 + spread,
    ess: Math.round(0.4 * total * sampled),
    llcByChain,
  };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function shareAt(forS: number | null, seconds: number): number {
  if (forS === null) return seconds / (seconds + ENDLESS_HALF_S);
  return forS <= 0 ? 1 : Math.min(1, seconds / forS);
}

function within(share: number, from: number, to: number): number {
  return Math.min(1, Math.max(0, (share - from) / (to - from)));
}
