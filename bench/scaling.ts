/**
 * How the time of a job grows with cores, chains, rows and parameters: default network, full gradients in doubles and
 * SGLD's steps in singles.
 *
 *     node bench/scaling.ts [--csv=FILE] [--plot=FILE.svg]
 *
 * The least of many short spells each; cases take turns, so that other work on the machine meets all of them.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Engine, EngineOptions } from '../src/compute/engines/engine.ts';
import { stream } from '../src/compute/rng/stream.ts';
import { mlpLayout } from '../src/compute/targets/mlp-layout.ts';
import type { MlpProblem } from '../src/compute/targets/problem.ts';
import { createJobEngine } from '../src/dispatch/work/job-engine.ts';
import { network, waves } from './kernel-timing.ts';
import { type Growth, scalingFigure } from './scaling-figure.ts';

type Dtype = EngineOptions['dtype'];

interface Case {
  readonly work: 'gradients' | 'sgld';
  readonly dtype: Dtype;
  readonly cores: number;
  readonly chains: number;
  readonly rows: number;
  readonly hidden: number;
}

const ENTRY = new URL('../dist/worker.js', import.meta.url);
const ROUNDS = 300;
const INPUTS = 32;
const USUAL = { work: 'gradients', dtype: 'float64', cores: 1, chains: 1, rows: 1000, hidden: 303 };

const { values: options } = parseArgs({
  options: { csv: { type: 'string' }, plot: { type: 'string' } },
});
const growths: Growth[] = [];
console.log(`${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}`);
const rows: (Case & { seconds: number })[] = [];

for (const work of ['gradients', 'sgld'] as const) {
  const dtype = work === 'sgld' ? 'float32' : 'float64';
  const usual: Case = { ...(USUAL as Case), work, dtype };
  const spread = await timesOf([
    usual,
    { ...usual, cores: 2 },
    { ...usual, chains: 2, cores: 2 },
    { ...usual, chains: 3, cores: 2 },
    { ...usual, chains: 4, cores: 2 },
  ]);
  const [one] = spread;
  for (const time of spread) {
    const gain = (time.chains * one.seconds) / time.seconds;
    console.log(
      `${work}: ${time.chains} chains on ${time.cores} cores do ${gain.toFixed(2)} times the steps of one on one`,
    );
  }
  rows.push(...spread);
}
for (const [what, values] of [
  ['rows', [500, 1000, 2000, 4000, 8000]],
  ['hidden', [75, 150, 303, 606, 1212]],
  ['chains', [1, 2, 4, 8, 16]],
] as const) {
  const times = await timesOf(values.map((value) => ({ ...(USUAL as Case), [what]: value })));
  console.log(`one gradient of all chains, by ${what}, in one thread:`);
  for (const time of times) {
    const each = (time.seconds / time[what]) * 1e6;
    console.log(
      `  ${time[what]}: ${(time.seconds * 1e3).toFixed(3)} ms, ${each.toFixed(3)} us a piece`,
    );
  }
  const sizes = times.map((time) => (what === 'hidden' ? parameters(time.hidden) : time[what]));
  const of = what === 'hidden' ? 'parameters' : what;
  growths.push({ of, sizes, seconds: times.map(({ seconds }) => seconds) });
  rows.push(...times);
}
if (options.plot !== undefined) {
  const { renderSvg } = await import('../src/report/figures/render-figure.ts');
  writeFileSync(options.plot, await renderSvg(scalingFigure(growths), { width: 480, height: 400 }));
}
if (options.csv !== undefined) {
  const columns = [
    'work',
    'dtype',
    'cores',
    'chains',
    'rows',
    'hidden',
    'parameters',
    'seconds',
  ] as const;
  const lines = rows.map((row) => {
    const all = { ...row, parameters: parameters(row.hidden) };
    return columns.map((column) => all[column]).join(',');
  });
  writeFileSync(options.csv, `${[columns.join(','), ...lines].join('\n')}\n`);
}

/** Seconds of a step of all chains, the least of all rounds. */
async function timesOf(cases: readonly Case[]): Promise<(Case & { seconds: number })[]> {
  const started = await Promise.all(
    cases.map(async (which) => {
      const problem = problemOf(which);
      const dim = parameters(which.hidden);
      const posterior = { nbeta: 100, gamma: 1, center: new Float64Array(dim) };
      const { chains, dtype, cores } = which;
      const job = await createJobEngine({ problem, posterior, chains, dtype }, dim, cores, ENTRY);
      return { which, job, spell: spellOf(job.engine, which), seconds: Number.POSITIVE_INFINITY };
    }),
  );
  for (let round = 0; round < ROUNDS; round++) {
    for (const one of started) one.seconds = Math.min(one.seconds, await one.spell(round));
  }
  await Promise.all(started.map(({ job }) => job.close()));
  return started.map(({ which, seconds }) => ({ ...which, seconds }));
}

/** Runs some steps and tells the seconds of each. */
function spellOf(engine: Engine, { work, chains, hidden, rows }: Case) {
  const position = engine.vector();
  const gradient = engine.vector();
  const slots = engine.slots(1);
  engine.write(
    position,
    waves(chains * engine.dim, 0.3).map((value) => 0.1 * value),
  );
  const streams = (purpose: 'batch' | 'noise') =>
    Array.from({ length: chains }, (_, chain) => stream(chain, purpose));
  const [batches, noises] = [streams('batch'), streams('noise')];
  // Some 5 ms: passing messages shows little, and a busy machine leaves some spells alone.
  const size = work === 'sgld' ? 256 : rows;
  const steps = Math.max(4, Math.round(5e9 / (6 * size * parameters(hidden) * chains * 24)));
  return async (round: number): Promise<number> => {
    const began = performance.now();
    for (let i = 0; i < steps; i++) {
      const step = round * steps + i;
      if (work === 'gradients') engine.gradient(position, gradient, null, { slots, row: 0 });
      else {
        engine.gradient(position, gradient, { streams: batches, step, size });
        const noise = { streams: noises, step };
        engine.langevin(position, {
          gradient,
          stepSize: 1e-9,
          metric: null,
          noise,
          scheme: 'euler',
        });
      }
    }
    await engine.readSlots(slots);
    return (performance.now() - began) / 1000 / steps;
  };
}

function parameters(hidden: number): number {
  return mlpLayout([INPUTS, hidden, 1], true).dim;
}

function problemOf({ rows, hidden }: Case): MlpProblem {
  return network([INPUTS, hidden, 1], rows);
}
