import type { Draws } from '../diagnostics/draws.ts';
import type { Draw } from '../samplers/sampler.ts';

/** The recorded draws of a job, turned from one entry a draw into one array a chain. */
export interface DrawTable {
  /** Full-data losses L. */
  readonly losses: Draws;
  /** Null where no draw has meters; draws without them are left out, so these may be shorter. */
  readonly meters: MeterTable | null;
  /** Statistics by ArviZ's names, those that every draw has. */
  readonly stats: Readonly<Record<string, Draws>>;
}

/** `Meters` of the draws that have them, chains x draws. */
export interface MeterTable {
  readonly squaredDistance: Draws;
  readonly virialLoss: Draws;
  readonly gradientNorm: Draws | null;
}

/** Turns draws, in their order, into a table of `chains` chains. Every draw is in it. */
export function drawTable(
  draws: readonly Pick<Draw, 'loss' | 'stats' | 'meters'>[],
  chains: number,
): DrawTable {
  const columns = <T>(rows: readonly T[], of: (row: T) => readonly number[]): Draws =>
    Array.from({ length: chains }, (_, chain) => Float64Array.from(rows, (row) => of(row)[chain]));
  const meters = draws.map((draw) => draw.meters).filter((row) => row !== null);
  const norms = meters.map((row) => row.gradientNorm).filter((row) => row !== null);
  const names = Object.keys(draws[0]?.stats ?? {}).filter((name) =>
    draws.every(({ stats }) => name in stats),
  );
  return {
    losses: columns(draws, ({ loss }) => loss),
    meters:
      meters.length === 0
        ? null
        : {
            squaredDistance: columns(meters, (row) => row.squaredDistance),
            virialLoss: columns(meters, (row) => row.virialLoss),
            gradientNorm: norms.length < meters.length ? null : columns(norms, (row) => row),
          },
    stats: Object.fromEntries(
      names.map((name) => [name, columns(draws, ({ stats }) => stats[name])]),
    ),
  };
}
