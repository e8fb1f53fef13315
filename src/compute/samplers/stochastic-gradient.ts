import type { Preconditioner } from '../adaptation/preconditioner.ts';
import { chainStarts } from '../adaptation/start.ts';
import { ARRIVING, type Daring, SAMPLING, type Stiffness } from '../adaptation/step-size.ts';
import { type SavedSearch, StiffnessSearch } from '../adaptation/stiffness-search.ts';
import type { Engine, SlotRow, Slots, Vector } from '../engines/engine.ts';
import { forAllChains } from '../engines/for-all-chains.ts';
import type { Stream } from '../rng/stream.ts';
import { DrawBlock, type ReadDraw } from './draw-block.ts';
import type { Minibatch } from './minibatch.ts';
import { isRecorded, keepsPosition } from './recording.ts';
import type { Draw, Sampler, SavedSampler, Work } from './sampler.ts';
import type { SamplerInput } from './sampler-input.ts';
import { potentialOf, type SlotRows } from './standing.ts';

/** The vectors that a stochastic-gradient sampler and its dynamics share. */
export interface Place {
  readonly engine: Engine;
  readonly minibatch: Minibatch;
  /** What recorded losses are taken over, where the gradients' rows are not all. */
  readonly evaluation: Minibatch;
  readonly preconditioner: Preconditioner;
  readonly position: Vector;
  /** ∇L at `position`, over rows that had no part in the move that led there. */
  readonly gradient: Vector;
}

/** The moves of one sampler; warm-up, recording and saving are the same for all. */
export interface Dynamics {
  /** Gradients a transition. */
  readonly gradients: number;
  /** Whether the step size, or what else depends on the posterior's stiffness, is to be found. */
  readonly tuned: boolean;
  /**
   * Enqueues one transition: moves `position`, and leaves in `gradient` the gradient there over the rows of
   * step + 1, its loss in `lossAt` where given.
   */
  move(step: number, lossAt: SlotRow | undefined): void;
  /** Sets the step size; `caution`, at most 1, multiplies it. */
  tune(stiffness: Stiffness, daring: Daring, caution: number): void;
  /** Called before step `step` where the metric is new, and at the start. */
  restart(step: number): void;
  /** Called before step `step` where some chains were put elsewhere. */
  replaced(chains: readonly boolean[], step: number): void;
  /** Rows of slots that `measure` fills beside a draw's own. */
  readonly rows: number;
  measure(slots: Slots, row: number): void;
  /** Statistics of a draw from the rows that `measure` filled, counted from 0. */
  stats(rows: SlotRows): Draw['stats'];
  /** Whether Σ G⊙(∇U)² says something of this sampler's bias. */
  readonly gradientNormTells: boolean;
  readonly stepSize: number;
  readonly adaptation: Readonly<Record<string, number>>;
  save(): Promise<Readonly<Record<string, unknown>>>;
  restore(saved: Readonly<Record<string, unknown>>): void;
}

export interface Schedule {
  readonly name: string;
  readonly total: number;
  readonly warmup: number;
  readonly every: number;
  readonly thin: number;
}

/** Variance of the starts over the posterior's. */
const START_SPREAD = 2;
/**
 * Looks at the step size during warm-up, evenly spread. Singular losses without data have few dimensions,
 * a curvature that varies most, and gradients that cost nothing.
 */
const LOOKS = 16;
const LOOKS_WITHOUT_DATA = 128;
/** The first look after this many steps, the next after twice as many: starts may be stiff, not for long. */
const FIRST_LOOK = 16;
/** How far a chain's loss may be beyond what the whole dimension can hold before it counts as diverged. */
const DIVERGED = 100;
/** What a lost chain in warm-up takes from the step size. */
const BACK_OFF = 0.5;

/** Rows of slots of one draw. */
const LOSS = 0;
const METERS = 1;
const OWN_ROWS = 4;

interface SavedStochasticGradient {
  readonly done: number;
  readonly work: Work;
  readonly position: Float64Array;
  readonly gradient: Float64Array;
  readonly preconditioner: Readonly<Record<string, unknown>>;
  readonly search: SavedSearch;
  readonly caution: number;
  readonly retreat: number;
  readonly boundOfLoss: number;
  readonly lossAtCenter: number;
  readonly diverged: readonly boolean[];
  readonly dynamics: Readonly<Record<string, unknown>>;
}

/**
 * The common part of the samplers that follow minibatch gradients.
 *
 * A transition ends with the gradient at its new position over rows that the position does not depend on
 * yet: it makes the next move, and it makes the meters of a draw unbiased without costing a gradient.
 *
 * During warm-up the metric adapts and looks at the posterior's stiffness set the step size; those of the
 * second half decide. A chain that a look finds where no posterior is, or without finite numbers, is put
 * back halfway between w0 and its start, and the step size is halved for that half of warm-up. After
 * warm-up nothing adapts. A recorded loss is that of all rows, or, over a batch B of `evaluation`, L(w0) + L_B(w) − L_B(w0): the
 * batch has no part in the moves, so that its mean is the same, and the error bar, which is that of the recorded
 * losses, holds what it adds. A chain whose loss is not finite, or beyond 100·(|L(w0)| + d/nβ), has diverged
 * and has NaN for its loss from that draw on.
 */
export class StochasticGradientSampler implements Sampler {
  readonly total: number;
  readonly warmup: number;

  readonly #engine: Engine;
  readonly #place: Place;
  readonly #dynamics: Dynamics;
  readonly #schedule: Schedule;
  readonly #starts: Float64Array;
  readonly #search: StiffnessSearch;
  readonly #looks: ReadonlySet<number>;
  readonly #elsewhere: Vector;
  readonly #block: DrawBlock;
  /** w0 in every chain, where losses are differences from there; else null. */
  readonly #reference: Vector | null;

  #started = false;
  #done = 0;
  #work = { sampling: 0, warmup: 0, evaluation: 0 };
  #caution = 1;
  /** How far, of its first distance to w0, a chain that was lost is put back. */
  #retreat = 1;
  #boundOfLoss = Number.POSITIVE_INFINITY;
  #lossAtCenter = Number.NaN;
  #diverged: readonly boolean[];

  constructor(
    { scale, streams }: SamplerInput,
    schedule: Schedule,
    place: Place,
    dynamics: Dynamics,
  ) {
    const { engine, minibatch } = place;
    this.#engine = engine;
    this.#place = place;
    this.#dynamics = dynamics;
    this.#schedule = schedule;
    this.total = schedule.total;
    this.warmup = Math.min(schedule.warmup, schedule.total);
    this.#starts = chainStarts(engine.posterior.center, scale, START_SPREAD, streams('chain_init'));
    const probes: readonly Stream[] = streams('probe');
    this.#search = new StiffnessSearch(engine, probes, (step, of) => minibatch.at(step, of));
    this.#looks = lookingSteps(this.warmup, engine.rows === 0 ? LOOKS_WITHOUT_DATA : LOOKS);
    this.#elsewhere = engine.vector();
    const differs = !minibatch.exact && !place.evaluation.exact;
    this.#reference = differs ? engine.vector() : null;
    if (this.#reference !== null)
      engine.write(this.#reference, forAllChains(engine, engine.posterior.center));
    this.#block = new DrawBlock(engine, OWN_ROWS + dynamics.rows + (differs ? 1 : 0));
    this.#diverged = new Array<boolean>(engine.chains).fill(false);
  }

  get done(): number {
    return this.#done;
  }

  get work(): Work {
    return { ...this.#work };
  }

  get adaptation(): Readonly<Record<string, number>> {
    return this.#dynamics.adaptation;
  }

  get place(): { readonly position: Vector; readonly metric: Vector | null } {
    const { position, preconditioner } = this.#place;
    return { position, metric: preconditioner.metric };
  }

  async advance(transitions: number): Promise<readonly Draw[]> {
    await this.#start();
    const end = this.#done < this.warmup ? this.warmup : this.total;
    const stop = Math.min(end, this.#done + transitions);
    const draws: Draw[] = [];
    while (this.#done < stop) {
      await this.#transition();
      if (this.#block.full) draws.push(...(await this.#drawn()));
    }
    // Read even where no draw waits, so that what was enqueued is done when this is.
    draws.push(...(await this.#drawn()));
    return draws;
  }

  async save(): Promise<SavedSampler> {
    await this.#start();
    const { position, gradient, preconditioner } = this.#place;
    const state: SavedStochasticGradient = {
      done: this.#done,
      work: this.work,
      position: await this.#engine.read(position),
      gradient: await this.#engine.read(gradient),
      preconditioner: await preconditioner.save(),
      search: this.#search.save(),
      caution: this.#caution,
      retreat: this.#retreat,
      boundOfLoss: this.#boundOfLoss,
      lossAtCenter: this.#lossAtCenter,
      diverged: this.#diverged,
      dynamics: await this.#dynamics.save(),
    };
    return { sampler: this.#schedule.name, state: { ...state } };
  }

  restore(saved: SavedSampler): void {
    const { name } = this.#schedule;
    if (saved.sampler !== name) throw new Error(`a state of ${saved.sampler} is none of ${name}`);
    const state = saved.state as unknown as SavedStochasticGradient;
    this.#started = true;
    this.#done = state.done;
    this.#work = { ...state.work };
    this.#engine.write(this.#place.position, state.position);
    this.#engine.write(this.#place.gradient, state.gradient);
    this.#place.preconditioner.restore(state.preconditioner);
    this.#search.restore(state.search);
    this.#caution = state.caution;
    this.#retreat = state.retreat;
    this.#boundOfLoss = state.boundOfLoss;
    this.#lossAtCenter = state.lossAtCenter;
    this.#diverged = state.diverged;
    this.#dynamics.restore(state.dynamics);
  }

  async #start(): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    const engine = this.#engine;
    const { posterior, dim } = engine;
    const { position, gradient, minibatch } = this.#place;
    const slots = engine.slots(1);
    engine.write(position, forAllChains(engine, posterior.center));
    engine.loss(position, null, { slots, row: 0 });
    [this.#lossAtCenter] = await engine.readSlots(slots);
    this.#boundOfLoss = DIVERGED * (Math.abs(this.#lossAtCenter) + dim / posterior.nbeta);
    engine.write(position, this.#starts);
    engine.gradient(position, gradient, minibatch.at(0));
    this.#work.warmup += minibatch.cost;
    this.#dynamics.restart(0);
  }

  async #transition(): Promise<void> {
    const step = this.#done;
    const { engine, position, gradient, minibatch, preconditioner } = this.#place;
    const warming = step < this.warmup;
    if (warming) preconditioner.observe(step, position, gradient);
    if (warming || step === 0) await this.#adapt(step);
    this.#done += 1;
    const cost = this.#dynamics.gradients * minibatch.cost;
    if (warming) {
      this.#work.warmup += cost;
      this.#dynamics.move(step, undefined);
      return;
    }
    this.#work.sampling += cost;
    const { every, thin } = this.#schedule;
    const transition = step - this.warmup;
    if (!isRecorded(transition, every)) {
      this.#dynamics.move(step, undefined);
      return;
    }
    const keep = keepsPosition(transition, every, thin) ? position : null;
    const { metric } = preconditioner;
    const row = this.#block.nextRow;
    const lossAt = { slots: this.#block.slots, row: row + LOSS };
    this.#dynamics.move(step, minibatch.exact ? lossAt : undefined);
    if (!minibatch.exact) this.#evaluate(step, lossAt);
    engine.meters(position, gradient, metric, { slots: this.#block.slots, row: row + METERS });
    this.#dynamics.measure(this.#block.slots, row + OWN_ROWS);
    this.#block.add(transition, keep);
  }

  /** The loss at the position; over a batch, and the same batch's at w0, where batches are wanted. */
  #evaluate(step: number, lossAt: SlotRow): void {
    const { engine, position, evaluation } = this.#place;
    const batch = evaluation.at(step);
    engine.loss(position, batch, lossAt);
    this.#work.evaluation += evaluation.cost;
    if (this.#reference === null) return;
    const row = lossAt.row + OWN_ROWS + this.#dynamics.rows;
    engine.loss(this.#reference, batch, { slots: lossAt.slots, row });
    this.#work.evaluation += evaluation.cost;
  }

  async #adapt(step: number): Promise<void> {
    const { preconditioner } = this.#place;
    const renewed = await preconditioner.renew(step);
    if (renewed) this.#dynamics.restart(step);
    if (!this.#dynamics.tuned) return;
    const settling = Math.floor(this.warmup / 2);
    // Where gradients cost nothing the way there counts too: it leads past more of a singular posterior's
    // arms than chains that have settled in one of them see.
    if (renewed || (step === settling && this.#engine.rows > 0)) this.#search.forget();
    if (!this.#looks.has(step) && !(renewed && preconditioner.looksAt(step))) return;
    if (step === settling) this.#caution = 1;
    const lost = await this.#look();
    if (step > 0 && lost.includes(true)) {
      await this.#bringBack(lost, step);
      await this.#look();
    }
    const arriving = step < settling;
    const stiffness = arriving ? this.#search.recent : this.#search.stiffness;
    if (stiffness === null) return;
    this.#dynamics.tune(stiffness, arriving ? ARRIVING : SAMPLING, this.#caution);
  }

  async #bringBack(lost: readonly boolean[], step: number): Promise<void> {
    const { engine, position, gradient, minibatch, preconditioner } = this.#place;
    this.#caution *= BACK_OFF;
    this.#retreat *= BACK_OFF;
    const { center } = engine.posterior;
    const places = this.#starts.map((value, i) => {
      const middle = center[i % engine.dim];
      return middle + this.#retreat * (value - middle);
    });
    engine.write(this.#elsewhere, places);
    engine.copyWhere(lost, this.#elsewhere, position);
    engine.gradient(position, gradient, minibatch.at(step));
    this.#work.warmup += minibatch.cost;
    preconditioner.replaced(lost, position, gradient);
    this.#dynamics.replaced(lost, step);
  }

  async #look(): Promise<boolean[]> {
    const { position, preconditioner, minibatch } = this.#place;
    this.#work.warmup += this.#search.gradients * minibatch.cost;
    return this.#search.look(position, preconditioner.metric, preconditioner.total);
  }

  async #drawn(): Promise<Draw[]> {
    const read = await this.#block.take();
    return read.map((draw) => this.#draw(draw));
  }

  #lossesOf(rows: SlotRows): readonly number[] {
    if (this.#reference === null) return rows(LOSS);
    const atCenter = rows(OWN_ROWS + this.#dynamics.rows);
    return rows(LOSS).map((loss, chain) => this.#lossAtCenter + (loss - atCenter[chain]));
  }

  #draw({ transition, rows, position }: ReadDraw): Draw {
    const losses = this.#lossesOf(rows);
    this.#diverged = this.#diverged.map(
      (before, chain) => before || !(losses[chain] <= this.#boundOfLoss),
    );
    const loss = losses.map((value, chain) => (this.#diverged[chain] ? Number.NaN : value));
    const squaredDistance = rows(METERS);
    const virialLoss = rows(METERS + 1);
    const potential = potentialOf(this.#engine, { loss, squaredDistance, virialLoss });
    return {
      transition,
      loss,
      stats: {
        diverging: this.#diverged.map(Number),
        step_size: loss.map(() => this.#dynamics.stepSize),
        lp: potential.map((value) => -value),
        ...this.#dynamics.stats((row) => rows(OWN_ROWS + row)),
      },
      meters: {
        squaredDistance,
        virialLoss,
        gradientNorm: this.#dynamics.gradientNormTells ? rows(METERS + 2) : null,
      },
      position,
    };
  }
}

function lookingSteps(warmup: number, looks: number): Set<number> {
  const steps = new Set<number>();
  for (let step = FIRST_LOOK; step < warmup / looks; step *= 2) steps.add(step);
  for (let look = 0; look < looks; look++) steps.add(Math.floor((look * warmup) / looks));
  return steps;
}
