/**
 * What single precision does to energies and losses, on the network of preset quick: leapfrog trajectories in singles
 * and in doubles from the same starts with the same momenta.
 *
 *     node bench/single-energies.ts [SEED]
 */
import { createEngine } from '../src/compute/engines/create-engine.ts';
import type { Engine, EngineOptions } from '../src/compute/engines/engine.ts';
import { trainingLoss } from '../src/compute/engines/training-loss.ts';
import { wasmFeatures } from '../src/compute/engines/wasm/features.ts';
import { fillNormals, stream } from '../src/compute/rng/stream.ts';
import { train } from '../src/compute/training/train.ts';
import { checkLayers } from '../src/dispatch/config/check.ts';
import { presetValues } from '../src/dispatch/config/presets.ts';
import { centeredPosterior, targetOf } from '../src/dispatch/work/centered-posterior.ts';

const CHAINS = 16;
const TRAJECTORIES = 8;
const LENGTH = 2;
const STEPS = 36;

const seed = Number(process.argv[2] ?? 42);
const checked = checkLayers([
  { at: 'quick', raw: presetValues('quick', {}) },
  { at: '', raw: { sampler: 'hmc', seed } },
]);
if (!checked.ok) throw new Error('the preset describes no job');
const features = wasmFeatures();
const { config } = checked;
const target = targetOf(config);
const { problem, dim } = target;
const trained = await train(trainingLoss(problem), target.start, {
  maxSteps: config.erm_max_steps,
  tolerance: config.erm_tolerance,
});
const posterior = centeredPosterior(target, trained.position, config, 'float32');
const { nbeta, gamma } = posterior.terms;

const normals = new Float64Array(CHAINS * dim);
fillNormals(stream(seed, 'chain_init'), 0, normals);
const starts = normals.map((z, i) =>
  Math.fround(posterior.center[i % dim] + posterior.scale[i % dim] * z),
);
const streams = Array.from({ length: CHAINS }, (_, chain) => stream(seed, 'momentum', chain));

const [singles, doubles] = await Promise.all([trajectories('float32'), trajectories('float64')]);
const change = differences(singles.change, doubles.change);
const loss = differences(singles.loss, singles.lossInDoubles);
console.log(`${dim} parameters, trajectories of length ${LENGTH} in ${STEPS} steps`);
console.log(`energy changes: sd ${spread(doubles.change).toFixed(3)} in doubles`);
console.log(
  `singles less doubles, same start and momentum: mean ${mean(change).toExponential(1)}, sd ${spread(change).toExponential(1)}`,
);
console.log(
  `n beta L in singles less doubles, same positions: mean ${mean(loss).toExponential(1)}, sd ${spread(loss).toExponential(1)}`,
);

/** Energy changes of trajectories from the starts, nβL where they end, and the same loss in doubles. */
async function trajectories(dtype: EngineOptions['dtype']) {
  const engine = engineOf(dtype);
  const exact = engineOf('float64');
  const [position, gradient, momentum, metric] = Array.from({ length: 4 }, () => engine.vector());
  const [slots, exactSlots, at] = [engine.slots(5), exact.slots(1), exact.vector()];
  engine.write(
    metric,
    normals.map((_, i) => posterior.scale[i % dim] ** 2),
  );
  const all = { change: [] as number[], loss: [] as number[], lossInDoubles: [] as number[] };
  const step = LENGTH / STEPS;
  for (let number = 0; number < TRAJECTORIES; number++) {
    engine.write(position, starts);
    const noise = { streams, step: number };
    engine.refresh(momentum, { keep: 0, add: 1, inverseMass: metric, noise });
    const before = await energies();
    for (let i = 0; i < STEPS; i++) {
      engine.kick(momentum, position, gradient, step / 2);
      engine.drift(position, momentum, step, metric);
      engine.gradient(position, gradient, null);
      engine.kick(momentum, position, gradient, step / 2);
    }
    const after = await energies();
    all.change.push(...after.map(({ energy }, chain) => energy - before[chain].energy));
    all.loss.push(...after.map((end) => end.loss));
    exact.write(at, await engine.read(position));
    exact.loss(at, null, { slots: exactSlots, row: 0 });
    for (const value of await exact.readSlots(exactSlots)) all.lossInDoubles.push(nbeta * value);
  }
  return all;

  /** nβL and the energy of every chain, put together as HMC does. */
  async function energies(): Promise<{ loss: number; energy: number }[]> {
    engine.gradient(position, gradient, null, { slots, row: 0 });
    engine.kinetic(momentum, metric, { slots, row: 1 });
    engine.meters(position, gradient, null, { slots, row: 2 });
    const values = await engine.readSlots(slots);
    return Array.from({ length: CHAINS }, (_, chain) => {
      const [loss, kinetic, distance] = [0, 1, 2].map((row) => values[row * CHAINS + chain]);
      return { loss: nbeta * loss, energy: nbeta * loss + (gamma / 2) * distance + kinetic };
    });
  }
}

function engineOf(dtype: EngineOptions['dtype']): Engine {
  const { center } = posterior;
  const options = { problem, posterior: { nbeta, gamma, center }, chains: CHAINS, dtype };
  if (features === null) throw new Error('this runtime has no vectors');
  return createEngine(options, { name: 'wasm', features });
}

function differences(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, i) => value - b[i]);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function spread(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
}
