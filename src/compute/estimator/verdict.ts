import { ADVICE } from './advice.ts';
import {
  differs,
  drifts,
  dueVirial,
  isMetropolised,
  llcDrifts,
  READING_DOUBTFUL,
  readAsError,
  scaleOf,
  VIRIAL_DOUBTFUL,
  virialOff,
  virialReading,
} from './arrival.ts';
import type { AllDiverged, Summary } from './summary.ts';

type VerdictCode =
  /** Nothing speaks against the estimate and its error bar. */
  | 'converged'
  /** Losses stopped being finite. */
  | 'diverged'
  /** Too little to judge by: a diagnostic cannot be computed. */
  | 'unverified'
  /** Lower losses lie near w0, so λ̂ is too low, perhaps negative. */
  | 'w0_not_minimum'
  /** The chains were not yet in the posterior. */
  | 'not_burnt_in'
  /** Nothing holds the chains near w0. */
  | 'delocalising'
  /** The sampler's numerical error shows in the estimate. */
  | 'step_too_large'
  /** What was sampled is the posterior at another temperature. */
  | 'tempered'
  | 'chains_disagree'
  /** The error bar is large, or too few effective draws to know it. */
  | 'few_draws'
  /** Transitions whose energy error was beyond bounds. */
  | 'divergent_transitions'
  /** Momenta that change the energy too little (HMC). */
  | 'slow_energy'
  /** Further from the exact value, where that is known, than the error bar says. */
  | 'off_exact';

interface Finding {
  readonly code: VerdictCode;
  /** A note leaves the estimate trusted. */
  readonly severity: 'note' | 'doubtful';
  /** One or two sentences: what was seen, and what to change. */
  readonly text: string;
}

export interface Verdict {
  /** Of the first doubtful finding, or `converged`. */
  readonly code: VerdictCode;
  readonly severity: 'ok' | 'doubtful';
  readonly text: string;
  /** All findings, the doubtful first, each kind in order of weight. Empty when all is well. */
  readonly findings: readonly Finding[];
}

/** R̂ above this is chains that disagree; above the first, worth a word (Vehtari et al. 2021). */
const RHAT_NOTED = 1.01;
const RHAT_DOUBTFUL = 1.05;
/** With fewer effective draws R̂ is above 1.05 by chance alone; this R̂ is not chance. */
const FEWEST_EFFECTIVE = 100;
const RHAT_NO_CHANCE = 1.1;
/** Effective draws a chain that make every diagnostic reliable. */
const EFFECTIVE_PER_CHAIN = 100;
/** Standard error over λ̂: doubtful above, and what advice aims at. */
const ERROR_DOUBTFUL = 0.05;
const ERROR_AIM = 0.02;
/** A reading known no better than this guards nothing. */
const READING_UNKNOWN = 0.25;
/** From this many standard errors on, chains whose distances have not settled are said to move away. */
const OUTWARD = 2;
/** nβ(L0 − L) in units of λ̂ that would show in the estimate. */
const DEPTH_DOUBTFUL = 0.02;
const DIVERGENT_DOUBTFUL = 0.05;
const BFMI_LOW = 0.3;
/** Standard errors from the exact value that are not chance. */
const OFF_EXACT = 4;

/** What the verdict knows of the settings. */
export interface VerdictContext {
  /** `sgld_scheme` or `sghmc_scheme`; null for the others. */
  readonly scheme: string | null;
  /** `sghmc_temperature`, whatever the sampler. Default 1. */
  readonly temperature?: number;
}

/**
 * Judges an estimate in plain words. Nothing is called converged while R̂, the effective sample sizes, the
 * virial or the trends cannot be computed.
 */
export function judge(summary: Summary, context: VerdictContext): Verdict {
  const found = FINDERS.flatMap((find) => find(summary, context) ?? []);
  const findings = [
    ...found.filter(({ severity }) => severity === 'doubtful'),
    ...found.filter(({ severity }) => severity === 'note'),
  ];
  const [first] = findings;
  if (first?.severity === 'doubtful')
    return { code: first.code, severity: 'doubtful', text: first.text, findings };
  // What is doubtful needs no other reason to be off.
  const off = offExact(summary);
  return off === null
    ? { code: 'converged', severity: 'ok', text: wellText(summary), findings }
    : {
        code: 'converged',
        severity: 'ok',
        text: `${wellText(summary)} ${off.text}`,
        findings: [off, ...findings],
      };
}

/** What to say of a job that has nothing to estimate from. */
export function divergedText(
  { chains, firstBad }: AllDiverged,
  sampler: Summary['sampler'],
  stepSize = Number.NaN,
): string {
  const which = chains === 1 ? 'The chain' : `All ${chains} chains`;
  return (
    `${which} diverged: the loss was no longer finite from recorded draw ${Math.min(...firstBad) + 1} on. ` +
    `${sentence(ADVICE[sampler].smallerError(stepSize))}; hold the chains closer to w0 by a larger gamma.`
  );
}

type Finder = (summary: Summary, context: VerdictContext) => Finding | null;

const FINDERS: readonly Finder[] = [
  someDiverged,
  unverified,
  tempered,
  notMinimum,
  notBurntIn,
  stepTooLarge,
  chainsDisagree,
  fewDraws,
  divergentTransitions,
  slowEnergy,
];

function wellText(summary: Summary): string {
  const { chains, rhat, ess, se } = summary;
  return (
    `${chains} chains agree (R-hat ${rhat.toFixed(3)}), ${Math.floor(ess)} effective draws, ` +
    `standard error ${percent(se / scaleOf(summary))}.`
  );
}

function someDiverged(summary: Summary): Finding | null {
  const { divergedChains, chains, sampler, stepSize } = summary;
  if (divergedChains === 0) return null;
  return doubtful(
    'diverged',
    `${divergedChains} of ${chains} chains diverged and are left out; the others may be near it. ` +
      `${sentence(ADVICE[sampler].smallerError(stepSize))}.`,
  );
}

function unverified(summary: Summary): Finding | null {
  const { sampler, draws, chains, divergedChains } = summary;
  const unknown = Object.entries({
    'R-hat': summary.rhat,
    'the effective sample size': Math.min(summary.ess, summary.essBulk),
    'the standard error': summary.se,
    'the virial': Math.min(summary.virial, summary.virialSe),
    'the drift of L': summary.llcTrend.z,
    'the drift of the chains': summary.distance.z,
  })
    .filter(([, value]) => !Number.isFinite(value))
    .map(([name]) => name);
  if (unknown.length === 0) return null;
  const cure =
    chains - divergedChains < 2
      ? 'raise chains to at least 2'
      : draws < 8
        ? ADVICE[sampler].moreDraws(null)
        : 'look at the trace of the losses: chains that do not move leave nothing to compare';
  return doubtful('unverified', `Cannot be computed: ${unknown.join(', ')}. ${sentence(cure)}.`);
}

function tempered({ sampler }: Summary, { temperature = 1 }: VerdictContext): Finding | null {
  if (sampler !== 'sghmc' || temperature === 1) return null;
  return doubtful(
    'tempered',
    `sghmc_temperature is ${temperature}, so the chains sample another posterior than nbeta and gamma say. ` +
      'Set it to 1, and the temperature by beta0.',
  );
}

function notMinimum(summary: Summary): Finding | null {
  const { llc, se, lowest, shareBelow, nbeta, gamma, baselineGradientNorm: norm } = summary;
  const depth = Math.max(0, -lowest);
  const limit = DEPTH_DOUBTFUL * scaleOf(summary);
  // What a straight slope of this size lets the loss fall before the localisation holds it.
  const reach = gamma > 0 ? (nbeta * norm) ** 2 / (2 * gamma) : Number.POSITIVE_INFINITY;
  const seen =
    `${percent(shareBelow)} of the draws lie below w0, the lowest by nβΔL = ${brief(depth)} ` +
    `(‖∇L(w0)‖ = ${brief(norm)})`;
  const cure = 'Raise erm_max_steps or lower erm_tolerance';
  if (llc < -2 * se || depth > limit) {
    return doubtful(
      'w0_not_minimum',
      `w0 is not a minimum of L: ${seen}, so λ̂ is too low. ${cure}.`,
    );
  }
  if (!summary.trained && !(reach <= limit)) {
    const by = Number.isFinite(reach) ? ` by up to about ${brief(reach)}` : '';
    return doubtful(
      'w0_not_minimum',
      `Training stopped at ‖∇L(w0)‖ = ${brief(norm)}, above its tolerance, so λ̂ may be too low${by}. ${cure}.`,
    );
  }
  return depth > 0 ? note('w0_not_minimum', `${seen}: too little to show in λ̂.`) : null;
}

function notBurntIn(summary: Summary): Finding | null {
  const { sampler, gamma, distance, llcTrend, virial } = summary;
  const off = virialOff(summary);
  const cold = off === 'burn-in' && virial < 1;
  const away = distance.z > OUTWARD || (cold && distance.change > 0);
  const cure = `${sentence(ADVICE[sampler].moreWarmup)}, or hold them closer to w0 (a smaller prior_radius or larger gamma)`;
  const signs = [
    off === 'burn-in'
      ? `the virial is ${virial.toFixed(3)} ± ${brief(summary.virialSe)} where ${brief(dueVirial(summary))} is due`
      : null,
    drifts(summary)
      ? `their distances to w0 have not settled, R-hat ${summary.distanceRhat.toFixed(2)}`
      : null,
    llcDrifts(summary)
      ? `the halves of the chains differ by ${brief(llcTrend.change)} in λ̂, ${Math.abs(llcTrend.z).toFixed(1)} standard errors`
      : null,
  ].filter((sign) => sign !== null);
  if (signs.length === 0) return null;
  const travelling = drifts(summary) || cold;
  const moving = travelling
    ? away
      ? 'chains still move away from w0'
      : 'chains still move'
    : 'chains had not reached the posterior';
  if (gamma === 0 && away && drifts(summary)) {
    return doubtful(
      'delocalising',
      `Delocalising: with gamma 0 nothing holds the chains near w0 (${signs.join('; ')}). Set gamma or prior_radius.`,
    );
  }
  return doubtful('not_burnt_in', `Not burnt in: ${moving} (${signs.join('; ')}). ${cure}.`);
}

function stepTooLarge(summary: Summary, context: VerdictContext): Finding | null {
  const { sampler, virial, virialSe, gradientMeter, stepSize, se } = summary;
  const off = virialOff(summary);
  const heat = gradientMeter - 1;
  const reading = virialReading(summary);
  const cure =
    sampler === 'sghmc' && context.scheme === 'blackjax'
      ? 'Set sghmc_scheme to baoab: the blackjax scheme overestimates at every step size'
      : sentence(ADVICE[sampler].smallerError(stepSize));
  if (heat > VIRIAL_DOUBTFUL || readAsError(summary, heat) > READING_DOUBTFUL) {
    return doubtful(
      'step_too_large',
      `The step heats the chains: the gradients say that the virial is ${gradientMeter.toFixed(3)} instead of 1, ` +
        `which can be ${signedPercent(readAsError(summary, heat))} in λ̂. ${cure}.`,
    );
  }
  if (off === 'step') {
    return doubtful(
      'step_too_large',
      `The step is too large: the virial is ${virial.toFixed(3)} ± ${brief(virialSe)} instead of 1, ` +
        `which can be ${signedPercent(reading)} in λ̂. ${cure}.`,
    );
  }
  const visible = off === null && differs(summary, 1);
  return visible && Math.abs(reading) > se / scaleOf(summary)
    ? note(
        'step_too_large',
        `The virial is ${virial.toFixed(4)}: up to ${signedPercent(reading)} of λ̂ may be the sampler's own error, ` +
          'which the error bar does not hold.',
      )
    : null;
}

function chainsDisagree(summary: Summary): Finding | null {
  const { rhat, ess, essBulk, sampler } = summary;
  const few = Math.min(ess, essBulk) < FEWEST_EFFECTIVE;
  if (rhat > (few ? RHAT_NO_CHANCE : RHAT_DOUBTFUL)) {
    return doubtful(
      'chains_disagree',
      `The chains disagree (R-hat ${rhat.toFixed(2)}): they have not all seen the same posterior. ` +
        `${sentence(ADVICE[sampler].moreWarmup)}, or ${ADVICE[sampler].moreDraws(null)}.`,
    );
  }
  return rhat > RHAT_NOTED && !few
    ? note(
        'chains_disagree',
        `R-hat is ${rhat.toFixed(3)}; a longer run would bring it below 1.01.`,
      )
    : null;
}

function fewDraws(summary: Summary): Finding | null {
  const { ess, essBulk, se, chains, divergedChains, sampler, virialSe } = summary;
  const effective = Math.min(ess, essBulk);
  const error = se / scaleOf(summary);
  const readingError = readAsError(summary, virialSe);
  const seen = `${Math.floor(effective)} effective draws, standard error ${percent(error)}`;
  /** How much longer to sample for so many effective draws and an error of no more than is aimed at. */
  const longer = (wanted: number) => {
    const times = Math.max((error / ERROR_AIM) ** 2, wanted / effective);
    const aims = [
      effective < wanted ? `${wanted} effective draws` : null,
      error > ERROR_AIM ? `±${percent(ERROR_AIM)}` : null,
    ].filter((aim) => aim !== null);
    return `${ADVICE[sampler].moreDraws(times)} for ${aims.join(' and ')}`;
  };
  if (Number.isNaN(effective) || Number.isNaN(error)) return null;
  if (effective < FEWEST_EFFECTIVE || error > ERROR_DOUBTFUL) {
    const text = `Too few draws: ${seen}. ${sentence(longer(FEWEST_EFFECTIVE))}.`;
    return doubtful('few_draws', text);
  }
  if (readingError > READING_UNKNOWN) {
    return doubtful(
      'few_draws',
      `The virial is known only to ±${percent(readingError)} of λ̂, so it cannot tell whether the chains have arrived. ` +
        `${sentence(ADVICE[sampler].moreDraws((readingError / READING_UNKNOWN) ** 2))}.`,
    );
  }
  const wanted = EFFECTIVE_PER_CHAIN * (chains - divergedChains);
  if (effective >= wanted && error <= ERROR_AIM) return null;
  return note('few_draws', `${seen}: ${longer(wanted)}.`);
}

function divergentTransitions({ divergentShare, sampler }: Summary): Finding | null {
  if (!(divergentShare > 0)) return null;
  const text =
    `${percent(divergentShare)} of the transitions diverged: places too narrow for the step are left out. ` +
    `${sentence(ADVICE[sampler].smallerError(Number.NaN))}.`;
  return divergentShare > DIVERGENT_DOUBTFUL
    ? doubtful('divergent_transitions', text)
    : note('divergent_transitions', text);
}

function slowEnergy({ bfmi }: Summary): Finding | null {
  if (bfmi === null) return null;
  const least = Math.min(...bfmi);
  if (!(least < BFMI_LOW)) return null;
  return note(
    'slow_energy',
    `The energies move slowly (BFMI ${least.toFixed(2)}, below ${BFMI_LOW}): raise hmc_warmup for a better metric, or hmc_draws.`,
  );
}

function offExact(summary: Summary): Finding | null {
  const { sampler, llc, exact, exactZ, stepSize } = summary;
  if (!(Math.abs(exactZ) > OFF_EXACT)) return null;
  const { moreWarmup, smallerError } = ADVICE[sampler];
  const seen =
    `λ̂ is ${percent(Math.abs(llc / exact - 1))} ${exactZ > 0 ? 'above' : 'below'} the exact value ` +
    `${Number(exact.toPrecision(5))}, ${brief(Math.abs(exactZ))} standard errors`;
  return note(
    'off_exact',
    isMetropolised(summary)
      ? `${seen}: more than the error bar holds. ${sentence(moreWarmup)}.`
      : `${seen}: bias of the step size, which the error bar does not hold. ${sentence(smallerError(stepSize))}.`,
  );
}

function doubtful(code: VerdictCode, text: string): Finding {
  return { code, severity: 'doubtful', text };
}

function note(code: VerdictCode, text: string): Finding {
  return { code, severity: 'note', text };
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function brief(value: number): string {
  return String(Number(value.toPrecision(2)));
}

function percent(share: number): string {
  return `${brief(100 * share)} %`;
}

function signedPercent(share: number): string {
  return `${share > 0 ? '+' : '−'}${percent(Math.abs(share))}`;
}
