import type { Draws } from '../diagnostics/draws.ts';
import { mcseMean } from '../diagnostics/mcse.ts';
import { mean } from '../diagnostics/moments.ts';
import { rhat } from '../diagnostics/rhat.ts';
import type { MeterTable } from './draw-table.ts';
import { type Trend, trend } from './trend.ts';

/**
 * What the free meters of a sampler say of where its chains stand. For every proper posterior and constant c
 * the virial identity E[(w − c)·∇U(w)] = d holds (integration by parts); here c = w0. All numbers are
 * dimensionless; NaN where they cannot be computed.
 */
export interface VirialReading {
  /** mean (w − w0)·∇U / d: 1 for chains that sample the posterior. */
  readonly virial: number;
  /** Its Monte-Carlo standard error. */
  readonly virialSe: number;
  /** γ E‖w − w0‖²/d, the part of the virial that the localisation holds. */
  readonly localisationShare: number;
  /**
   * 1 + ε mean‖∇U‖²_G/(4d), what the virial must be for stationary chains of the Euler scheme at step size
   * ε in the metric G, gradient noise included; at least 1. Its excess over 1 is the scheme's heat. NaN for
   * any other sampler.
   */
  readonly gradientMeter: number;
  /** ‖w − w0‖² between the halves of the chains. */
  readonly distance: Trend;
  /** R̂ of ‖w − w0‖². */
  readonly distanceRhat: number;
}

const UNKNOWN: VirialReading = {
  virial: Number.NaN,
  virialSe: Number.NaN,
  localisationShare: Number.NaN,
  gradientMeter: Number.NaN,
  distance: { change: Number.NaN, z: Number.NaN },
  distanceRhat: Number.NaN,
};

export interface VirialTerms {
  readonly nbeta: number;
  readonly gamma: number;
  readonly dim: number;
  /** chains x draws, the step sizes of an Euler scheme; null for any other. */
  readonly eulerSteps: Draws | null;
}

export function readVirial(meters: MeterTable | null, terms: VirialTerms): VirialReading {
  if (meters === null || meters.squaredDistance.length === 0) return UNKNOWN;
  const { nbeta, gamma, dim } = terms;
  const { squaredDistance, virialLoss } = meters;
  const virials = squaredDistance.map((chain, c) =>
    chain.map((square, t) => (nbeta * virialLoss[c][t] + gamma * square) / dim),
  );
  return {
    virial: mean(virials.map(mean)),
    virialSe: mcseMean(virials),
    localisationShare: (gamma * mean(squaredDistance.map(mean))) / dim,
    gradientMeter: gradientMeter(meters.gradientNorm, terms),
    distance: trend(squaredDistance),
    distanceRhat: rhat(squaredDistance),
  };
}

function gradientMeter(norms: Draws | null, { eulerSteps, dim }: VirialTerms): number {
  if (norms === null || eulerSteps === null) return Number.NaN;
  const heat = norms.map((chain, c) => mean(eulerSteps[c]) * mean(chain));
  return 1 + mean(heat) / (4 * dim);
}
