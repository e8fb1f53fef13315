import { globSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { lives, type OwnProcess, processesOf } from './processes.ts';

/** Looks at a sweep under way for what its files do not keep. */
export interface Vigil {
  /** Looks for the last time. Returns what was wrong, in words, each once. */
  end(): readonly string[];
}

const LOOK_EVERY_MS = 40;

/** Two living workers of one job, and runs that change after they were there. */
export function keepVigil(folder: string): Vigil {
  const faults = new Set<string>();
  const runs = new Map<string, string>();

  function lookAtWorkers(): void {
    const byJob = new Map<string, OwnProcess>();
    for (const worker of processesOf(folder)) {
      if (worker.kind !== 'worker') continue;
      const job = dirname(worker.dir);
      const other = byJob.get(job);
      // The table is read a process at a time: one may have ended before the next began.
      if (other !== undefined && lives(other) && lives(worker))
        faults.add(`${other.dir} (pid ${other.pid}) and ${worker.dir} (pid ${worker.pid}) at once`);
      byJob.set(job, worker);
    }
  }

  function lookAtRuns(): void {
    for (const manifest of globSync('runs/*/manifest.json', { cwd: folder })) {
      const stat = statSync(join(folder, manifest), { throwIfNoEntry: false });
      const now = `inode ${stat?.ino}, of ${stat?.mtimeMs}`;
      const before = runs.get(manifest);
      if (before !== undefined && before !== now) faults.add(`${manifest}: ${before}, then ${now}`);
      runs.set(manifest, now);
    }
  }

  const looking = setInterval(() => {
    lookAtWorkers();
    lookAtRuns();
  }, LOOK_EVERY_MS);
  // A check that fails before the end leaves it.
  onTestFinished(() => clearInterval(looking));
  return {
    end: () => {
      clearInterval(looking);
      lookAtRuns();
      return [...faults];
    },
  };
}
