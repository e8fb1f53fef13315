import { largestCurvature } from '../adaptation/curvature.ts';
import { decoherenceLength, tracedCoordinates } from '../adaptation/decoherence-length.ts';
import { diagonalMetric } from '../adaptation/diagonal-metric.ts';
import {
  checkedStepSize,
  type EnergyVarianceStep,
  startEnergyVarianceStep,
  updateEnergyVarianceStep,
} from '../adaptation/energy-variance-step.ts';
import { type MclmcPhases, mclmcPhases } from '../adaptation/mclmc-phases.ts';
import { median } from '../adaptation/median.ts';
import { RunningMoments, type SavedMoments } from '../adaptation/running-moments.ts';
import { chainStarts } from '../adaptation/start.ts';
import { typicalCurvature } from '../adaptation/typical-curvature.ts';
import type { Engine, SlotRow, Slots, Vector } from '../engines/engine.ts';
import { forAllChains } from '../engines/for-all-chains.ts';
import type { Stream } from '../rng/stream.ts';
import type { MclmcSettings } from '../settings.ts';
import { createAdjustedMclmc } from './adjusted-mclmc.ts';
import {
  enqueueIsokineticStep,
  ISOKINETIC_WORDS,
  type IsokineticState,
  type IsokineticWord,
  refreshAmount,
} from './isokinetic-step.ts';
import { takePlausibleStart } from './plausible-start.ts';
import { isRecorded, keepsPosition } from './recording.ts';
import type { Draw, Sampler, SavedSampler, Work } from './sampler.ts';
import type { SamplerInput } from './sampler-input.ts';
import {
  chooseStanding,
  enqueueMeters,
  potentialOf,
  readRows,
  type SlotRows,
  STANDING_ROWS,
  type Standing,
  standingFrom,
} from './standing.ts';

/**
 * Microcanonical Langevin Monte Carlo (Robnik, De Luca, Silverstein & Seljak 2023): isokinetic dynamics
 * with full gradients, the direction partially refreshed on both sides of every step, no Metropolis. Its
 * bias is set by the desired variance of the energy error. `mclmc_adjusted` gives the Metropolised form.
 *
 * Needs at least two dimensions.
 *
 * Warm-up is `mclmc_tune_steps` transitions, spent as `mclmcPhases` says. Every chain adapts its own step;
 * from the measurement of autocorrelation on all chains go on with the median, and metric and decoherence
 * length come from all of them. In burn-in the step is checked twice and lowered where it errs too much.
 * With `mclmc_diagonal_preconditioning` the dynamics run in units of σ, first `scale`, then the
 * root of `diagonalMetric`.
 *
 * A step that diverges, its energy growing by more than 1000 or ending in no number, is undone: the chain
 * stands where it was, with a fresh direction.
 */
export function createMclmc(input: SamplerInput, settings: MclmcSettings): Sampler {
  if (input.engine.dim < 2) {
    throw new Error('mclmc needs at least two dimensions: on a line its direction cannot turn');
  }
  return settings.mclmc_adjusted
    ? createAdjustedMclmc(input, settings)
    : new Mclmc(input, settings);
}

const START_SPREAD = 2;
const CURVATURE_ITERATIONS = 5;
/** A step that errs by more has left the posterior: its end has a probability below e^−1000. */
const DIVERGENT_ENERGY = 1000;
/** Steps that are enqueued before one read, at most. */
const BLOCK = 64;
/** Rows of slots that one step is read through: ΔK, then the standing. */
const STEP_ROWS = 1 + STANDING_ROWS;

/** What one step of all chains came to. */
interface Outcome {
  readonly standing: Standing;
  /** ΔE; whatever came out where the step diverged. */
  readonly energyChange: readonly number[];
  readonly diverged: readonly boolean[];
}

interface SavedMclmc {
  readonly done: number;
  readonly gradients: { readonly warmup: number; readonly sampling: number };
  readonly position: Float64Array;
  readonly direction: Float64Array;
  readonly gradient: Float64Array;
  readonly standing: Standing;
  readonly inverseMass: Float64Array;
  readonly length: number;
  readonly steps: readonly EnergyVarianceStep[];
  readonly moments: SavedMoments;
  readonly trace: readonly Float64Array[];
  readonly errors: { readonly sum: number; readonly count: number };
}

class Mclmc implements Sampler {
  readonly total: number;
  readonly warmup: number;

  readonly #engine: Engine;
  readonly #settings: MclmcSettings;
  readonly #word: IsokineticWord;
  readonly #phases: MclmcPhases;
  readonly #starts: Float64Array;
  readonly #streams: Record<'noise' | 'momentum' | 'probe', readonly Stream[]>;
  readonly #traced: readonly number[];

  readonly #now: IsokineticState;
  readonly #before: IsokineticState;
  readonly #blockStart: IsokineticState;
  readonly #zero: Vector;
  readonly #fresh: Vector;
  readonly #scale: Vector;
  readonly #stepSlots: Slots;
  readonly #blockSlots: Slots;
  readonly #moments: RunningMoments;

  #started = false;
  #done = 0;
  #gradients = { warmup: 0, sampling: 0 };
  #standing: Standing = { loss: [], squaredDistance: [], virialLoss: [] };
  /** σ², length dim, when preconditioned. */
  #inverseMass: Float64Array;
  /** L, the momentum decoherence length, in units of σ. */
  #length: number;
  #steps: readonly EnergyVarianceStep[];
  /** Positions of the traced coordinates, one entry a transition, [chain * traced + k]. */
  #trace: Float64Array[] = [];
  /** ΔE² over the steps of burn-in since the last check. */
  #errors = { sum: 0, count: 0 };

  constructor({ engine, scale, streams }: SamplerInput, settings: MclmcSettings) {
    const { dim, chains } = engine;
    this.#engine = engine;
    this.#settings = settings;
    this.warmup = settings.mclmc_tune_steps;
    this.total = settings.mclmc_tune_steps + settings.mclmc_draws;
    this.#word = ISOKINETIC_WORDS[settings.mclmc_integrator];
    this.#phases = mclmcPhases(this.warmup, settings.mclmc_diagonal_preconditioning);
    this.#starts = chainStarts(engine.posterior.center, scale, START_SPREAD, streams('chain_init'));
    this.#streams = {
      noise: streams('noise'),
      momentum: streams('momentum'),
      probe: streams('probe'),
    };
    this.#traced = tracedCoordinates(dim);
    const state = () => ({
      position: engine.vector(),
      direction: engine.vector(),
      gradient: engine.vector(),
    });
    this.#now = state();
    this.#before = state();
    this.#blockStart = state();
    this.#zero = engine.vector();
    this.#fresh = engine.vector();
    this.#scale = engine.vector();
    this.#stepSlots = engine.slots(STEP_ROWS);
    this.#blockSlots = engine.slots(STEP_ROWS * BLOCK);
    this.#moments = new RunningMoments(engine);
    this.#inverseMass = scale.map((deviation) => deviation * deviation);
    this.#length = settings.mclmc_diagonal_preconditioning
      ? Math.sqrt(dim)
      : Math.sqrt(this.#inverseMass.reduce((sum, variance) => sum + variance, 0));
    this.#steps = new Array(chains).fill(startEnergyVarianceStep(1));
  }

  get done(): number {
    return this.#done;
  }

  get work(): Work {
    return { ...this.#gradients, evaluation: 0 };
  }

  get adaptation(): Readonly<Record<string, number>> {
    return {
      step_size: median(this.#steps.map(({ stepSize }) => stepSize)),
      decoherence_length: this.#length,
    };
  }

  async advance(transitions: number): Promise<readonly Draw[]> {
    await this.#start();
    const end = this.#done < this.warmup ? this.warmup : this.total;
    const stop = Math.min(end, this.#done + transitions);
    while (this.#done < Math.min(stop, this.#phases.correlation)) {
      const outcome = await this.#singleStep(this.#done);
      await this.#adapt(this.#done, outcome);
      this.#advanceBy(1);
    }
    const draws: Draw[] = [];
    while (this.#done < stop) {
      const check = this.#phases.checks.find((transition) => transition > this.#done);
      draws.push(...(await this.#block(Math.min(stop, check ?? stop))));
    }
    return draws;
  }

  async save(): Promise<SavedSampler> {
    await this.#start();
    const state: SavedMclmc = {
      done: this.#done,
      gradients: this.#gradients,
      position: await this.#engine.read(this.#now.position),
      direction: await this.#engine.read(this.#now.direction),
      gradient: await this.#engine.read(this.#now.gradient),
      standing: this.#standing,
      inverseMass: this.#inverseMass,
      length: this.#length,
      steps: this.#steps,
      moments: await this.#moments.save(),
      trace: this.#trace.slice(),
      errors: this.#errors,
    };
    return { sampler: 'mclmc', state: { ...state } };
  }

  restore(saved: SavedSampler): void {
    if (saved.sampler !== 'mclmc') throw new Error(`a state of ${saved.sampler} is none of mclmc`);
    const state = saved.state as unknown as SavedMclmc;
    this.#started = true;
    this.#done = state.done;
    this.#gradients = { ...state.gradients };
    this.#engine.write(this.#now.position, state.position);
    this.#engine.write(this.#now.direction, state.direction);
    this.#engine.write(this.#now.gradient, state.gradient);
    this.#standing = state.standing;
    this.#length = state.length;
    this.#steps = state.steps;
    this.#moments.restore(state.moments);
    this.#trace = state.trace.slice();
    this.#errors = state.errors;
    this.#setInverseMass(state.inverseMass);
  }

  async #start(): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    const engine = this.#engine;
    const { position, direction } = this.#now;
    const start = await takePlausibleStart(engine, this.#starts, this.#now);
    this.#standing = start.standing;
    this.#setInverseMass(this.#inverseMass);
    engine.isokineticRefresh(direction, 1, { streams: this.#streams.momentum, step: 0 });
    const metric = engine.vector();
    engine.write(metric, forAllChains(engine, this.#inverseMass));
    const curvature = await largestCurvature(engine, position, {
      metric: this.#settings.mclmc_diagonal_preconditioning ? metric : null,
      iterations: CURVATURE_ITERATIONS,
      streams: this.#streams.probe,
      step: 0,
      batch: null,
    });
    this.#gradients.warmup += start.gradients + 2 * CURVATURE_ITERATIONS;
    const stepSize = 0.5 * Math.sqrt(engine.dim / typicalCurvature(curvature));
    this.#steps = new Array(engine.chains).fill(startEnergyVarianceStep(stepSize));
  }

  /** One step with a read after it, as tuning needs; undone for the chains that diverged. */
  async #singleStep(number: number): Promise<Outcome> {
    const engine = this.#engine;
    const { position, direction, gradient } = this.#now;
    copyState(engine, this.#now, this.#before);
    engine.clear(this.#stepSlots);
    this.#enqueueStep(number, { slots: this.#stepSlots, row: 0 });
    const rows = await readRows(engine, this.#stepSlots);
    const outcome = this.#outcome(rows, 0, this.#standing);
    if (outcome.diverged.includes(true)) {
      engine.copyWhere(outcome.diverged, this.#before.position, position);
      engine.copyWhere(outcome.diverged, this.#before.gradient, gradient);
      engine.copy(this.#zero, this.#fresh);
      const noise = { streams: this.#streams.momentum, step: number + 1 };
      engine.isokineticRefresh(this.#fresh, 1, noise);
      engine.copyWhere(outcome.diverged, this.#fresh, direction);
    }
    this.#standing = outcome.standing;
    return outcome;
  }

  /**
   * Steps until `stop`, the end of a block or a position to keep, whichever comes first. All are enqueued
   * before one read. Should a chain diverge on the way, the block is taken again step by step, so that
   * the draws do not depend on where blocks begin.
   */
  async #block(stop: number): Promise<readonly Draw[]> {
    const engine = this.#engine;
    const first = this.#done;
    let last = first;
    while (last + 1 < Math.min(stop, first + BLOCK) && !this.#keepsPosition(last)) last += 1;

    copyState(engine, this.#now, this.#blockStart);
    engine.clear(this.#blockSlots);
    for (let number = first; number <= last; number++) {
      this.#enqueueStep(number, { slots: this.#blockSlots, row: (number - first) * STEP_ROWS });
    }
    const rows = await readRows(engine, this.#blockSlots);
    let outcomes: Outcome[] = [];
    let standing = this.#standing;
    for (let number = first; number <= last; number++) {
      const outcome = this.#outcome(rows, (number - first) * STEP_ROWS, standing);
      outcomes.push(outcome);
      standing = outcome.standing;
    }
    if (outcomes.some(({ diverged }) => diverged.includes(true))) {
      copyState(engine, this.#blockStart, this.#now);
      outcomes = [];
      for (let number = first; number <= last; number++) {
        outcomes.push(await this.#singleStep(number));
      }
    } else {
      this.#standing = standing;
    }
    this.#advanceBy(last - first + 1);
    this.#checkErrors(outcomes);
    const position = this.#keepsPosition(last) ? await engine.read(this.#now.position) : null;
    return outcomes.flatMap((outcome, i) => {
      const transition = first + i - this.warmup;
      if (transition < 0 || !isRecorded(transition, this.#settings.mclmc_eval_every)) return [];
      return [this.#draw(transition, outcome, first + i === last ? position : null)];
    });
  }

  /** O(h/2), the deterministic step, O(h/2), and what is read of where it ended. */
  #enqueueStep(number: number, at: SlotRow): void {
    const engine = this.#engine;
    const sizes = this.#steps.map(({ stepSize }) => stepSize);
    const nu = sizes.map((size) => refreshAmount(0.5 * size, this.#length, engine.dim));
    const streams = this.#streams.noise;
    const standing = { slots: at.slots, row: at.row + 1 };
    engine.isokineticRefresh(this.#now.direction, nu, { streams, step: 2 * number });
    enqueueIsokineticStep(engine, this.#now, {
      word: this.#word,
      sizes,
      scale: this.#settings.mclmc_diagonal_preconditioning ? this.#scale : null,
      kinetic: at,
      loss: standing,
    });
    engine.isokineticRefresh(this.#now.direction, nu, { streams, step: 2 * number + 1 });
    enqueueMeters(engine, this.#now.position, this.#now.gradient, standing);
  }

  #outcome(rows: SlotRows, row: number, before: Standing): Outcome {
    const kinetic = rows(row);
    const after = standingFrom(rows, row + 1);
    const potentialBefore = potentialOf(this.#engine, before);
    const energyChange = potentialOf(this.#engine, after).map(
      (potential, chain) => kinetic[chain] + potential - potentialBefore[chain],
    );
    // Negated, so that an error that is no number counts.
    const diverged = energyChange.map((change) => !(change <= DIVERGENT_ENERGY));
    return { standing: chooseStanding(diverged, before, after), energyChange, diverged };
  }

  async #adapt(number: number, { energyChange, diverged }: Outcome): Promise<void> {
    const { dim, chains } = this.#engine;
    const { mclmc_desired_energy_var: desired } = this.#settings;
    const { step, variance, readapt, correlation } = this.#phases;
    if (number < readapt) {
      const sizes = this.#steps.map(({ stepSize }) => stepSize);
      this.#steps = this.#steps.map((state, chain) =>
        updateEnergyVarianceStep(state, diverged[chain] ? Number.NaN : energyChange[chain], {
          dim,
          desired,
        }),
      );
      if (number >= step && number < variance) {
        const weights = sizes.map((size, chain) => (diverged[chain] ? 0 : size));
        this.#moments.add(this.#now.position, this.#now.gradient, weights);
      }
      if (number === variance - 1) await this.#takeVariances();
      if (number === readapt - 1) {
        const pooled = median(this.#steps.map(({ stepSize }) => stepSize));
        this.#steps = new Array(chains).fill(startEnergyVarianceStep(pooled));
      }
      return;
    }
    this.#trace.push(await this.#tracedPositions());
    if (number === correlation - 1) {
      this.#length = decoherenceLength(this.#trace, {
        chains,
        stepSize: this.#steps[0].stepSize,
        otherwise: this.#length,
      });
      this.#trace = [];
    }
  }

  #checkErrors(outcomes: readonly Outcome[]): void {
    const { checks } = this.#phases;
    if (this.#done > checks[1]) return;
    let { sum, count } = this.#errors;
    for (const { energyChange, diverged } of outcomes) {
      energyChange.forEach((change, chain) => {
        if (diverged[chain]) return;
        sum += change * change;
        count += 1;
      });
    }
    this.#errors = { sum, count };
    if (!checks.includes(this.#done) || count === 0) return;
    const { mclmc_desired_energy_var: desired } = this.#settings;
    const { dim, chains } = this.#engine;
    const stepSize = checkedStepSize(this.#steps[0].stepSize, sum / count, { dim, desired });
    this.#steps = new Array(chains).fill(startEnergyVarianceStep(stepSize));
    this.#errors = { sum: 0, count: 0 };
  }

  /** The metric or, without one, the length from the variances; the step settles anew in a new metric. */
  async #takeVariances(): Promise<void> {
    const moments = await this.#moments.pooled();
    this.#moments.reset();
    if (this.#settings.mclmc_diagonal_preconditioning) {
      this.#setInverseMass(diagonalMetric(moments, this.#inverseMass));
      this.#steps = this.#steps.map(({ stepSize }) => startEnergyVarianceStep(stepSize));
      return;
    }
    const total = moments.variance.reduce((sum, variance) => sum + variance, 0);
    if (total > 0 && Number.isFinite(total)) this.#length = Math.sqrt(total);
  }

  async #tracedPositions(): Promise<Float64Array> {
    const { chains, dim } = this.#engine;
    const position = await this.#engine.read(this.#now.position);
    const traced = new Float64Array(chains * this.#traced.length);
    for (let chain = 0; chain < chains; chain++) {
      this.#traced.forEach((i, k) => {
        traced[chain * this.#traced.length + k] = position[chain * dim + i];
      });
    }
    return traced;
  }

  #draw(transition: number, outcome: Outcome, position: Float64Array | null): Draw {
    const { loss, squaredDistance, virialLoss } = outcome.standing;
    const gradients = this.#word.drifts.length;
    return {
      transition,
      loss,
      stats: {
        energy_change: outcome.energyChange.map((change, chain) =>
          outcome.diverged[chain] ? 0 : change,
        ),
        step_size: this.#steps.map(({ stepSize }) => stepSize),
        diverging: outcome.diverged.map((yes) => (yes ? 1 : 0)),
        n_steps: loss.map(() => gradients),
        lp: potentialOf(this.#engine, outcome.standing).map((potential) => -potential),
      },
      meters: { squaredDistance, virialLoss, gradientNorm: null },
      position,
    };
  }

  #keepsPosition(number: number): boolean {
    const { mclmc_eval_every: every, mclmc_thin: thin } = this.#settings;
    const transition = number - this.warmup;
    return (
      transition >= 0 && isRecorded(transition, every) && keepsPosition(transition, every, thin)
    );
  }

  #setInverseMass(inverseMass: Float64Array): void {
    this.#inverseMass = inverseMass;
    this.#engine.write(this.#scale, forAllChains(this.#engine, inverseMass.map(Math.sqrt)));
  }

  #advanceBy(transitions: number): void {
    this.#count(transitions * this.#word.drifts.length);
    this.#done += transitions;
  }

  #count(gradients: number): void {
    if (this.#done < this.warmup) this.#gradients.warmup += gradients;
    else this.#gradients.sampling += gradients;
  }
}

function copyState(engine: Engine, from: IsokineticState, into: IsokineticState): void {
  engine.copy(from.position, into.position);
  engine.copy(from.direction, into.direction);
  engine.copy(from.gradient, into.gradient);
}
