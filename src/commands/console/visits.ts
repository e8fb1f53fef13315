import { mkdir, readFile } from 'node:fs/promises';
import { replaceFile } from '../../dispatch/artifacts/atomic-write.ts';
import { consoleLayout, storeDirOf } from '../../dispatch/artifacts/layout.ts';

/** When a person last left each sweep of this directory, milliseconds since 1970, by sweep id. */
export type Visits = Readonly<Record<string, number>>;

/** A courtesy: what cannot be read or written is forgotten. */
export async function readVisits(cwd: string): Promise<Visits> {
  try {
    const value: unknown = JSON.parse(await readFile(visitsFile(cwd), 'utf8'));
    if (typeof value !== 'object' || value === null) return {};
    const times = Object.entries(value).filter(([, at]) => typeof at === 'number');
    return Object.fromEntries(times) as Visits;
  } catch {
    return {};
  }
}

const MOST = 100;

export async function noteVisit(cwd: string, sweepId: string, at: number): Promise<void> {
  try {
    const { [sweepId]: _, ...others } = await readVisits(cwd);
    const kept = Object.entries(others).slice(1 - MOST);
    await mkdir(storeDirOf(cwd), { recursive: true });
    replaceFile(
      visitsFile(cwd),
      `${JSON.stringify({ ...Object.fromEntries(kept), [sweepId]: at })}\n`,
    );
  } catch {
    // The next visit tells nothing then.
  }
}

function visitsFile(cwd: string): string {
  return consoleLayout(storeDirOf(cwd)).visits;
}
