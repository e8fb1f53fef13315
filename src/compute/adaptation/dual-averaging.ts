/**
 * Finds the step size at which the mean acceptance meets a target (Hoffman & Gelman 2014, section 3.2.1,
 * with their constants). The average is over the log step *before* each update, as BlackJAX has it.
 * Plain numbers: it is saved as it is.
 */
export interface DualAveraging {
  /** The number of the next update, from 1. */
  readonly count: number;
  /** μ, the log step towards which early updates pull. */
  readonly pull: number;
  /** H̄, the running mean of target − acceptance. */
  readonly shortfall: number;
  /** log ε, the step to try next. */
  readonly logStep: number;
  /** log ε̄, the averaged step; meaningless before the first update. */
  readonly logAverage: number;
}

const OFFSET = 10;
const GAIN = 0.05;
const DECAY = 0.75;
const BOLDNESS = 10;

export function startDualAveraging(stepSize: number): DualAveraging {
  return {
    count: 1,
    pull: Math.log(BOLDNESS * stepSize),
    shortfall: 0,
    logStep: Math.log(stepSize),
    logAverage: 0,
  };
}

/** @param acceptance mean acceptance probability of the last transition, 0 … 1. */
export function updateDualAveraging(
  state: DualAveraging,
  acceptance: number,
  target: number,
): DualAveraging {
  const { count, pull, logStep } = state;
  const rate = 1 / (count + OFFSET);
  const weight = count ** -DECAY;
  const shortfall = (1 - rate) * state.shortfall + rate * (target - acceptance);
  return {
    count: count + 1,
    pull,
    shortfall,
    logStep: pull - (Math.sqrt(count) / GAIN) * shortfall,
    logAverage: weight * logStep + (1 - weight) * state.logAverage,
  };
}

/** The step to go on with: the averaged one, or the first where nothing has been learnt yet. */
export function averagedStepSize(state: DualAveraging): number {
  return Math.exp(state.count === 1 ? state.logStep : state.logAverage);
}
