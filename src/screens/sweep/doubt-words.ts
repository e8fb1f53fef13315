import type { JobRecord } from '../../dispatch/journal/sweep-state.ts';
import type { NextStep } from './next-step.ts';

/** Fields that make a sampler's chains longer, and its warm-up. */
const LONGER: Readonly<Record<string, { readonly draws: string; readonly warmup: string }>> = {
  sgld: { draws: 'sgld_steps', warmup: 'sgld_warmup' },
  sghmc: { draws: 'sghmc_steps', warmup: 'sghmc_warmup' },
  hmc: { draws: 'hmc_draws', warmup: 'hmc_warmup' },
  mclmc: { draws: 'mclmc_draws', warmup: 'mclmc_tune_steps' },
};

/** The word of a doubtful verdict; null where the estimate is trusted or nothing is known. */
export function doubtWord(verdict: string): string | null {
  return verdict === '' || verdict === 'converged' ? null : verdict.replaceAll('_', ' ');
}

/** Why its number is doubtful and what to change in a new sweep; null where it is not. */
export function doubtOf({ outcome, sampler }: JobRecord): NextStep | null {
  const word = outcome === null ? null : doubtWord(outcome.verdict);
  if (outcome === null || word === null) return null;
  const seen = whatWasSeen(outcome.verdict, outcome.rhat, outcome.ess);
  return {
    why: seen === '' ? `${word}.` : `${word}: ${seen}.`,
    advice: adviceOf(outcome.verdict, LONGER[sampler]),
    command: null,
  };
}

function whatWasSeen(verdict: string, rhat: number | null, ess: number | null): string {
  if (verdict === 'chains_disagree' && rhat !== null)
    return `R-hat ${rhat.toFixed(3)}, wanted below 1.01`;
  if (verdict === 'few_draws' && ess !== null) return `ESS ${Math.floor(ess)}`;
  return '';
}

function adviceOf(
  verdict: string,
  fields: { readonly draws: string; readonly warmup: string } | undefined,
): string {
  switch (verdict) {
    case 'chains_disagree':
    case 'few_draws':
      return fields === undefined ? 'Try more draws.' : `Try more draws: raise ${fields.draws}.`;
    case 'not_burnt_in':
      return fields === undefined
        ? 'Try more warm-up.'
        : `Try more warm-up: raise ${fields.warmup}.`;
    case 'w0_not_minimum':
      return 'Train longer, so that w0 is a minimum.';
    case 'delocalising':
      return 'Hold the chains closer: raise gamma.';
    case 'step_too_large':
    case 'divergent_transitions':
    case 'diverged':
      return 'Take smaller steps.';
    case 'tempered':
      return 'Sample at temperature 1.';
    case 'slow_energy':
      return 'Take longer trajectories.';
    default:
      return 'Its diagnostics say more.';
  }
}
