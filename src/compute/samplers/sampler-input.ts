import type { Engine } from '../engines/engine.ts';
import type { Purpose, Stream } from '../rng/stream.ts';

/** What every sampler is made from, besides its own settings. */
export interface SamplerInput {
  readonly engine: Engine;
  /**
   * Length dim: the posterior's own scale around w0, a standard deviation a coordinate
   * (1/√(nβ h_ii + γ) where the curvature is known). Starts and first metrics come from it.
   */
  readonly scale: Float64Array;
  /** One stream a chain for a purpose; the same whatever threads the chains run on. */
  streams(purpose: Purpose): readonly Stream[];
}
