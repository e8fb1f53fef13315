import { largestCurvature } from '../adaptation/curvature.ts';
import { diagonalMetric } from '../adaptation/diagonal-metric.ts';
import {
  averagedStepSize,
  type DualAveraging,
  startDualAveraging,
  updateDualAveraging,
} from '../adaptation/dual-averaging.ts';
import { RunningMoments, type SavedMoments } from '../adaptation/running-moments.ts';
import { chainStarts } from '../adaptation/start.ts';
import { typicalCurvature } from '../adaptation/typical-curvature.ts';
import type { Engine, Slots, Vector } from '../engines/engine.ts';
import { forAllChains } from '../engines/for-all-chains.ts';
import { type Stream, uniform } from '../rng/stream.ts';
import type { MclmcSettings } from '../settings.ts';
import {
  enqueueIsokineticStep,
  ISOKINETIC_WORDS,
  type IsokineticState,
  type IsokineticWord,
} from './isokinetic-step.ts';
import { takePlausibleStart } from './plausible-start.ts';
import { isRecorded, keepsPosition } from './recording.ts';
import type { Draw, Sampler, SavedSampler, Work } from './sampler.ts';
import type { SamplerInput } from './sampler-input.ts';
import {
  choose,
  chooseStanding,
  enqueueMeters,
  potentialOf,
  readRows,
  STANDING_ROWS,
  type Standing,
  standingFrom,
} from './standing.ts';

/**
 * Metropolis-adjusted microcanonical dynamics (Robnik, Cohn-Gordon & Seljak 2025): a fresh direction and
 * a trajectory of isokinetic steps make a proposal, accepted with probability e^{−ΔE}. Without bias.
 *
 * A transition is one proposal of k = ⌈2uL/h⌉ steps, u uniform and the same for all chains, so that
 * trajectories do not resonate. Warm-up, `mclmc_tune_steps` proposals, has two windows of three tenths
 * each, at whose ends the metric (with preconditioning) and L = 1.3 √Σ Var(w_i)/σ_i² are renewed from the
 * second halves, L at most doubling; the step size h follows `mclmc_adjusted_target_accept` by dual
 * averaging of the chains' mean acceptance throughout, at most L/1.1.
 */
export function createAdjustedMclmc(input: SamplerInput, settings: MclmcSettings): Sampler {
  return new AdjustedMclmc(input, settings);
}

const START_SPREAD = 2;
const CURVATURE_ITERATIONS = 5;
const DIVERGENT_ENERGY = 1000;
const LONGEST_TRAJECTORY = 1024;
const WINDOW = 0.3;
const LENGTH_FACTOR = 1.3;
const LARGEST_GROWTH = 2;
const SMALLEST_STEP = 1e-5;
const STEPS_A_LENGTH = 1.1;

/** Rows of the slots that one transition is read through. */
const KINETIC = 0;
const STANDING = 1;
const SLOT_ROWS = STANDING + STANDING_ROWS;

interface Transition {
  readonly acceptance: readonly number[];
  readonly stats: Draw['stats'];
}

interface SavedAdjusted {
  readonly done: number;
  readonly gradients: { readonly warmup: number; readonly sampling: number };
  readonly position: Float64Array;
  readonly gradient: Float64Array;
  readonly standing: Standing;
  readonly inverseMass: Float64Array;
  readonly length: number;
  readonly step: DualAveraging;
  readonly moments: SavedMoments;
}

class AdjustedMclmc implements Sampler {
  readonly total: number;
  readonly warmup: number;

  readonly #engine: Engine;
  readonly #settings: MclmcSettings;
  readonly #word: IsokineticWord;
  /** The last transitions of the two windows. */
  readonly #windowEnds: readonly number[];
  readonly #starts: Float64Array;
  readonly #streams: Record<'momentum' | 'accept' | 'jitter' | 'probe', readonly Stream[]>;

  readonly #zero: Vector;
  readonly #position: Vector;
  readonly #gradient: Vector;
  readonly #proposal: IsokineticState;
  readonly #scale: Vector;
  readonly #slots: Slots;
  readonly #moments: RunningMoments;

  #started = false;
  #done = 0;
  #gradients = { warmup: 0, sampling: 0 };
  #standing: Standing = { loss: [], squaredDistance: [], virialLoss: [] };
  /** σ², length dim; all 1 without preconditioning. */
  #inverseMass: Float64Array;
  /** L, the mean length of a trajectory in units of σ. */
  #length: number;
  #step: DualAveraging = startDualAveraging(1);

  constructor({ engine, scale, streams }: SamplerInput, settings: MclmcSettings) {
    this.#engine = engine;
    this.#settings = settings;
    this.warmup = settings.mclmc_tune_steps;
    this.total = settings.mclmc_tune_steps + settings.mclmc_draws;
    this.#word = ISOKINETIC_WORDS[settings.mclmc_integrator];
    const window = Math.round(WINDOW * this.warmup);
    this.#windowEnds = [window - 1, 2 * window - 1];
    this.#starts = chainStarts(engine.posterior.center, scale, START_SPREAD, streams('chain_init'));
    this.#streams = {
      momentum: streams('momentum'),
      accept: streams('accept'),
      jitter: streams('jitter'),
      probe: streams('probe'),
    };
    const variances = scale.map((deviation) => deviation * deviation);
    const preconditioned = settings.mclmc_diagonal_preconditioning;
    this.#inverseMass = preconditioned ? variances : variances.map(() => 1);
    this.#length = preconditioned
      ? Math.sqrt(engine.dim)
      : Math.sqrt(variances.reduce((sum, variance) => sum + variance, 0));
    this.#zero = engine.vector();
    this.#position = engine.vector();
    this.#gradient = engine.vector();
    this.#proposal = {
      position: engine.vector(),
      direction: engine.vector(),
      gradient: engine.vector(),
    };
    this.#scale = engine.vector();
    this.#slots = engine.slots(SLOT_ROWS);
    this.#moments = new RunningMoments(engine);
  }

  get done(): number {
    return this.#done;
  }

  get work(): Work {
    return { ...this.#gradients, evaluation: 0 };
  }

  get adaptation(): Readonly<Record<string, number>> {
    return { step_size: this.#stepSize(), trajectory_length: this.#length };
  }

  async advance(transitions: number): Promise<readonly Draw[]> {
    await this.#start();
    const end = this.#done < this.warmup ? this.warmup : this.total;
    const stop = Math.min(end, this.#done + transitions);
    const draws: Draw[] = [];
    while (this.#done < stop) {
      const transition = await this.#transition(this.#done);
      if (this.#done < this.warmup) {
        await this.#adapt(this.#done, transition.acceptance);
        this.#done += 1;
        continue;
      }
      const number = this.#done - this.warmup;
      this.#done += 1;
      if (isRecorded(number, this.#settings.mclmc_eval_every)) {
        draws.push(await this.#draw(number, transition.stats));
      }
    }
    return draws;
  }

  async save(): Promise<SavedSampler> {
    await this.#start();
    const state: SavedAdjusted = {
      done: this.#done,
      gradients: this.#gradients,
      position: await this.#engine.read(this.#position),
      gradient: await this.#engine.read(this.#gradient),
      standing: this.#standing,
      inverseMass: this.#inverseMass,
      length: this.#length,
      step: this.#step,
      moments: await this.#moments.save(),
    };
    return { sampler: 'adjusted-mclmc', state: { ...state } };
  }

  restore(saved: SavedSampler): void {
    if (saved.sampler !== 'adjusted-mclmc') {
      throw new Error(`a state of ${saved.sampler} is none of adjusted-mclmc`);
    }
    const state = saved.state as unknown as SavedAdjusted;
    this.#started = true;
    this.#done = state.done;
    this.#gradients = { ...state.gradients };
    this.#engine.write(this.#position, state.position);
    this.#engine.write(this.#gradient, state.gradient);
    this.#standing = state.standing;
    this.#length = state.length;
    this.#step = state.step;
    this.#moments.restore(state.moments);
    this.#setInverseMass(state.inverseMass);
  }

  async #start(): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    const engine = this.#engine;
    const start = await takePlausibleStart(engine, this.#starts, {
      position: this.#position,
      gradient: this.#gradient,
    });
    this.#standing = start.standing;
    this.#setInverseMass(this.#inverseMass);
    const metric = engine.vector();
    engine.write(metric, forAllChains(engine, this.#inverseMass));
    const curvature = await largestCurvature(engine, this.#position, {
      metric,
      iterations: CURVATURE_ITERATIONS,
      streams: this.#streams.probe,
      step: 0,
      batch: null,
    });
    this.#gradients.warmup += start.gradients + 2 * CURVATURE_ITERATIONS;
    this.#step = startDualAveraging(0.5 * Math.sqrt(engine.dim / typicalCurvature(curvature)));
  }

  /** One draw of every chain: fresh directions, a trajectory, Metropolis. */
  async #transition(number: number): Promise<Transition> {
    const engine = this.#engine;
    const slots = this.#slots;
    const { position, direction, gradient } = this.#proposal;
    const stepSize = this.#stepSize();
    const steps = this.#trajectorySteps(number, stepSize);
    const sizes = this.#streams.momentum.map(() => stepSize);

    engine.copy(this.#zero, direction);
    engine.isokineticRefresh(direction, 1, { streams: this.#streams.momentum, step: number });
    engine.copy(this.#position, position);
    engine.copy(this.#gradient, gradient);
    engine.clear(slots);
    const end = { slots, row: STANDING };
    for (let i = 1; i <= steps; i++) {
      enqueueIsokineticStep(engine, this.#proposal, {
        word: this.#word,
        sizes,
        scale: this.#scale,
        kinetic: { slots, row: KINETIC },
        loss: i === steps ? end : null,
      });
    }
    enqueueMeters(engine, position, gradient, end);
    const rows = await readRows(engine, slots);
    this.#count(steps * this.#word.drifts.length);

    const before = this.#standing;
    const after = standingFrom(rows, STANDING);
    const kinetic = rows(KINETIC);
    const potentialBefore = potentialOf(engine, before);
    const potentialAfter = potentialOf(engine, after);
    const change = potentialAfter.map(
      (potential, chain) => kinetic[chain] + potential - potentialBefore[chain],
    );
    const acceptance = change.map((error) =>
      Number.isFinite(error) ? Math.min(1, Math.exp(-error)) : 0,
    );
    const accepted = acceptance.map(
      (probability, chain) => uniform(this.#streams.accept[chain], number) < probability,
    );
    engine.copyWhere(accepted, position, this.#position);
    engine.copyWhere(accepted, gradient, this.#gradient);
    this.#standing = chooseStanding(accepted, after, before);
    return {
      acceptance,
      stats: {
        acceptance_rate: acceptance,
        // Negated, so that an error that is no number counts.
        diverging: change.map((error) => Number(!(error <= DIVERGENT_ENERGY))),
        step_size: sizes,
        n_steps: sizes.map(() => steps),
        energy_change: change,
        lp: choose(accepted, potentialAfter, potentialBefore).map((potential) => -potential),
      },
    };
  }

  async #adapt(number: number, acceptance: readonly number[]): Promise<void> {
    // A chain that began where the loss is not finite never moves; it must not starve the others.
    const alive = this.#standing.loss.map(Number.isFinite);
    const rates = acceptance.filter((_, chain) => alive[chain]);
    if (rates.length > 0) {
      const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
      const { mclmc_adjusted_target_accept: target } = this.#settings;
      this.#step = updateDualAveraging(this.#step, mean, target);
    }
    const [first, second] = this.#windowEnds;
    const end = number <= first ? first : second;
    if (number <= second && number > end - (first + 1) / 2) {
      this.#moments.add(this.#position, this.#gradient, alive.map(Number));
    }
    if (number === first || number === second) await this.#renewMetric();
  }

  async #renewMetric(): Promise<void> {
    const moments = await this.#moments.pooled();
    this.#moments.reset();
    const stepSize = averagedStepSize(this.#step);
    if (this.#settings.mclmc_diagonal_preconditioning) {
      this.#setInverseMass(diagonalMetric(moments, this.#inverseMass));
    }
    const squares = moments.variance.reduce(
      (sum, variance, i) => sum + variance / this.#inverseMass[i],
      0,
    );
    const length = LENGTH_FACTOR * Math.sqrt(squares);
    if (length > 0 && Number.isFinite(length)) {
      this.#length *= Math.min(LARGEST_GROWTH, length / this.#length);
    }
    this.#step = startDualAveraging(stepSize);
  }

  async #draw(transition: number, stats: Draw['stats']): Promise<Draw> {
    const { mclmc_eval_every: every, mclmc_thin: thin } = this.#settings;
    const { loss, squaredDistance, virialLoss } = this.#standing;
    return {
      transition,
      loss,
      stats,
      meters: { squaredDistance, virialLoss, gradientNorm: null },
      position: keepsPosition(transition, every, thin)
        ? await this.#engine.read(this.#position)
        : null,
    };
  }

  #stepSize(): number {
    const step =
      this.#done < this.warmup ? Math.exp(this.#step.logStep) : averagedStepSize(this.#step);
    return Math.max(SMALLEST_STEP, Math.min(step, this.#length / STEPS_A_LENGTH));
  }

  #trajectorySteps(number: number, stepSize: number): number {
    const u = uniform(this.#streams.jitter[0], number);
    return Math.min(LONGEST_TRAJECTORY, Math.ceil((2 * u * this.#length) / stepSize));
  }

  #setInverseMass(inverseMass: Float64Array): void {
    this.#inverseMass = inverseMass;
    this.#engine.write(this.#scale, forAllChains(this.#engine, inverseMass.map(Math.sqrt)));
  }

  #count(gradients: number): void {
    if (this.#done < this.warmup) this.#gradients.warmup += gradients;
    else this.#gradients.sampling += gradients;
  }
}
