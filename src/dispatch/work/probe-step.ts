import { setImmediate as nextTurn } from 'node:timers/promises';
import { LeapfrogAcceptance } from '../../compute/adaptation/leapfrog-acceptance.ts';
import { stretchedEngine } from '../../compute/engines/stretched.ts';
import { readAsError } from '../../compute/estimator/arrival.ts';
import { drawTable } from '../../compute/estimator/draw-table.ts';
import { summarise } from '../../compute/estimator/summary.ts';
import { judge } from '../../compute/estimator/verdict.ts';
import { createSampler, samplerDtype } from '../../compute/samplers/create-sampler.ts';
import type { Draw } from '../../compute/samplers/sampler.ts';
import type { Probe } from '../calibration/step-search.ts';
import type { Config } from '../config/schema.ts';
import { centeredPosterior, targetOf } from './centered-posterior.ts';
import { createJobEngine } from './job-engine.ts';
import { samplerInput } from './sampling-input.ts';
import { schemeOf } from './summarise-run.ts';
import { trainFamily } from './train-family.ts';

/** Where a probe runs: in the process that asks. */
export interface ProbeSurroundings {
  /** Where trained weights are shared. */
  readonly storeDir: string;
  readonly codeVersion: string;
  readonly cores: number;
  /** The program of an engine's thread. */
  readonly threadEntry: URL;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/** Transitions between two looks at the signal. */
const BLOCK = 256;
/** Looks at the acceptance, evenly spread over sampling. */
const LOOKS = 16;

/**
 * Samples as a job of this configuration would, keeps nothing, and tells what its step size does: the
 * meters of the estimate and, from 16 places of each chain, the acceptance of a Metropolis step of that size.
 *
 * @param config of `sgld` or `sghmc`
 * @throws what the signal was aborted with
 */
export async function probeStep(config: Config, around: ProbeSurroundings): Promise<Probe> {
  const { signal, log, storeDir, codeVersion } = around;
  const target = targetOf(config);
  const family = await trainFamily(
    target,
    { job: { config }, storeDir, codeVersion },
    { stop: signal, log, beat: () => {} },
  );
  const { sampler: name, chains } = config;
  const dtype = samplerDtype(name, config);
  const posterior = centeredPosterior(target, family.weights, config, dtype);
  const { nbeta, gamma } = posterior.terms;
  const { failed, close, ...made } = await createJobEngine(
    {
      problem: target.problem,
      posterior: { nbeta, gamma, center: posterior.center },
      chains,
      dtype,
    },
    target.dim,
    around.cores,
    around.threadEntry,
  );
  try {
    const engine = stretchedEngine(made.engine, posterior.stretch);
    const input = samplerInput(config, engine, posterior.scale);
    const sampler = createSampler(name, input, config);
    const witness = new LeapfrogAcceptance(engine, input.streams('accept'));
    const draws: Draw[] = [];
    const accepted: number[] = [];
    const between = Math.max(1, Math.floor((sampler.total - sampler.warmup) / LOOKS));
    while (sampler.done < sampler.total) {
      const block = Math.min(BLOCK, between);
      const drawn = await Promise.race([sampler.advance(block), failed]);
      draws.push(...drawn.map((draw) => ({ ...draw, position: null })));
      const step = draws.at(-1)?.stats['step_size']?.[0];
      const due = (accepted.length / chains) * between;
      if (step !== undefined && sampler.place && sampler.done - sampler.warmup >= due) {
        const { position, metric } = sampler.place;
        const h = name === 'sgld' ? Math.sqrt(step) : step;
        accepted.push(...(await witness.measure(position, metric, h)));
      }
      await nextTurn();
      signal.throwIfAborted();
    }
    const work = sampler.work;
    const summary = summarise({
      ...drawTable(draws, chains),
      sampler: name,
      scheme: schemeOf(config),
      nbeta,
      gamma,
      dim: target.dim,
      baseline: posterior.baseline,
      baselineGradientNorm: posterior.gradientNorm,
      trained: family.training.converged,
      work,
      seconds: { sampling: 0, warmup: 0 },
      exact: null,
    });
    const acceptance = accepted.reduce((sum, one) => sum + one, 0) / accepted.length;
    if (summary.kind === 'all_diverged') {
      return { ...LOST, stepSize: sampler.adaptation['step_size'] ?? Number.NaN };
    }
    const verdict = judge(summary, { scheme: schemeOf(config) });
    const { virial, virialSe, gradientMeter } = summary;
    return {
      stepSize: summary.stepSize,
      diverged: summary.divergedChains > 0,
      virial,
      virialSe,
      heat: gradientMeter - 1,
      lever: readAsError(summary, 1),
      acceptance,
      moving: verdict.findings.some(
        ({ code, severity }) => severity === 'doubtful' && MOVING.has(code),
      ),
      llc: summary.llc,
      se: summary.se,
      ess: summary.ess,
    };
  } finally {
    await close();
  }
}

const MOVING: ReadonlySet<string> = new Set(['not_burnt_in', 'delocalising', 'chains_disagree']);

const LOST = {
  diverged: true,
  virial: Number.NaN,
  virialSe: Number.NaN,
  heat: Number.NaN,
  lever: Number.NaN,
  acceptance: 0,
  moving: false,
  llc: Number.NaN,
  se: Number.NaN,
  ess: 0,
} as const;
