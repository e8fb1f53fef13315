import type { Engine } from '../../../src/compute/engines/engine.ts';
import { stream } from '../../../src/compute/rng/stream.ts';

const streamsOf = (engine: Engine, purpose: 'noise' | 'batch') =>
  Array.from({ length: engine.chains }, (_, chain) => stream(11, purpose, chain));

/** Uses every operation of the port once or more and returns all that can be read. */
export async function everyOperation(engine: Engine): Promise<number[][]> {
  const noise = streamsOf(engine, 'noise');
  const batch = { streams: streamsOf(engine, 'batch'), step: 3, size: 8 };
  const position = engine.vector();
  const gradient = engine.vector();
  const momentum = engine.vector();
  const metric = engine.vector();
  const direction = engine.vector();
  const slots = engine.slots(12);
  const size = engine.chains * engine.dim;
  const perChain = Array.from({ length: engine.chains }, (_, chain) => 0.001 * (chain + 1));
  engine.write(
    position,
    Float64Array.from({ length: size }, (_, i) => 0.3 * Math.sin(i)),
  );
  engine.write(
    metric,
    Float64Array.from({ length: size }, (_, i) => 1 + (i % 7)),
  );
  engine.gradient(position, gradient, batch, { slots, row: 0 });
  engine.langevin(position, {
    gradient,
    stepSize: perChain,
    metric,
    noise: { streams: noise, step: 0 },
    scheme: 'leimkuhler_matthews',
  });
  engine.langevin(position, {
    gradient,
    stepSize: 1e-4,
    metric: null,
    noise: { streams: noise, step: 1 },
    scheme: 'euler',
  });
  engine.gradient(position, gradient, null);
  engine.refresh(momentum, {
    keep: 0,
    add: 1,
    inverseMass: metric,
    noise: { streams: noise, step: 2 },
  });
  engine.kick(momentum, position, gradient, perChain);
  engine.drift(position, momentum, 0.01, metric);
  engine.isokineticRefresh(direction, 1, { streams: noise, step: 3 });
  engine.gradient(position, gradient, null, { slots, row: 1 });
  engine.isokineticKick(direction, {
    position,
    gradient,
    a: perChain,
    scale: metric,
    at: { slots, row: 2 },
  });
  engine.kinetic(momentum, metric, { slots, row: 3 });
  engine.meters(position, gradient, metric, { slots, row: 4 });
  engine.loss(position, null, { slots, row: 7 });
  engine.loss(position, batch, { slots, row: 8 });
  engine.accumulate(metric, { keep: 0.9, add: perChain, of: gradient, power: 2 });
  engine.accumulate(metric, { keep: 1, add: 0.1, of: position, power: 1, centred: true });
  engine.deflate(position, gradient, { along: direction, own: 0.5, of: position, times: 0.25 });
  engine.squareAlong(direction, position, 2, { slots, row: 9 });
  engine.copy(position, gradient);
  engine.copyWhere(
    Array.from({ length: engine.chains }, (_, chain) => chain % 2 === 0),
    momentum,
    gradient,
  );
  const read: number[][] = [[...(await engine.readSlots(slots))]];
  for (const vector of [position, gradient, momentum, metric, direction]) {
    read.push([...(await engine.read(vector))]);
  }
  engine.clear(slots);
  read.push([...(await engine.readSlots(slots))]);
  return read;
}
