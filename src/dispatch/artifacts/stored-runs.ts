import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunId, RUN_FILES, runDir } from './layout.ts';
import { parseLenientJson } from './lenient-json.ts';
import { readManifest, runExists } from './manifest.ts';

/** A folder of `runs/` with the name of a run. */
export interface StoredRun {
  readonly kind: 'run';
  readonly runId: string;
  /** From `config.json`; null where that cannot be read. */
  readonly job: StoredJob | null;
  /** Of all files in it; links count as themselves. */
  readonly bytes: number;
  /** When the manifest was written, milliseconds since 1970; without one, the newest change in the folder. */
  readonly modified: number;
  /** Why this is no whole run; null for a whole one, by the files' sizes alone. */
  readonly fault: string | null;
}

export interface StoredJob {
  readonly problem: string;
  readonly sampler: string;
  readonly seed: number | null;
}

/** What has a run's name and cannot be taken for one. */
interface StoredObstacle {
  readonly kind: 'link' | 'file' | 'unreadable';
  readonly runId: string;
  readonly why: string;
}

export type StoredEntry = StoredRun | StoredObstacle;

/** Looked at together, so that a network file system answers many questions at once. */
const AT_ONCE = 16;

/** Names in `runs/` that are a run's, in order; hidden and foreign names are left out. */
export async function storedRunIds(runsDir: string): Promise<string[]> {
  return (await readdir(runsDir)).filter(isRunId).sort();
}

/** The runs of these ids, in their order; those that are not there are left out. */
export async function storedRuns(
  runsDir: string,
  runIds: readonly string[],
): Promise<StoredEntry[]> {
  const found = new Map<string, StoredEntry>();
  const queue = runIds.values();
  const lane = async () => {
    for (const runId of queue) {
      const entry = await storedRun(runsDir, runId);
      if (entry !== null) found.set(runId, entry);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return runIds.flatMap((runId) => found.get(runId) ?? []);
}

/** One run as it lies there now; null where there is none. */
export async function storedRun(runsDir: string, runId: string): Promise<StoredEntry | null> {
  const dir = runDir(runsDir, runId);
  try {
    const entry = await lstat(dir);
    if (entry.isSymbolicLink())
      return { kind: 'link', runId, why: `a symbolic link, which llc does not follow: ${dir}` };
    if (!entry.isDirectory()) return { kind: 'file', runId, why: `no folder: ${dir}` };
    const config = await configOf(dir);
    const fault = await faultOf(dir, config);
    const { bytes, newest } = await measure(dir);
    const manifest = await stat(join(dir, RUN_FILES.manifest)).catch(() => null);
    const modified = Math.round(manifest?.mtimeMs ?? Math.max(newest, entry.mtimeMs));
    return { kind: 'run', runId, job: jobOf(config), bytes, modified, fault };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    return { kind: 'unreadable', runId, why: `cannot be read: ${message}` };
  }
}

async function faultOf(dir: string, config: StoredConfig): Promise<string | null> {
  if ((await readManifest(dir)) !== null)
    return (await runExists(dir, 'sizes')) ? null : 'not whole: files not as in the manifest';
  return isOfTheOriginal(config) && (await stat(join(dir, RUN_FILES.metrics)).catch(() => null))
    ? null
    : 'not whole: no manifest';
}

/** The Python original lists the samplers of a run; it knows no manifest and takes a run with metrics for whole. */
function isOfTheOriginal({ samplers }: StoredConfig): boolean {
  return Array.isArray(samplers);
}

async function measure(dir: string): Promise<{ bytes: number; newest: number }> {
  let bytes = 0;
  let newest = 0;
  for (const name of await readdir(dir)) {
    const path = join(dir, name);
    const entry = await lstat(path);
    const inside = entry.isDirectory() ? await measure(path) : { bytes: entry.size, newest: 0 };
    bytes += inside.bytes;
    newest = Math.max(newest, inside.newest, entry.mtimeMs);
  }
  return { bytes, newest };
}

interface StoredConfig {
  readonly target?: unknown;
  readonly sampler?: unknown;
  readonly samplers?: unknown;
  readonly seed?: unknown;
}

/** Empty where it cannot be read: what is no whole run often has none. */
async function configOf(dir: string): Promise<StoredConfig> {
  try {
    const config = parseLenientJson(await readFile(join(dir, RUN_FILES.config), 'utf8'));
    return typeof config === 'object' && config !== null ? config : {};
  } catch {
    return {};
  }
}

function jobOf(config: StoredConfig): StoredJob | null {
  const { target, seed } = config;
  const sampler = isOfTheOriginal(config) ? String(config.samplers) : config.sampler;
  if (typeof target !== 'string' || typeof sampler !== 'string') return null;
  return { problem: target, sampler, seed: typeof seed === 'number' ? seed : null };
}
