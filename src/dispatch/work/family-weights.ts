import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TrainingResult } from '../../compute/training/train.ts';
import { familyLayout, storeStaging } from '../artifacts/layout.ts';
import { sha256Of } from '../artifacts/manifest.ts';
import { publishFolder } from '../artifacts/publish-folder.ts';
import { mendReplaced, stagedName } from '../artifacts/staging.ts';
import { type LockWatch, takeLock, watchLock } from './store-lock.ts';

/** `training.json`: how the weights came about, and what their bytes are. */
interface TrainingRecord {
  readonly family_id: string;
  /** Of `weights.f64`. */
  readonly sha256: string;
  /** Number of parameters d. */
  readonly dim: number;
  /** Gradients evaluated, in full-data equivalents. */
  readonly steps: number;
  readonly loss: number;
  /** ‖∇L‖ at the weights. */
  readonly gradient_norm: number;
  readonly converged: boolean;
}

export interface FamilyWeights {
  readonly weights: Float64Array;
  readonly training: TrainingRecord;
}

export interface FamilyStore {
  readonly storeDir: string;
  readonly familyId: string;
  /** Ends waiting for another process with its reason. */
  readonly signal: AbortSignal;
  /** Called once where another process trains and this one waits. */
  readonly onWait: () => void;
  /** How long a silent holder of the lock is believed in. Default 60,000 ms. */
  readonly staleMs?: number;
}

const LOOK_EVERY_MS = 200;
const STALE_MS = 60_000;

/**
 * The trained weights of a family, from the store or trained now. One process trains, the others wait;
 * where two do all the same (a lock broken in error), the first that is done wins and both use its bytes.
 */
export async function familyWeights(
  store: FamilyStore,
  train: () => Promise<TrainingResult>,
): Promise<FamilyWeights> {
  const { lock: lockPath, dir } = familyLayout(store.storeDir, store.familyId);
  await mkdir(dirname(dir), { recursive: true });
  let watch: LockWatch | null = null;
  let waited = false;
  for (;;) {
    const stored = await readWeights(store);
    if (stored !== null) return stored;
    const lock = await takeLock(lockPath);
    if (lock !== null) {
      try {
        return (await readWeights(store)) ?? (await trainAndStore(store, train));
      } finally {
        await lock.release();
      }
    }
    if (!waited) store.onWait();
    waited = true;
    watch = await watchLock(lockPath, watch, store.staleMs ?? STALE_MS);
    await delay(LOOK_EVERY_MS, null, { signal: store.signal });
  }
}

/** What weights and training mean for a family, with the hash of their bytes. */
export function describeTraining(familyId: string, result: TrainingResult): FamilyWeights {
  return {
    weights: result.position,
    training: {
      family_id: familyId,
      sha256: sha256Of(bytesOf(result.position)),
      dim: result.position.length,
      steps: result.steps,
      loss: result.loss,
      gradient_norm: result.gradientNorm,
      converged: result.converged,
    },
  };
}

async function trainAndStore(
  store: FamilyStore,
  train: () => Promise<TrainingResult>,
): Promise<FamilyWeights> {
  const { storeDir, familyId } = store;
  const made = describeTraining(familyId, await train());
  const staging = storeStaging(storeDir);
  const { dir } = familyLayout(storeDir, familyId);
  await mkdir(staging, { recursive: true });
  await mendReplaced(staging, familyId, dir);
  const staged = join(staging, stagedName(familyId, 'new'));
  const files = familyLayout(storeDir, familyId, staged);
  await mkdir(staged);
  await writeFile(files.weights, bytesOf(made.weights), { flush: true });
  await writeFile(files.training, `${JSON.stringify(made.training, null, 2)}\n`, { flush: true });
  // What lies there and cannot be read is broken and goes; what can be read came first and stays.
  const theirs = await readWeights(store);
  const aside = () => join(staging, stagedName(familyId, 'old'));
  await publishFolder(staged, dir, theirs === null ? aside : null);
  return theirs ?? made;
}

/** Null where there are none, or none whose bytes are what their record says. */
async function readWeights({ storeDir, familyId }: FamilyStore): Promise<FamilyWeights | null> {
  const files = familyLayout(storeDir, familyId);
  try {
    const training: TrainingRecord = JSON.parse(await readFile(files.training, 'utf8'));
    const bytes = await readFile(files.weights);
    if (sha256Of(bytes) !== training.sha256 || training.family_id !== familyId) return null;
    const weights = new Float64Array(bytes.length / Float64Array.BYTES_PER_ELEMENT);
    bytes.copy(Buffer.from(weights.buffer));
    return { weights, training };
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (missing || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Little-endian, as every machine that Node runs on. */
function bytesOf(weights: Float64Array): Uint8Array {
  return new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength);
}
