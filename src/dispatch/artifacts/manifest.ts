import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { RUN_FILES } from './layout.ts';

/** `manifest.json`: the files that make a run, and what their bytes are. */
export interface Manifest {
  readonly run_id: string;
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly bytes: number }>>;
}

export function sha256Of(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Whether a folder holds a whole run: a manifest that names at least the configuration and the metrics,
 * and every file that it names with the right bytes. Files beside those (`analysis/`) are not looked at.
 *
 * @param check - `hashes` reads every file; `sizes` asks only for their lengths, for lists of many runs.
 * Default `hashes`.
 */
export async function runExists(
  dir: string,
  check: 'hashes' | 'sizes' = 'hashes',
): Promise<boolean> {
  const manifest = await readManifest(dir);
  if (manifest === null) return false;
  for (const [name, { sha256, bytes }] of Object.entries(manifest.files)) {
    const path = join(dir, name);
    try {
      if ((await stat(path)).size !== bytes) return false;
      if (check === 'hashes' && (await fileHash(path)) !== sha256) return false;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }
  return true;
}

/** The manifest of a run, or null where there is none that could be one. */
export async function readManifest(dir: string): Promise<Manifest | null> {
  let text: string;
  try {
    text = await readFile(join(dir, RUN_FILES.manifest), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
  return parseManifest(text);
}

/** A manifest from elsewhere; null where the text is none. */
export function parseManifest(text: string): Manifest | null {
  try {
    const manifest: unknown = JSON.parse(text);
    return isManifest(manifest) ? manifest : null;
  } catch {
    return null;
  }
}

export function isManifest(value: unknown): value is Manifest {
  const { run_id, files } = (value ?? {}) as Partial<Manifest>;
  if (typeof run_id !== 'string' || typeof files !== 'object' || files === null) return false;
  return (
    Object.entries(files).every(
      ([name, file]) =>
        name === basename(name) &&
        typeof file?.sha256 === 'string' &&
        typeof file.bytes === 'number',
    ) &&
    RUN_FILES.config in files &&
    RUN_FILES.metrics in files
  );
}

async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
