/**
 * The limited-memory BFGS estimate of the inverse Hessian from the last `memory` steps (Liu & Nocedal
 * 1989; the two-loop recursion of Nocedal & Wright 2006, algorithm 7.4).
 */
export class InverseCurvature {
  private readonly steps: Float64Array[] = [];
  private readonly changes: Float64Array[] = [];
  private readonly memory: number;

  constructor(memory: number) {
    this.memory = memory;
  }

  get empty(): boolean {
    return this.steps.length === 0;
  }

  forget(): void {
    this.steps.length = 0;
    this.changes.length = 0;
  }

  /**
   * Learns from a step and the change of gradient along it. Pairs without positive curvature, as kinks
   * and saddles give, are left out: the estimate stays positive definite.
   */
  learn(step: Float64Array, change: Float64Array): void {
    if (dot(step, change) <= 1e-10 * dot(change, change) ** 0.5 * dot(step, step) ** 0.5) return;
    this.steps.push(step);
    this.changes.push(change);
    if (this.steps.length <= this.memory) return;
    this.steps.shift();
    this.changes.shift();
  }

  /** into ← −H⁻¹ gradient. */
  direction(gradient: Float64Array, into: Float64Array): void {
    const count = this.steps.length;
    const weights = new Float64Array(count);
    for (let i = 0; i < into.length; i++) into[i] = -gradient[i];
    for (let k = count - 1; k >= 0; k--) {
      weights[k] = dot(this.steps[k], into) / dot(this.steps[k], this.changes[k]);
      addScaled(into, -weights[k], this.changes[k]);
    }
    if (count > 0) {
      const change = this.changes[count - 1];
      const scale = dot(this.steps[count - 1], change) / dot(change, change);
      for (let i = 0; i < into.length; i++) into[i] *= scale;
    }
    for (let k = 0; k < count; k++) {
      const overlap = dot(this.changes[k], into) / dot(this.steps[k], this.changes[k]);
      addScaled(into, weights[k] - overlap, this.steps[k]);
    }
  }
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** into += factor·of. */
export function addScaled(into: Float64Array, factor: number, of: Float64Array): void {
  for (let i = 0; i < into.length; i++) into[i] += factor * of[i];
}
