import type { Meters } from '../../compute/samplers/sampler.ts';
import type { RecordedDraw } from './recorder.ts';

/** The numbers of one name, of all draws that have it. */
interface Column {
  /** Which draws have it, counted from the first. */
  readonly of: Uint32Array;
  /** Draw after draw, equally many of each. */
  readonly values: Float64Array;
}

/** Draws by columns: quicker to write and to read than a million small arrays, and smaller. */
export interface PackedDraws {
  readonly transitions: Float64Array;
  readonly loss: Column;
  readonly stats: Readonly<Record<string, Column>>;
  readonly meters: Readonly<Record<keyof Meters, Column>>;
  readonly theta: Column;
}

export function packDraws(draws: readonly RecordedDraw[]): PackedDraws {
  const names = new Set<string>();
  for (const { stats } of draws) for (const name of Object.keys(stats)) names.add(name);
  const column = (values: (draw: RecordedDraw) => ArrayLike<number> | null | undefined) =>
    columnOf(draws, values);
  return {
    transitions: Float64Array.from(draws, ({ transition }) => transition),
    loss: column(({ loss }) => loss),
    stats: Object.fromEntries([...names].map((name) => [name, column(({ stats }) => stats[name])])),
    meters: {
      squaredDistance: column(({ meters }) => meters?.squaredDistance),
      virialLoss: column(({ meters }) => meters?.virialLoss),
      gradientNorm: column(({ meters }) => meters?.gradientNorm),
    },
    theta: column(({ theta }) => theta),
  };
}

export function unpackDraws(packed: PackedDraws): RecordedDraw[] {
  const count = packed.transitions.length;
  const plain = (column: Column) => spread(column, count, (width) => new Array<number>(width));
  const loss = plain(packed.loss);
  const stats = Object.entries(packed.stats).map(
    ([name, column]) => [name, plain(column)] as const,
  );
  const squaredDistance = plain(packed.meters.squaredDistance);
  const virialLoss = plain(packed.meters.virialLoss);
  const gradientNorm = plain(packed.meters.gradientNorm);
  const theta = spread(packed.theta, count, (width) => new Float64Array(width));
  return Array.from({ length: count }, (_, draw) => {
    const found: Record<string, number[]> = {};
    for (const [name, values] of stats) {
      const own = values[draw];
      if (own !== null) found[name] = own;
    }
    const distance = squaredDistance[draw];
    return {
      transition: packed.transitions[draw],
      loss: known(loss[draw]),
      stats: found,
      meters:
        distance === null
          ? null
          : {
              squaredDistance: distance,
              virialLoss: known(virialLoss[draw]),
              gradientNorm: gradientNorm[draw],
            },
      theta: theta[draw],
    };
  });
}

function columnOf(
  draws: readonly RecordedDraw[],
  valuesOf: (draw: RecordedDraw) => ArrayLike<number> | null | undefined,
): Column {
  const of: number[] = [];
  let width = 0;
  draws.forEach((draw, index) => {
    const own = valuesOf(draw);
    if (own === null || own === undefined) return;
    if (of.length === 0) width = own.length;
    if (own.length !== width) throw new Error('draws of one run have equally many numbers');
    of.push(index);
  });
  const values = new Float64Array(of.length * width);
  // Number by number: for so few at a time everything else costs more.
  of.forEach((index, place) => {
    const own = valuesOf(draws[index]) as ArrayLike<number>;
    for (let i = 0; i < width; i++) values[place * width + i] = own[i];
  });
  return { of: Uint32Array.from(of), values };
}

/** The numbers of each draw; null for those without. */
function spread<T extends number[] | Float64Array>(
  { of, values }: Column,
  count: number,
  make: (width: number) => T,
): (T | null)[] {
  const width = values.length / Math.max(1, of.length);
  const all = new Array<T | null>(count).fill(null);
  of.forEach((draw, place) => {
    const own = make(width);
    for (let i = 0; i < width; i++) own[i] = values[place * width + i];
    all[draw] = own;
  });
  return all;
}

function known<T>(values: T | null): T {
  if (values === null) throw new Error('a draw has no numbers');
  return values;
}
