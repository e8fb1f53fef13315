import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { replaceFile } from '../../dispatch/artifacts/atomic-write.ts';
import { attemptLayout } from '../../dispatch/artifacts/layout.ts';
import type { Attempt } from '../../dispatch/backend.ts';

/** `sandbox.json` of an attempt's folder: written before a sandbox is asked for and again when it is there. */
export interface SandboxRecord {
  readonly owner: string;
  readonly name: string;
  /** Null while nobody knows whether there is one. */
  readonly sandboxId: string | null;
  readonly gpu: string | null;
  /** It was given a machine. */
  readonly started: boolean;
  /** Its run lay on the volume: there is no sandbox. */
  readonly cached: boolean;
}

export function writeRecord(dir: string, record: SandboxRecord): void {
  replaceFile(attemptLayout(dir).sandbox, `${JSON.stringify(record)}\n`);
}

/** Null where nothing was asked for. */
export async function readRecord(dir: string): Promise<SandboxRecord | null> {
  try {
    const record = JSON.parse(await readFile(attemptLayout(dir).sandbox, 'utf8'));
    return typeof record?.name === 'string' ? (record as SandboxRecord) : null;
  } catch {
    return null;
  }
}

/** Of the job's attempts before this one, those of which something is known. */
export async function earlierRecords({ dir, attempt }: Attempt): Promise<readonly SandboxRecord[]> {
  const found: SandboxRecord[] = [];
  for (let number = 1; number < attempt; number++) {
    const record = await readRecord(join(dirname(dir), `attempt-${number}`));
    if (record !== null) found.push(record);
  }
  return found;
}
