import { essMean } from '../../../src/compute/diagnostics/ess.ts';
import { chooseEngine, createEngine } from '../../../src/compute/engines/create-engine.ts';
import { wasmFeatures } from '../../../src/compute/engines/wasm/features.ts';
import { stream } from '../../../src/compute/rng/stream.ts';
import type { Draw, Sampler } from '../../../src/compute/samplers/sampler.ts';
import type { SamplerInput } from '../../../src/compute/samplers/sampler-input.ts';
import { dataRows, type Problem } from '../../../src/compute/targets/problem.ts';
import { lossFunction } from '../../../src/compute/targets/reference.ts';

/** A posterior to sample: w0 is 0 and every scale 1/√γ (1 where γ is 0) unless said otherwise. */
export interface Case {
  readonly problem: Problem;
  readonly nbeta: number;
  readonly gamma: number;
  readonly center?: Float64Array;
  readonly scale?: Float64Array;
  readonly dtype?: 'float32' | 'float64';
}

export function quadratic(...spectrum: number[]): Problem {
  return { kind: 'quadratic', spectrum: Float64Array.from(spectrum) };
}

export function isotropic(dim: number): Problem {
  return { kind: 'quadratic', spectrum: new Float64Array(dim).fill(1) };
}

/** The deep linear network of truth 0. */
export function zeroNetwork(...widths: number[]): Problem {
  const outputs = widths[widths.length - 1];
  return { kind: 'dln', widths, target: new Float64Array(widths[0] * outputs) };
}

export function tanhNetwork(hidden: number): Problem {
  const inputs = Float64Array.from({ length: 21 }, (_, i) => -2 + 0.2 * i);
  return { kind: 'tanh', hidden, inputs };
}

/** n/ln n. */
export function temper(n: number): number {
  return n / Math.log(n);
}

export function inputOf(
  { problem, nbeta, gamma, center, scale, dtype = 'float64' }: Case,
  { seed, chains = 4 }: { seed: number; chains?: number },
): SamplerInput {
  const { dim } = lossFunction(problem);
  const options = {
    problem,
    posterior: { nbeta, gamma, center: center ?? new Float64Array(dim) },
    chains,
    dtype,
  };
  // The engine that a job would have.
  const engine = createEngine(options, chooseEngine(options, wasmFeatures()));
  return {
    engine,
    scale: scale ?? new Float64Array(dim).fill(gamma > 0 ? 1 / Math.sqrt(gamma) : 1),
    streams: (purpose) =>
      Array.from({ length: chains }, (_, chain) => stream(seed, purpose, 'test', chain)),
  };
}

export async function drawAll(sampler: Sampler): Promise<readonly Draw[]> {
  const draws: Draw[] = [];
  while (sampler.done < sampler.total) draws.push(...(await sampler.advance(sampler.total)));
  return draws;
}

/** nβ(mean L − L0) with its standard error, and the virial, 1 where the draws are the posterior's. */
export function estimateOf({ problem, nbeta, gamma, center }: Case, draws: readonly Draw[]) {
  const loss = lossFunction(problem);
  expectNoData(problem);
  const floor = loss.evaluate(center ?? new Float64Array(loss.dim), null, null);
  const chains = draws[0].loss.length;
  const traces = Array.from({ length: chains }, (_, chain) =>
    Float64Array.from(draws, (draw) => nbeta * (draw.loss[chain] - floor)),
  );
  const values = traces.flatMap((trace) => Array.from(trace));
  const mean = average(values);
  const variance = average(values.map((value) => (value - mean) ** 2));
  const ess = essMean(traces);
  const virials = draws.flatMap((draw) =>
    draw.loss.map(
      (_, chain) =>
        nbeta * draw.meters!.virialLoss[chain] + gamma * draw.meters!.squaredDistance[chain],
    ),
  );
  return {
    mean,
    standardError: Math.sqrt(variance / ess),
    ess,
    virial: average(virials) / loss.dim,
  };
}

export function statistic(draws: readonly Draw[], name: string): number[] {
  return draws.flatMap((draw) => [...draw.stats[name]]);
}

export function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function expectNoData(problem: Problem): void {
  if (dataRows(problem) > 0) throw new Error('the exact cases have no data');
}
