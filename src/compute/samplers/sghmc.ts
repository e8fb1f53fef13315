import { DiagonalPreconditioner } from '../adaptation/diagonal-preconditioner.ts';
import { noPreconditioner } from '../adaptation/preconditioner.ts';
import {
  baoabBias,
  baoabTuning,
  type Daring,
  explicitStepSize,
  type Stiffness,
} from '../adaptation/step-size.ts';
import type { SlotRow, Slots, Vector } from '../engines/engine.ts';
import type { Stream } from '../rng/stream.ts';
import type { SghmcSettings } from '../settings.ts';
import { Minibatch } from './minibatch.ts';
import type { Draw, Sampler } from './sampler.ts';
import type { SamplerInput } from './sampler-input.ts';
import type { SlotRows } from './standing.ts';
import { type Dynamics, type Place, StochasticGradientSampler } from './stochastic-gradient.ts';

/**
 * Stochastic-gradient Hamiltonian Monte Carlo: Langevin dynamics with momentum, friction α and
 * temperature T, D the inverse mass (1, or the posterior's own scale with `sghmc_precond` diagonal).
 *
 * `sghmc_scheme` baoab (Leimkuhler & Matthews 2013) keeps its momentum and takes one gradient a
 * transition; on a normal posterior its positions have no discretisation bias:
 *
 *     p ← p − ½ε∇U;  w ← w + ½εD⊙p;  p ← e^{−αε}p + √((1 − e^{−2αε})T) z/√D;
 *     w ← w + ½εD⊙p;  ∇U at the new w;  p ← p − ½ε∇U
 *
 * `sghmc_scheme` blackjax is the scheme of BlackJAX (Chen, Fox & Guestrin 2014, without their noise
 * estimate), for comparison: a fresh momentum and one minibatch a transition, then ten times
 *
 *     w' ← w + εD⊙p;  p ← (1 − αε)p − ε∇U(w) + √(2αεT) z/√D;  w ← w'
 *
 * It overestimates a learning coefficient by L/(L−1), a ninth, at any small step size.
 *
 * auto: BAOAB's step size and friction by `baoabTuning`, with minibatches such that they heat the estimate
 * by at most about a percent; of the scheme blackjax ε = 0.1/√λ and its own α = 0.01.
 * `sghmc_steps` includes the warm-up.
 */
export function createSghmc(input: SamplerInput, settings: SghmcSettings): Sampler {
  const { engine, scale } = input;
  const warmup = Math.min(settings.sghmc_warmup, settings.sghmc_steps);
  const place: Place = {
    engine,
    minibatch: new Minibatch(engine, settings.sghmc_batch_size, input.streams('batch')),
    evaluation: new Minibatch(engine, engine.rows, []),
    preconditioner:
      settings.sghmc_precond === 'diagonal'
        ? new DiagonalPreconditioner(engine, scale, warmup)
        : noPreconditioner(engine.dim),
    position: engine.vector(),
    gradient: engine.vector(),
  };
  const schedule = {
    name: 'sghmc',
    total: settings.sghmc_steps,
    warmup,
    every: settings.sghmc_eval_every,
    thin: settings.sghmc_thin,
  };
  const streams = { noise: input.streams('noise'), momentum: input.streams('momentum') };
  const dynamics =
    settings.sghmc_scheme === 'baoab'
      ? new BaoabDynamics(place, settings, streams, softestFrequency(settings, scale))
      : new ExplicitDynamics(place, settings, streams);
  return new StochasticGradientSampler(input, schedule, place, dynamics);
}

/** The friction that the softest direction likes: its own frequency, about 1 in the metric's units. */
function softestFrequency({ sghmc_precond }: SghmcSettings, scale: Float64Array): number {
  if (sghmc_precond === 'diagonal') return 1;
  const widest = scale.reduce((largest, deviation) => Math.max(largest, deviation), 0);
  return widest > 0 ? 1 / widest : 1;
}

/**
 * The share of warm-up in which momentum hardly lasts a step. Overdispersed starts can lie high up a
 * singular posterior's walls; what they fall would be speed, and carry them far out along its arms.
 */
const DAMPED_START = 1 / 8;

interface Streams {
  readonly noise: readonly Stream[];
  readonly momentum: readonly Stream[];
}

class BaoabDynamics implements Dynamics {
  readonly gradients = 1;
  readonly rows = 1;
  readonly gradientNormTells = false;
  readonly tuned: boolean;
  readonly #place: Place;
  readonly #settings: SghmcSettings;
  readonly #streams: Streams;
  readonly #leastFriction: number;
  readonly #dampedUntil: number;
  readonly #zero: Vector;
  readonly #momentum: Vector;
  #stepSize: number;
  #friction: number;
  #stiffness: Stiffness | null = null;

  constructor(place: Place, settings: SghmcSettings, streams: Streams, leastFriction: number) {
    const { sghmc_step_size: stepSize, sghmc_friction: friction } = settings;
    this.#place = place;
    this.#settings = settings;
    this.#streams = streams;
    this.#leastFriction = leastFriction;
    this.#dampedUntil = Math.floor(DAMPED_START * settings.sghmc_warmup);
    this.#zero = place.engine.vector();
    this.#momentum = place.engine.vector();
    this.tuned = stepSize === 'auto' || friction === 'auto';
    this.#stepSize = stepSize === 'auto' ? Number.NaN : stepSize;
    this.#friction = friction === 'auto' ? leastFriction : friction;
  }

  move(step: number, lossAt: SlotRow | undefined): void {
    const { engine, position, gradient, minibatch, preconditioner } = this.#place;
    const { metric } = preconditioner;
    const half = 0.5 * this.#stepSize;
    const damping = this.#friction * this.#stepSize;
    const keep = Math.exp(-(step < this.#dampedUntil ? Math.max(1, damping) : damping));
    const add = Math.sqrt((1 - keep * keep) * this.#settings.sghmc_temperature);
    engine.kick(this.#momentum, position, gradient, half);
    engine.drift(position, this.#momentum, half, metric);
    engine.refresh(this.#momentum, {
      keep,
      add,
      inverseMass: metric,
      noise: { streams: this.#streams.noise, step },
    });
    engine.drift(position, this.#momentum, half, metric);
    engine.gradient(position, gradient, minibatch.at(step + 1), lossAt);
    engine.kick(this.#momentum, position, gradient, half);
  }

  tune(stiffness: Stiffness, daring: Daring, caution: number): void {
    this.#stiffness = stiffness;
    const { sghmc_step_size: stepSize, sghmc_friction: friction } = this.#settings;
    const leastFriction = this.#leastFriction;
    const temperature = this.#settings.sghmc_temperature;
    const given = { stepSize, friction, leastFriction, temperature };
    const found = baoabTuning(stiffness, given, daring);
    this.#stepSize = stepSize === 'auto' ? caution * found.stepSize : stepSize;
    this.#friction = found.friction;
  }

  /** Momenta that fit the metric. */
  restart(step: number): void {
    const { engine, preconditioner } = this.#place;
    engine.copy(this.#zero, this.#momentum);
    engine.refresh(this.#momentum, {
      keep: 0,
      add: Math.sqrt(this.#settings.sghmc_temperature),
      inverseMass: preconditioner.metric,
      noise: { streams: this.#streams.momentum, step },
    });
  }

  replaced(_chains: readonly boolean[], step: number): void {
    this.restart(step);
  }

  measure(slots: Slots, row: number): void {
    const { engine, preconditioner } = this.#place;
    engine.kinetic(this.#momentum, preconditioner.metric, { slots, row });
  }

  /** Twice the kinetic energy a coordinate: T, but for a step size's own error and gradient noise. */
  stats(rows: SlotRows): Draw['stats'] {
    const { dim } = this.#place.engine;
    return { kinetic_temperature: rows(0).map((energy) => (2 * energy) / dim) };
  }

  get stepSize(): number {
    return this.#stepSize;
  }

  get adaptation(): Readonly<Record<string, number>> {
    const found = this.#stiffness;
    const settled = { step_size: this.#stepSize, friction: this.#friction };
    if (found === null) return settled;
    return {
      ...settled,
      largest_curvature: found.curvature,
      gradient_noise: found.noise / found.slope,
      foreseen_bias: baoabBias(
        found,
        { stepSize: this.#stepSize, friction: this.#friction },
        this.#settings.sghmc_temperature,
      ),
    };
  }

  async save(): Promise<Readonly<Record<string, unknown>>> {
    return {
      stepSize: this.#stepSize,
      friction: this.#friction,
      stiffness: this.#stiffness,
      momentum: await this.#place.engine.read(this.#momentum),
    };
  }

  restore(saved: Readonly<Record<string, unknown>>): void {
    this.#stepSize = saved['stepSize'] as number;
    this.#friction = saved['friction'] as number;
    this.#stiffness = saved['stiffness'] as Stiffness | null;
    this.#place.engine.write(this.#momentum, saved['momentum'] as Float64Array);
  }
}

const EXPLICIT_STEPS = 10;
const EXPLICIT_FRICTION = 0.01;

class ExplicitDynamics implements Dynamics {
  readonly gradients = EXPLICIT_STEPS;
  readonly rows = 0;
  readonly gradientNormTells = false;
  readonly tuned: boolean;
  readonly #place: Place;
  readonly #settings: SghmcSettings;
  readonly #streams: Streams;
  readonly #zero: Vector;
  readonly #momentum: Vector;
  readonly #before: Vector;
  readonly #friction: number;
  #stepSize: number;
  #curvature: number | null = null;

  constructor(place: Place, settings: SghmcSettings, streams: Streams) {
    const { sghmc_step_size: stepSize, sghmc_friction: friction } = settings;
    this.#place = place;
    this.#settings = settings;
    this.#streams = streams;
    this.#zero = place.engine.vector();
    this.#momentum = place.engine.vector();
    this.#before = place.engine.vector();
    this.#friction = friction === 'auto' ? EXPLICIT_FRICTION : friction;
    this.tuned = stepSize === 'auto';
    this.#stepSize = stepSize === 'auto' ? Number.NaN : stepSize;
  }

  move(step: number, lossAt: SlotRow | undefined): void {
    const { engine, position, gradient, minibatch, preconditioner } = this.#place;
    const { metric: inverseMass } = preconditioner;
    const stepSize = this.#stepSize;
    const damped = this.#friction * stepSize;
    const add = Math.sqrt(2 * damped * this.#settings.sghmc_temperature);
    // A momentum that has left the numbers would stay without one under keep = 0.
    engine.copy(this.#zero, this.#momentum);
    engine.refresh(this.#momentum, {
      keep: 0,
      add: 1,
      inverseMass,
      noise: { streams: this.#streams.momentum, step },
    });
    for (let inner = 0; inner < EXPLICIT_STEPS; inner++) {
      // The rows of the first gradient are those of the whole transition.
      if (inner > 0) engine.gradient(position, gradient, minibatch.at(step));
      engine.copy(this.#momentum, this.#before);
      engine.refresh(this.#momentum, {
        keep: 1 - damped,
        add,
        inverseMass,
        noise: { streams: this.#streams.noise, step: step * EXPLICIT_STEPS + inner },
      });
      engine.kick(this.#momentum, position, gradient, stepSize);
      engine.drift(position, this.#before, stepSize, inverseMass);
    }
    engine.gradient(position, gradient, minibatch.at(step + 1), lossAt);
  }

  tune(stiffness: Stiffness, _daring: Daring, caution: number): void {
    this.#curvature = stiffness.curvature;
    this.#stepSize = caution * explicitStepSize(stiffness);
  }

  restart(): void {}

  replaced(): void {}

  measure(): void {}

  stats(): Draw['stats'] {
    return {};
  }

  get stepSize(): number {
    return this.#stepSize;
  }

  get adaptation(): Readonly<Record<string, number>> {
    const settled = { step_size: this.#stepSize, friction: this.#friction };
    return this.#curvature === null ? settled : { ...settled, largest_curvature: this.#curvature };
  }

  async save(): Promise<Readonly<Record<string, unknown>>> {
    return { stepSize: this.#stepSize, curvature: this.#curvature };
  }

  restore(saved: Readonly<Record<string, unknown>>): void {
    this.#stepSize = saved['stepSize'] as number;
    this.#curvature = saved['curvature'] as number | null;
  }
}
