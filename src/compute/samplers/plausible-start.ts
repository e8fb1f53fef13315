import type { Engine, Slots, Vector } from '../engines/engine.ts';
import {
  enqueueMeters,
  potentialOf,
  readRows,
  STANDING_ROWS,
  type Standing,
  standingFrom,
} from './standing.ts';

/** Where the potential of a start may lie above that of w0, a dimension; d is expected at spread 2. */
const PLAUSIBLE = 10;
const HALVINGS = 30;

/**
 * Puts the chains at their starts, or as far from them towards w0, by halves, as it takes for the potential to
 * be no more than 10 d above that at w0. Around a regular minimum nothing moves; at a singular one the
 * scale of single coordinates says nothing of their product, and a start may lie where the gradient is a
 * million times the posterior's and adaptation would learn from that.
 *
 * Leaves ∇L of the position in `gradient`; counts as `gradients` full gradients.
 *
 * @param starts chains x dim
 */
export async function takePlausibleStart(
  engine: Engine,
  starts: Float64Array,
  { position, gradient }: { position: Vector; gradient: Vector },
): Promise<{ standing: Standing; gradients: number }> {
  const { dim, posterior } = engine;
  const slots = engine.slots(STANDING_ROWS);
  const at = starts.map((_, i) => posterior.center[i % dim]);
  const [floor] = potentialOf(engine, await standAt(engine, at, { position, gradient, slots }));
  at.set(starts);
  let standing = await standAt(engine, at, { position, gradient, slots });
  let gradients = 2;
  for (let halving = 0; halving < HALVINGS; halving++) {
    // Negated, so that a potential that is no number counts.
    const far = potentialOf(engine, standing).map(
      (potential) => !(potential - floor <= PLAUSIBLE * dim),
    );
    if (!far.includes(true) || !Number.isFinite(floor)) break;
    for (let i = 0; i < at.length; i++) {
      const center = posterior.center[i % dim];
      if (far[Math.floor(i / dim)]) at[i] = center + 0.5 * (at[i] - center);
    }
    standing = await standAt(engine, at, { position, gradient, slots });
    gradients += 1;
  }
  return { standing, gradients };
}

async function standAt(
  engine: Engine,
  values: Float64Array,
  { position, gradient, slots }: { position: Vector; gradient: Vector; slots: Slots },
): Promise<Standing> {
  const at = { slots, row: 0 };
  engine.write(position, values);
  engine.gradient(position, gradient, null, at);
  enqueueMeters(engine, position, gradient, at);
  return standingFrom(await readRows(engine, slots), 0);
}
