import type { Engine, Vector } from '../../../src/compute/engines/engine.ts';
import { stream } from '../../../src/compute/rng/stream.ts';

const VECTORS = ['position', 'gradient', 'momentum', 'metric', 'direction'] as const;
const SLOT_ROWS = 3;

type Vectors = Readonly<Record<(typeof VECTORS)[number], Vector>>;

/** Everything that an engine computes, one operation at a time, from the same vectors. */
export const OPERATIONS: Readonly<Record<string, (engine: Engine, vectors: Vectors) => unknown>> =
  operations();

function operations() {
  const at = (row = 0) => ({ slots: { id: 0, count: SLOT_ROWS }, row });
  const streams = (engine: Engine, purpose: 'noise' | 'batch') =>
    Array.from({ length: engine.chains }, (_, chain) => stream(11, purpose, chain));
  const noise = (engine: Engine) => ({ streams: streams(engine, 'noise'), step: 5 });
  const batch = (engine: Engine) => ({ streams: streams(engine, 'batch'), step: 3, size: 37 });
  const perChain = (engine: Engine) =>
    Array.from({ length: engine.chains }, (_, chain) => 0.01 * (chain + 1));
  const table: Record<string, (engine: Engine, v: Vectors) => void> = {
    'gradient of all': (e, v) => e.gradient(v.position, v.gradient, null, at()),
    'gradient of a batch': (e, v) => e.gradient(v.position, v.gradient, batch(e), at(2)),
    'gradient alone': (e, v) => e.gradient(v.position, v.gradient, batch(e)),
    'loss of all': (e, v) => e.loss(v.position, null, at(1)),
    'loss of a batch': (e, v) => e.loss(v.position, batch(e), at()),
    kick: (e, v) => e.kick(v.momentum, v.position, v.gradient, perChain(e)),
    nudge: (e, v) => e.isokineticRefresh(v.direction, perChain(e), noise(e)),
    'deflate into another': (e, v) =>
      e.deflate(v.metric, v.gradient, { along: v.momentum, own: 0.4, of: v.metric, times: 0.2 }),
    deflate: (e, v) =>
      e.deflate(v.gradient, v.gradient, {
        along: v.momentum,
        own: 0.6,
        of: v.position,
        times: 0.3,
      }),
    // The rows before it hold what it adds to.
    'square along': (e, v) => {
      e.kinetic(v.momentum, null, at(1));
      e.squareAlong(v.momentum, v.position, -1.5, at(1));
      e.squareAlong(v.gradient, v.position, 0.7, at(2));
    },
    copy: (e, v) => e.copy(v.momentum, v.position),
    'copy where': (e, v) =>
      e.copyWhere(
        perChain(e).map((_, chain) => chain % 2 === 1),
        v.momentum,
        v.position,
      ),
  };
  for (const power of [1, 2] as const) {
    for (const centred of [false, true]) {
      table[`accumulate power ${power}${centred ? ' centred' : ''}`] = (e, v) =>
        e.accumulate(v.metric, { keep: 0.9, add: perChain(e), of: v.position, power, centred });
    }
  }
  for (const scaled of [false, true]) {
    const name = (plain: string) => (scaled ? `${plain} scaled` : plain);
    const diagonal = (v: Vectors) => (scaled ? v.metric : null);
    for (const scheme of ['euler', 'leimkuhler_matthews'] as const) {
      table[name(`langevin ${scheme}`)] = (e, v) => {
        const { position, gradient } = v;
        const metric = diagonal(v);
        // The second step finds half of its noise drawn already.
        for (const step of [8, 9]) {
          const drawn = { streams: streams(e, 'noise'), step };
          e.langevin(position, { gradient, stepSize: perChain(e), metric, noise: drawn, scheme });
        }
      };
    }
    table[name('drift')] = (e, v) => e.drift(v.position, v.momentum, perChain(e), diagonal(v));
    table[name('refresh')] = (e, v) =>
      e.refresh(v.momentum, { keep: 0.3, add: 0.7, inverseMass: diagonal(v), noise: noise(e) });
    table[name('isokinetic kick')] = (e, v) =>
      e.isokineticKick(v.direction, {
        position: v.position,
        gradient: v.gradient,
        a: perChain(e),
        scale: diagonal(v),
        at: at(1),
      });
    table[name('kinetic')] = (e, v) => e.kinetic(v.momentum, diagonal(v), at(2));
    table[name('meters')] = (e, v) => e.meters(v.position, v.gradient, diagonal(v), at());
  }
  return table;
}

/**
 * The vectors and slots after one operation of an engine that has not been used, keyed by name.
 *
 * @param values - chains x dim numbers; `metric` positive, `direction` of any length.
 */
export async function after(
  engine: Engine,
  operation: string,
  values: Readonly<Record<keyof Vectors, Float64Array>>,
): Promise<Record<string, Float64Array>> {
  const slots = engine.slots(SLOT_ROWS);
  const vectors = Object.fromEntries(
    VECTORS.map((name) => {
      const vector = engine.vector();
      engine.write(vector, values[name]);
      return [name, vector];
    }),
  ) as Vectors;
  OPERATIONS[operation](engine, vectors);
  const read: Record<string, Float64Array> = { slots: await engine.readSlots(slots) };
  for (const name of VECTORS) read[name] = await engine.read(vectors[name]);
  return read;
}
