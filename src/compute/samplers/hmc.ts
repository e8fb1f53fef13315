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
import { type WindowSchedule, windowSchedule } from '../adaptation/window-schedule.ts';
import type { Engine, Slots, Vector } from '../engines/engine.ts';
import { forAllChains } from '../engines/for-all-chains.ts';
import { type Stream, uniform } from '../rng/stream.ts';
import type { HmcSettings } from '../settings.ts';
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
 * Hamiltonian Monte Carlo with full gradients, a diagonal metric and Stan's windowed warm-up (Neal 2011;
 * Hoffman & Gelman 2014; Stan reference manual).
 *
 * All chains share one metric and one step size, adapted from all of them together: the step by dual
 * averaging of the chains' mean acceptance, the metric by `diagonalMetric` at the ends of the slow
 * windows, first and regularised by `scale`². So every chain is burnt in with what it samples with, and
 * all chains take the same number of leapfrog steps.
 *
 * The number of leapfrog steps is `hmc_num_integration_steps`, or ⌈T/ε⌉ for a trajectory length T in
 * units of the metric (for a normal posterior π/2 is a quarter of a period); before the last window of
 * warm-up, whose metric is provisional, a trajectory takes at most `hmc_num_integration_steps`. Each
 * chain's step is multiplied by 1 ± `hmc_jitter` at every draw, lest trajectories resonate.
 *
 * A large energy error at a settled step shows a place too narrow for it, as the arms of singular
 * posteriors have. From there on the sampler is cautious: the rest of warm-up aims at an acceptance of
 * at least 0.95 (Stan's advice on divergences, taken at once) and steps are jittered by at least 0.9, so
 * that some are small enough for the arms. `adaptation.target_accept` tells.
 */
export function createHmc(input: SamplerInput, settings: HmcSettings): Sampler {
  return new Hmc(input, settings);
}

const START_SPREAD = 2;
const CURVATURE_ITERATIONS = 5;
const DIVERGENT_ENERGY = 1000;
const LONGEST_TRAJECTORY = 1024;
/** The energy error that no settled step makes on a posterior of one scale. */
const NARROW_ENERGY = 10;
/** Aimed at, and jittered by, at least, once warm-up has met such an error. */
const CAUTIOUS_ACCEPT = 0.95;
const CAUTIOUS_JITTER = 0.9;
/** Updates of dual averaging before its average counts as settled. */
const SETTLING_UPDATES = 10;

/** Rows of the slots that one transition is read through. */
const KINETIC_BEFORE = 0;
const KINETIC_AFTER = 1;
const STANDING = 2;
const SLOT_ROWS = STANDING + STANDING_ROWS;

interface Transition {
  readonly acceptance: readonly number[];
  readonly energyChange: readonly number[];
  readonly step: readonly number[];
  readonly stats: Draw['stats'];
}

interface SavedHmc {
  readonly done: number;
  readonly gradients: { readonly warmup: number; readonly sampling: number };
  readonly position: Float64Array;
  readonly gradient: Float64Array;
  readonly standing: Standing;
  readonly inverseMass: Float64Array;
  readonly curvature: readonly number[];
  readonly step: DualAveraging;
  readonly cautious: boolean;
  readonly moments: SavedMoments;
}

class Hmc implements Sampler {
  readonly total: number;
  readonly warmup: number;

  readonly #engine: Engine;
  readonly #settings: HmcSettings;
  readonly #schedule: WindowSchedule;
  readonly #starts: Float64Array;
  readonly #streams: Record<'momentum' | 'accept' | 'jitter' | 'probe', readonly Stream[]>;

  readonly #zero: Vector;
  readonly #position: Vector;
  readonly #gradient: Vector;
  readonly #proposal: Vector;
  readonly #proposalGradient: Vector;
  readonly #momentum: Vector;
  readonly #metric: Vector;
  readonly #slots: Slots;
  readonly #moments: RunningMoments;

  #started = false;
  #done = 0;
  #gradients = { warmup: 0, sampling: 0 };
  #standing: Standing = { loss: [], squaredDistance: [], virialLoss: [] };
  /** The diagonal of the inverse mass, length dim, the same for all chains. */
  #inverseMass: Float64Array;
  /** Largest curvature of each chain in units of the metric, where it was last measured. */
  #curvature: readonly number[] = [];
  #step: DualAveraging = startDualAveraging(1);
  #cautious = false;

  constructor({ engine, scale, streams }: SamplerInput, settings: HmcSettings) {
    this.#engine = engine;
    this.#settings = settings;
    this.warmup = settings.hmc_warmup;
    this.total = settings.hmc_warmup + settings.hmc_draws;
    this.#schedule = windowSchedule(settings.hmc_warmup);
    this.#starts = chainStarts(engine.posterior.center, scale, START_SPREAD, streams('chain_init'));
    this.#streams = {
      momentum: streams('momentum'),
      accept: streams('accept'),
      jitter: streams('jitter'),
      probe: streams('probe'),
    };
    this.#inverseMass = scale.map((deviation) => deviation * deviation);
    this.#zero = engine.vector();
    this.#position = engine.vector();
    this.#gradient = engine.vector();
    this.#proposal = engine.vector();
    this.#proposalGradient = engine.vector();
    this.#momentum = engine.vector();
    this.#metric = engine.vector();
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
    const stepSize = this.#stepSize();
    const steps = this.#integrationSteps(Math.max(this.#done, this.warmup));
    return {
      step_size: stepSize,
      integration_steps: steps,
      trajectory_length: steps * stepSize,
      target_accept: this.#targetAccept(),
      largest_curvature: typicalCurvature(this.#curvature),
    };
  }

  async advance(transitions: number): Promise<readonly Draw[]> {
    await this.#start();
    const end = this.#done < this.warmup ? this.warmup : this.total;
    const stop = Math.min(end, this.#done + transitions);
    const draws: Draw[] = [];
    while (this.#done < stop) {
      const transition = await this.#transition(this.#done);
      if (this.#done < this.warmup) {
        await this.#adapt(this.#done, transition);
        this.#done += 1;
        continue;
      }
      const number = this.#done - this.warmup;
      this.#done += 1;
      if (isRecorded(number, this.#settings.hmc_eval_every)) {
        draws.push(await this.#draw(number, transition.stats));
      }
    }
    return draws;
  }

  async save(): Promise<SavedSampler> {
    await this.#start();
    const state: SavedHmc = {
      done: this.#done,
      gradients: this.#gradients,
      position: await this.#engine.read(this.#position),
      gradient: await this.#engine.read(this.#gradient),
      standing: this.#standing,
      inverseMass: this.#inverseMass,
      curvature: this.#curvature,
      step: this.#step,
      cautious: this.#cautious,
      moments: await this.#moments.save(),
    };
    return { sampler: 'hmc', state: { ...state } };
  }

  restore(saved: SavedSampler): void {
    if (saved.sampler !== 'hmc') throw new Error(`a state of ${saved.sampler} is none of hmc`);
    const state = saved.state as unknown as SavedHmc;
    this.#started = true;
    this.#done = state.done;
    this.#gradients = { ...state.gradients };
    this.#engine.write(this.#position, state.position);
    this.#engine.write(this.#gradient, state.gradient);
    this.#standing = state.standing;
    this.#curvature = state.curvature;
    this.#step = state.step;
    this.#cautious = state.cautious;
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
    this.#gradients.warmup += start.gradients;
    this.#curvature = await this.#measureCurvature(0);
    this.#step = startDualAveraging(1 / Math.sqrt(typicalCurvature(this.#curvature)));
  }

  /** One draw of every chain: fresh momenta, a trajectory, Metropolis. */
  async #transition(number: number): Promise<Transition> {
    const engine = this.#engine;
    const slots = this.#slots;
    const end = { slots, row: STANDING };
    const stepSize = this.#stepSize();
    const steps = this.#integrationSteps(number);
    const jitter = Math.max(this.#settings.hmc_jitter, this.#cautious ? CAUTIOUS_JITTER : 0);
    const step = this.#streams.jitter.map(
      (stream) => stepSize * (1 + jitter * (2 * uniform(stream, number) - 1)),
    );
    const half = step.map((size) => 0.5 * size);

    // Cleared, because a diverged trajectory leaves no number that 0 would wipe out.
    engine.copy(this.#zero, this.#momentum);
    engine.refresh(this.#momentum, {
      keep: 0,
      add: 1,
      inverseMass: this.#metric,
      noise: { streams: this.#streams.momentum, step: number },
    });
    engine.kinetic(this.#momentum, this.#metric, { slots, row: KINETIC_BEFORE });
    engine.copy(this.#position, this.#proposal);
    engine.copy(this.#gradient, this.#proposalGradient);
    engine.kick(this.#momentum, this.#proposal, this.#proposalGradient, half);
    for (let i = 1; i <= steps; i++) {
      const last = i === steps;
      engine.drift(this.#proposal, this.#momentum, step, this.#metric);
      if (last) engine.gradient(this.#proposal, this.#proposalGradient, null, end);
      else engine.gradient(this.#proposal, this.#proposalGradient, null);
      engine.kick(this.#momentum, this.#proposal, this.#proposalGradient, last ? half : step);
    }
    engine.kinetic(this.#momentum, this.#metric, { slots, row: KINETIC_AFTER });
    enqueueMeters(engine, this.#proposal, this.#proposalGradient, end);
    const rows = await readRows(engine, slots);
    this.#count(steps);

    const before = this.#standing;
    const after = standingFrom(rows, STANDING);
    const kineticBefore = rows(KINETIC_BEFORE);
    const kineticAfter = rows(KINETIC_AFTER);
    const potentialBefore = potentialOf(engine, before);
    const potentialAfter = potentialOf(engine, after);
    const energyBefore = potentialBefore.map((potential, c) => potential + kineticBefore[c]);
    const energyAfter = potentialAfter.map((potential, c) => potential + kineticAfter[c]);
    const change = energyAfter.map((energy, chain) => energy - energyBefore[chain]);
    const acceptance = change.map((error) =>
      Number.isFinite(error) ? Math.min(1, Math.exp(-error)) : 0,
    );
    const accepted = acceptance.map(
      (probability, chain) => uniform(this.#streams.accept[chain], number) < probability,
    );
    engine.copyWhere(accepted, this.#proposal, this.#position);
    engine.copyWhere(accepted, this.#proposalGradient, this.#gradient);
    this.#standing = chooseStanding(accepted, after, before);
    return {
      acceptance,
      energyChange: change,
      step,
      stats: {
        acceptance_rate: acceptance,
        diverging: change.map((error) => Number(exceeds(error, DIVERGENT_ENERGY))),
        step_size: step,
        n_steps: step.map(() => steps),
        // Of the state that is kept, as the BFMI and ArviZ's energy plot mean it; the proposal's
        // error stands beside it.
        energy: choose(accepted, energyAfter, energyBefore),
        energy_change: change,
        lp: choose(accepted, potentialAfter, potentialBefore).map((potential) => -potential),
      },
    };
  }

  async #adapt(number: number, { acceptance, energyChange, step }: Transition): Promise<void> {
    // A chain that began where the loss is not finite never moves; it must not starve the others.
    const alive = this.#standing.loss.map(Number.isFinite);
    if (this.#step.count > SETTLING_UPDATES) {
      const settled = averagedStepSize(this.#step);
      this.#cautious ||= energyChange.some(
        (error, chain) => alive[chain] && step[chain] <= settled && exceeds(error, NARROW_ENERGY),
      );
    }
    const rates = acceptance.filter((_, chain) => alive[chain]);
    if (rates.length > 0) {
      const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
      this.#step = updateDualAveraging(this.#step, mean, this.#targetAccept());
    }
    const { slowStart, slowEnd, ends } = this.#schedule;
    if (number >= slowStart && number < slowEnd) {
      this.#moments.add(this.#position, this.#gradient, alive.map(Number));
    }
    if (ends.includes(number)) await this.#renewMetric(number);
  }

  async #renewMetric(number: number): Promise<void> {
    const stepSize = averagedStepSize(this.#step);
    const before = typicalCurvature(await this.#measureCurvature(2 * number + 1));
    this.#setInverseMass(diagonalMetric(await this.#moments.pooled(), this.#inverseMass));
    this.#moments.reset();
    this.#curvature = await this.#measureCurvature(2 * number + 2);
    // The step belongs to the metric: it goes on at the same fraction of the stability limit.
    const after = typicalCurvature(this.#curvature);
    this.#step = startDualAveraging(stepSize * Math.sqrt(before / after));
  }

  async #draw(transition: number, stats: Draw['stats']): Promise<Draw> {
    const { hmc_eval_every: every, hmc_thin: thin } = this.#settings;
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

  /** The base step: what dual averaging tries while it adapts, its average afterwards. */
  #stepSize(): number {
    return this.#done < this.warmup ? Math.exp(this.#step.logStep) : averagedStepSize(this.#step);
  }

  #targetAccept(): number {
    return Math.max(this.#settings.hmc_target_accept, this.#cautious ? CAUTIOUS_ACCEPT : 0);
  }

  #integrationSteps(number: number): number {
    const { hmc_trajectory_length: length, hmc_num_integration_steps: fixed } = this.#settings;
    if (length === null) return fixed;
    const bound =
      number < this.#schedule.slowEnd && number < this.warmup ? fixed : LONGEST_TRAJECTORY;
    return Math.max(1, Math.min(bound, Math.ceil(length / this.#stepSize())));
  }

  #measureCurvature(step: number): Promise<number[]> {
    this.#gradients.warmup += 2 * CURVATURE_ITERATIONS;
    return largestCurvature(this.#engine, this.#position, {
      metric: this.#metric,
      iterations: CURVATURE_ITERATIONS,
      streams: this.#streams.probe,
      step,
      batch: null,
    });
  }

  #setInverseMass(inverseMass: Float64Array): void {
    this.#inverseMass = inverseMass;
    this.#engine.write(this.#metric, forAllChains(this.#engine, inverseMass));
  }

  #count(gradients: number): void {
    if (this.#done < this.warmup) this.#gradients.warmup += gradients;
    else this.#gradients.sampling += gradients;
  }
}

/** Whether an energy error is beyond a bound, or no number. */
function exceeds(error: number, bound: number): boolean {
  return !(error <= bound);
}
