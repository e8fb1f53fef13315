import { readFile } from 'node:fs/promises';
import type { LiveSnapshot } from '../dispatch/scheduler/live-snapshot.ts';

/** The progress of what runs. A courtesy: null where there is none yet, or it is being replaced. */
export async function readLive(path: string): Promise<LiveSnapshot | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as LiveSnapshot;
  } catch {
    return null;
  }
}
