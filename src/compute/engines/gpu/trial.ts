import { createGpuEngine } from './gpu-engine.ts';

const WIDTH = 64;

/** A share of the sum that is lost where rounding is not kept, and is a hundred times what is lost where it is. */
const KEPT = 1e-8;

/**
 * Whether compensated sums work on a device: a driver that takes additions for exact undoes them, and the losses and energies
 * that samplers rely on would be singles'.
 */
export async function keepsRoundings(device: GPUDevice): Promise<boolean> {
  const dim = WIDTH * WIDTH;
  const engine = createGpuEngine(
    {
      problem: { kind: 'dln', widths: [WIDTH, WIDTH], target: new Float64Array(dim) },
      posterior: { nbeta: 1, gamma: 1, center: new Float64Array(dim) },
      chains: 1,
      dtype: 'float32',
    },
    device,
    'vectorized',
  );
  const momentum = engine.vector();
  const slots = engine.slots(1);
  // 1 and many squares that are too small to change it one by one.
  const small = 2 ** -13;
  engine.write(momentum, new Float64Array(dim).fill(small).fill(1, 0, 1));
  engine.kinetic(momentum, null, { slots, row: 0 });
  const [sum] = await engine.readSlots(slots);
  const expected = 0.5 * (1 + (dim - 1) * small ** 2);
  return Math.abs(sum / expected - 1) < KEPT;
}
