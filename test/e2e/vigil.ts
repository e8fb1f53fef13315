import { globSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lives, type OwnProcess, processesOf } from './processes.ts';

/** Looks at a sweep under way for what its files do not keep. */
export interface Vigil {
  /** What was wrong: in words, one a line. */
  readonly faults: readonly string[];
  end(): void;
}

const LOOK_EVERY_MS = 40;

/** Two living workers of one job, and runs that change after they were there. */
export function keepVigil(folder: string): Vigil {
  const faults: string[] = [];
  const runs = new Map<string, string>();

  function lookAtWorkers(): void {
    const byJob = new Map<string, OwnProcess>();
    for (const worker of processesOf(folder)) {
      if (worker.kind !== 'worker') continue;
      const job = dirname(worker.dir);
      const other = byJob.get(job);
      // The table is read a process at a time: one may have ended before the next began.
      if (other !== undefined && lives(other) && lives(worker))
        faults.push(
          `${other.dir} (pid ${other.pid}) and ${worker.dir} (pid ${worker.pid}) at once`,
        );
      byJob.set(job, worker);
    }
  }

  function lookAtRuns(): void {
    for (const manifest of globSync('runs/*/manifest.json', { cwd: folder })) {
      const { ino, mtimeMs } = statSync(join(folder, manifest));
      const now = `inode ${ino}, of ${mtimeMs}`;
      const before = runs.get(manifest);
      if (before !== undefined && before !== now)
        faults.push(`${manifest}: ${before}, then ${now}`);
      runs.set(manifest, now);
    }
  }

  const looking = setInterval(() => {
    lookAtWorkers();
    lookAtRuns();
  }, LOOK_EVERY_MS);
  return {
    faults,
    end: () => {
      clearInterval(looking);
      lookAtRuns();
    },
  };
}
