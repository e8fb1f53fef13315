import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Of } from '../../src/dispatch/artifacts/manifest.ts';
import type { Plane } from './plane.ts';
import type { PlaneVolume } from './volumes.ts';

/** Our volume on the plane, made where it is missing. */
export async function ourVolume(plane: Plane): Promise<PlaneVolume> {
  const getOrCreate = plane.volumes.calls['volumeGetOrCreate'] as (
    request: object,
  ) => Promise<{ volumeId: string }>;
  const { volumeId } = await getOrCreate({
    deploymentName: 'llc-runs',
    objectCreationType: 1,
    version: 2,
  });
  return plane.volumes.all.get(volumeId) as PlaneVolume;
}

/** Puts a whole run on the volume, committed. */
export async function storeRun(
  plane: Plane,
  runId: string,
  more: Readonly<Record<string, Buffer>> = { 'hmc.nc': Buffer.alloc(40_000, 7) },
): Promise<void> {
  const volume = await ourVolume(plane);
  const files: Record<string, Buffer> = {
    'config.json': Buffer.from('{}'),
    'metrics.json': Buffer.from('{"hmc_llc_mean":1.5}'),
    ...more,
  };
  const dir = join(volume.live, runId);
  mkdirSync(dir, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(dir, name), bytes);
  const listed = Object.entries(files).map(([name, bytes]) => [
    name,
    { sha256: sha256Of(bytes), bytes: bytes.length },
  ]);
  const manifest = { run_id: runId, files: Object.fromEntries(listed) };
  writeFileSync(join(dir, 'manifest.json'), JSON.stringify(manifest));
  plane.volumes.commit(volume);
}
