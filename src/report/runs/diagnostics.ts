import { bfmi } from '../../compute/diagnostics/bfmi.ts';
import type { Draws } from '../../compute/diagnostics/draws.ts';
import { essBulk, essMean, essTail } from '../../compute/diagnostics/ess.ts';
import { mean, varianceOfAll } from '../../compute/diagnostics/moments.ts';
import { rhat } from '../../compute/diagnostics/rhat.ts';
import type { SortedDraws } from '../../compute/diagnostics/sorted-draws.ts';
import type { SamplerName } from '../../compute/settings.ts';
import type { StoredDraws } from './stored-draws.ts';

/** What the draws of a sampler say of themselves, unrounded; NaN where a number cannot be computed. */
export interface Diagnostics {
  readonly sampler: SamplerName;
  readonly chains: number;
  readonly divergedChains: number;
  /** Recorded draws a chain. */
  readonly draws: number;
  /** Of all chains first, then of each. */
  readonly rows: readonly DiagnosticsRow[];
  /** Of each chain; empty but for HMC. */
  readonly bfmi: readonly number[];
  readonly exact: number | null;
  readonly verdict: StoredVerdict | null;
  /** Set where `metrics.json` tells another estimate than the draws. */
  readonly mismatch: string | null;
}

/** ArviZ's summary of nβ(L − L0). */
export interface DiagnosticsRow {
  readonly name: string;
  readonly mean: number;
  readonly sd: number;
  readonly mcse: number;
  readonly essMean: number;
  readonly essBulk: number;
  readonly essTail: number;
  readonly rhat: number;
}

/** As it was written when the run was made: it knows meters that the draws do not tell. */
export interface StoredVerdict {
  readonly code: string;
  readonly text: string;
}

/** Rounding on another machine is far smaller, other files' numbers are not. */
const SAME = 1e-6;

export function diagnose(draws: StoredDraws): Diagnostics {
  const { sampler, llc, sorted, stats, metrics } = draws;
  const rows = [rowOf('all', llc, sorted), ...llc.map((chain, c) => chainRow(`chain ${c}`, chain))];
  const told = metrics[`${sampler}_llc_mean`];
  const off =
    typeof told === 'number' && Math.abs(told - rows[0].mean) > SAME * Math.max(1, Math.abs(told));
  const code = metrics[`${sampler}_verdict`];
  const text = metrics[`${sampler}_verdict_text`];
  const energy = sampler === 'hmc' ? (stats['energy'] ?? []) : [];
  return {
    sampler,
    chains: llc.length + draws.divergedChains,
    divergedChains: draws.divergedChains,
    draws: llc[0].length,
    rows,
    bfmi: energy.map(bfmi),
    exact: draws.exact,
    verdict: typeof code === 'string' && typeof text === 'string' ? { code, text } : null,
    mismatch: off
      ? `metrics.json says ${told}, the draws give ${rows[0].mean}: these files were not made together`
      : null,
  };
}

function rowOf(name: string, draws: Draws, sorted: SortedDraws): DiagnosticsRow {
  return {
    ...momentsOf(name, draws),
    essBulk: essBulk(draws, sorted),
    essTail: essTail(draws, sorted),
    rhat: rhat(draws, sorted),
  };
}

/** What one chain tells: its mean and how well that is known. The others compare chains. */
function chainRow(name: string, chain: Float64Array): DiagnosticsRow {
  const unknown = { essBulk: Number.NaN, essTail: Number.NaN, rhat: Number.NaN };
  return { ...momentsOf(name, [chain]), ...unknown };
}

function momentsOf(name: string, draws: Draws) {
  const sd = Math.sqrt(varianceOfAll(draws));
  const ess = essMean(draws);
  return { name, mean: mean(draws.map(mean)), sd, mcse: sd / Math.sqrt(ess), essMean: ess };
}
