import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Plane } from './plane.ts';
import { ourVolume, storeRun } from './store-run.ts';

const DAY_S = 86_400;

/** Runs of earlier months: their names, bytes of draws, and age in days. */
const OLD_RUNS = [
  ['0be2f7715d3c', 900_000, 47],
  ['3f9a12c4e07b', 2_400_000, 34],
  ['77b0e1d92a5c', 650_000, 12],
  ['a1c44d0f9e21', 4_100_000, 3],
  ['c90d5be1172f', 120_000, 0.2],
] as const;

/** An account that has been used for months: $60 of $100 spent this cycle, prices of its own, old runs on the volume. */
export async function lived(plane: Plane): Promise<void> {
  Object.assign(plane.budget, { limit: 100, used: 60 });
  plane.rates = {
    'sandbox cpu': '0.1419',
    'sandbox memory': '0.0242',
    ...{ gpu_h100: '3.95', gpu_a100: '2.50', gpu_l40s: '1.95', gpu_a10g: '1.10', gpu_t4: '0.59' },
  };
  for (const [runId, bytes] of OLD_RUNS)
    await storeRun(plane, runId, { 'hmc.nc': Buffer.alloc(bytes, 7) });
  const volume = await ourVolume(plane);
  for (const [runId, , days] of OLD_RUNS)
    for (const name of readdirSync(join(volume.live, runId))) {
      const made = Date.now() / 1000 - days * DAY_S;
      utimesSync(join(volume.live, runId, name), made, made);
    }
  plane.volumes.commit(volume);
}
