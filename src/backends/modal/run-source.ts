import { RUN_FILES } from '../../dispatch/artifacts/layout.ts';
import { type Manifest, parseManifest } from '../../dispatch/artifacts/manifest.ts';
import type { RunSource, SourceFile } from '../../dispatch/artifacts/pull-run.ts';
import type { ControlPlane, Volume } from './control-plane/control-plane.ts';
import { isPlainName } from './volume-layout.ts';

/** A manifest as it lies on the volume. */
export interface StoredManifest {
  readonly manifest: Manifest;
  readonly bytes: Buffer;
}

/** The manifest of a run on the volume; null where there is no whole run. */
export async function storedManifest(
  plane: ControlPlane,
  volume: Volume,
  runId: string,
  signal: AbortSignal,
): Promise<StoredManifest | null> {
  if (!isPlainName(runId)) return null;
  const bytes = await plane.volumes.readSmall(volume, `${runId}/${RUN_FILES.manifest}`, signal);
  const manifest = bytes === null ? null : parseManifest(bytes.toString('utf8'));
  return bytes === null || manifest === null ? null : { manifest, bytes };
}

/** A run's files on the volume: those that its manifest names, and it. What else lies there is left there. */
export function runSource(
  plane: ControlPlane,
  volume: Volume,
  runId: string,
  { manifest, bytes }: StoredManifest,
): RunSource {
  const files = new Map<string, SourceFile>();
  for (const [name, file] of Object.entries(manifest.files))
    files.set(name, {
      bytes: file.bytes,
      read: (from, signal) => partOf(plane, volume, `${runId}/${name}`, from, signal),
    });
  files.set(RUN_FILES.manifest, {
    bytes: bytes.length,
    async *read(from) {
      yield bytes.subarray(from);
    },
  });
  return files;
}

async function* partOf(
  plane: ControlPlane,
  volume: Volume,
  path: string,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const parts = await plane.volumes.read(volume, path, from, signal);
  if (parts === null) throw new Error(`${path} is not on the volume`);
  yield* parts;
}
