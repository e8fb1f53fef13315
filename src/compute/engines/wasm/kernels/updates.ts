import type { V128 } from '../assembler/code.ts';
import type { Lanes } from '../assembler/lanes.ts';
import type { Routine } from '../assembler/routine.ts';
import { type Elements, type Outcome, passRoutine } from './pass.ts';

/**
 * The operations of the port that touch every parameter, each in one pass. A name ends in `Scaled` where the
 * operation takes a diagonal (metric, inverse mass, scale) as its last vector.
 */
export function updateRoutines(lanes: Lanes, dim: number): Record<string, Routine> {
  const { add, sub, mul, div, madd, sqrt, constant } = lanes;
  const pass = (
    vectors: number,
    scalars: number,
    outcome: (elements: Elements) => Outcome,
    sums = 0,
  ) => passRoutine(lanes, dim, { vectors, scalars, sums }, outcome);
  /** nβ·g + γ·away */
  const force = (nbeta: V128, g: V128, gamma: V128, away: V128) => madd(nbeta, g, mul(gamma, away));

  const routines: Record<string, Routine> = {
    /** (w, g, c, p; nβ, γ, a): p −= a·∇U */
    kick: pass(4, 3, ({ of: [w, g, c, p], scalars: [nbeta, gamma, a], keep }) => {
      const away = keep(sub(w, c));
      return { writes: [[3, sub(p, mul(a, force(nbeta, g, gamma, away)))]] };
    }),
    /** (u, z; ν): u += ν·z, and ‖u‖² */
    nudge: pass(
      2,
      1,
      ({ of: [u, z], scalars: [nu], keep }) => {
        const moved = keep(madd(nu, z, u));
        return { writes: [[0, moved]], products: [[moved, moved]] };
      },
      1,
    ),
    /** (u, f; a, b): u ← a·f + b·u, and ‖u‖² */
    turn: pass(
      2,
      2,
      ({ of: [u, f], scalars: [a, b], keep }) => {
        const moved = keep(madd(a, f, mul(b, u)));
        return { writes: [[0, moved]], products: [[moved, moved]] };
      },
      1,
    ),
    /** (x, u, w, c; own, times): uᵀ(own·x + times·(w − c)) */
    along: pass(
      4,
      2,
      ({ of: [x, u, w, c], scalars: [own, times], keep }) => ({
        products: [[keep(madd(own, x, mul(times, sub(w, c)))), u]],
      }),
      1,
    ),
    /** (into, x, u; a): into ← x − a·u */
    deflate: pass(3, 1, ({ of: [, x, u], scalars: [a] }) => ({
      writes: [[0, sub(x, mul(a, u))]],
    })),
    /** (u; a): u ← a·u */
    multiply: pass(1, 1, ({ of: [u], scalars: [a] }) => ({ writes: [[0, mul(a, u)]] })),
  };

  for (const scaled of [false, true]) {
    const name = (plain: string) => (scaled ? `${plain}Scaled` : plain);
    const diagonal = scaled ? 1 : 0;
    const times = (d: V128 | undefined, x: V128) => (d === undefined ? x : mul(d, x));

    for (const averaged of [false, true]) {
      /** (w, g, c, z, z′?, G?; nβ, γ, ε) */
      const langevin = pass(4 + Number(averaged) + diagonal, 3, ({ of, scalars, keep }) => {
        const [w, g, c, z] = of;
        const [nbeta, gamma, epsilon] = scalars;
        const step = keep(times(scaled ? of[of.length - 1] : undefined, epsilon));
        const drift = mul(step, force(nbeta, g, gamma, keep(sub(w, c))));
        const noise = averaged ? mul(constant(0.5), add(z, of[4])) : z;
        const moved = madd(constant(-0.5), drift, madd(sqrt(step), noise, w));
        return { writes: [[0, moved]] };
      });
      routines[name(averaged ? 'langevinAveraged' : 'langevin')] = langevin;
    }

    /** (w, p, D?; a): w += a·D⊙p */
    routines[name('drift')] = pass(2 + diagonal, 1, ({ of: [w, p, d], scalars: [a] }) => ({
      writes: [[0, madd(a, times(d, p), w)]],
    }));

    /** (p, z, D?; keep, add): p ← keep·p + add·z/√D */
    routines[name('refresh')] = pass(
      2 + diagonal,
      2,
      ({ of: [p, z, d], scalars: [kept, added] }) => {
        const noise = d === undefined ? z : div(z, sqrt(d));
        return { writes: [[0, madd(kept, p, mul(added, noise))]] };
      },
    );

    /** (u, w, g, c, f, σ?; nβ, γ): f ← −σ⊙∇U, and ‖f‖², f·u */
    routines[name('force')] = pass(
      5 + diagonal,
      2,
      ({ of: [u, w, g, c, , scale], scalars: [nbeta, gamma], keep }) => {
        const gradient = force(nbeta, g, gamma, keep(sub(w, c)));
        const f = keep(mul(constant(-1), times(scale, gradient)));
        return {
          writes: [[4, f]],
          products: [
            [f, f],
            [f, u],
          ],
        };
      },
      2,
    );

    /** (p, D?): Σ D⊙p² */
    routines[name('kinetic')] = pass(
      1 + diagonal,
      0,
      ({ of: [p, d] }) => ({ products: [[times(d, p), p]] }),
      1,
    );

    /** (w, g, c, G?; nβ, γ): ‖w−c‖², (w−c)·g, Σ G⊙(∇U)² */
    routines[name('meters')] = pass(
      3 + diagonal,
      2,
      ({ of: [w, g, c, d], scalars: [nbeta, gamma], keep }) => {
        const away = keep(sub(w, c));
        const gradient = keep(force(nbeta, g, gamma, away));
        return {
          products: [
            [away, away],
            [away, g],
            [times(d, gradient), gradient],
          ],
        };
      },
      3,
    );
  }

  for (const centred of [false, true]) {
    for (const squared of [false, true]) {
      /** (average, x, c?; keep, add): average ← keep·average + add·(x − c)^power */
      routines[`accumulate${squared ? 'Squares' : ''}${centred ? 'Centred' : ''}`] = pass(
        2 + Number(centred),
        2,
        ({ of: [average, of, c], scalars: [kept, added], keep }) => {
          const x = keep(centred ? sub(of, c) : of);
          const power = squared ? mul(x, x) : x;
          return { writes: [[0, madd(kept, average, mul(added, power))]] };
        },
      );
    }
  }
  return routines;
}
