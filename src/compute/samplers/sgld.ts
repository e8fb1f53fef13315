import { DiagonalPreconditioner } from '../adaptation/diagonal-preconditioner.ts';
import { noPreconditioner, type Preconditioner } from '../adaptation/preconditioner.ts';
import { averageWeights, RmsPreconditioner } from '../adaptation/rms-preconditioner.ts';
import {
  type Daring,
  langevinBias,
  langevinStepSize,
  type Stiffness,
} from '../adaptation/step-size.ts';
import type { SlotRow, Vector } from '../engines/engine.ts';
import type { Stream } from '../rng/stream.ts';
import type { SgldSettings } from '../settings.ts';
import { Minibatch } from './minibatch.ts';
import type { Sampler } from './sampler.ts';
import type { SamplerInput } from './sampler-input.ts';
import { type Dynamics, type Place, StochasticGradientSampler } from './stochastic-gradient.ts';

/**
 * Stochastic-gradient Langevin dynamics (Welling & Teh 2011) in the *half* convention, with a metric G
 * that adapts in warm-up only:
 *
 *     w ← w − ½ε G⊙(nβ ∇L_B(w) + γ(w−w0)) + √(εG)⊙z
 *
 * BlackJAX's step size is half of ours. With `sgld_scheme` leimkuhler_matthews the noise is
 * ½√(εG)(z_k + z_{k+1}), which has no discretisation bias on a normal posterior (Leimkuhler & Matthews
 * 2013); with euler the variance is 1/(1 − εA/4) times too large in a direction of curvature A.
 *
 * `sgld_precond`: none; `diagonal`, the posterior's own scale; `rmsprop` (moments of the loss gradient
 * alone); `adam`, rmsprop with the loss gradient in the drift replaced by its moving average, a heuristic
 * with a bias of εA·β1/(2(1−β1)).
 *
 * `sgld_step_size` auto: `langevinStepSize`, from looks at the posterior during warm-up. A number is used
 * as it is, from the first step on. `sgld_steps` includes the warm-up.
 */
export function createSgld(input: SamplerInput, settings: SgldSettings): Sampler {
  const { engine } = input;
  const warmup = Math.min(settings.sgld_warmup, settings.sgld_steps);
  const place: Place = {
    engine,
    minibatch: new Minibatch(engine, settings.sgld_batch_size, input.streams('batch')),
    evaluation: new Minibatch(
      engine,
      settings.sgld_eval_batch_size ?? engine.rows,
      input.streams('evaluation'),
    ),
    preconditioner: preconditioner(input, settings, warmup),
    position: engine.vector(),
    gradient: engine.vector(),
  };
  const schedule = {
    name: 'sgld',
    total: settings.sgld_steps,
    warmup,
    every: settings.sgld_eval_every,
    thin: settings.sgld_thin,
  };
  const dynamics = new LangevinDynamics(place, settings, input.streams('noise'));
  return new StochasticGradientSampler(input, schedule, place, dynamics);
}

function preconditioner(
  { engine, scale }: SamplerInput,
  settings: SgldSettings,
  warmup: number,
): Preconditioner {
  switch (settings.sgld_precond) {
    case 'none':
      return noPreconditioner(engine.dim);
    case 'diagonal':
      return new DiagonalPreconditioner(engine, scale, warmup);
    case 'rmsprop':
    case 'adam':
      return new RmsPreconditioner(engine, warmup, {
        beta2: settings.sgld_beta2,
        eps: settings.sgld_eps,
        biasCorrection: settings.sgld_bias_correction,
      });
  }
}

class LangevinDynamics implements Dynamics {
  readonly gradients = 1;
  readonly rows = 0;
  readonly tuned: boolean;
  readonly gradientNormTells: boolean;
  readonly #place: Place;
  readonly #settings: SgldSettings;
  readonly #noise: readonly Stream[];
  /** m̂, the moving average of the loss gradient; null where the gradient itself is followed. */
  readonly #average: Vector | null;
  #stepSize: number;
  #stiffness: Stiffness | null = null;

  constructor(place: Place, settings: SgldSettings, noise: readonly Stream[]) {
    const averages = settings.sgld_precond === 'adam';
    this.#place = place;
    this.#settings = settings;
    this.#noise = noise;
    this.#average = averages ? place.engine.vector() : null;
    this.tuned = settings.sgld_step_size === 'auto';
    this.#stepSize = settings.sgld_step_size === 'auto' ? Number.NaN : settings.sgld_step_size;
    this.gradientNormTells = settings.sgld_scheme === 'euler' && !averages;
  }

  move(step: number, lossAt: SlotRow | undefined): void {
    const { engine, position, gradient, minibatch, preconditioner } = this.#place;
    const { sgld_beta1: beta1, sgld_bias_correction: corrected } = this.#settings;
    if (this.#average !== null) {
      const weights = averageWeights(step, beta1, corrected);
      engine.accumulate(this.#average, { ...weights, of: gradient, power: 1 });
    }
    engine.langevin(position, {
      gradient: this.#average ?? gradient,
      stepSize: this.#stepSize,
      metric: preconditioner.metric,
      noise: { streams: this.#noise, step },
      scheme: this.#settings.sgld_scheme,
    });
    engine.gradient(position, gradient, minibatch.at(step + 1), lossAt);
  }

  tune(stiffness: Stiffness, daring: Daring, caution: number): void {
    this.#stiffness = stiffness;
    this.#stepSize = caution * langevinStepSize(stiffness, this.#scheme, daring);
  }

  restart(): void {}

  replaced(chains: readonly boolean[]): void {
    if (this.#average !== null) {
      this.#place.engine.copyWhere(chains, this.#place.gradient, this.#average);
    }
  }

  measure(): void {}

  stats(): Readonly<Record<string, readonly number[]>> {
    return {};
  }

  get stepSize(): number {
    return this.#stepSize;
  }

  get adaptation(): Readonly<Record<string, number>> {
    const found = this.#stiffness;
    if (found === null) return { step_size: this.#stepSize };
    return {
      step_size: this.#stepSize,
      largest_curvature: found.curvature,
      gradient_noise: found.noise / found.slope,
      foreseen_bias: langevinBias(found, this.#scheme, this.#stepSize),
    };
  }

  async save(): Promise<Readonly<Record<string, unknown>>> {
    return {
      stepSize: this.#stepSize,
      stiffness: this.#stiffness,
      average: this.#average === null ? null : await this.#place.engine.read(this.#average),
    };
  }

  restore(saved: Readonly<Record<string, unknown>>): void {
    this.#stepSize = saved['stepSize'] as number;
    this.#stiffness = saved['stiffness'] as Stiffness | null;
    if (this.#average !== null) {
      this.#place.engine.write(this.#average, saved['average'] as Float64Array);
    }
  }

  get #scheme() {
    const { sgld_scheme: scheme, sgld_beta1: beta1 } = this.#settings;
    return { scheme, memory: this.#average === null ? 0 : beta1 };
  }
}
