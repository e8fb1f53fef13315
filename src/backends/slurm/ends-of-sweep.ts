import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { slurmLayout } from '../../dispatch/artifacts/layout.ts';
import { type EndMark, readEndMark, readMarkName } from './end-mark.ts';

/** A mark of a start, and when this process first saw it, milliseconds of a steady clock. */
export type SeenMark = EndMark & { readonly restart: number; readonly seenAt: number };

/** What the scripts of a sweep's tasks have told of their ends. */
export interface EndsOfSweep {
  /** Looks at what is new: one listing, whatever the number of jobs. */
  look(): Promise<void>;
  /** The ends of a task's starts, the latest last; as of the last look. */
  of(task: string): readonly SeenMark[];
}

/** @param now - milliseconds of a steady clock */
export function endsOfSweep(sweepDir: string, now: () => number): EndsOfSweep {
  const dir = slurmLayout(sweepDir).ends;
  const byTask = new Map<string, Map<number, SeenMark>>();
  return {
    async look() {
      const names = await readdir(dir).catch(() => []);
      for (const name of names) {
        const parts = readMarkName(name);
        if (parts === null) continue;
        const known = byTask.get(parts.task)?.get(parts.restart);
        // Whether a job may queue again is known a moment after it asked.
        if (known !== undefined && known.state !== 'requeued') continue;
        if (known !== undefined && isOld(known)) continue;
        const mark = await readEndMark(join(dir, name));
        if (mark === null || mark.state === known?.state) continue;
        const starts = byTask.get(parts.task) ?? new Map<number, SeenMark>();
        byTask.set(
          parts.task,
          starts.set(parts.restart, { ...mark, restart: parts.restart, seenAt: now() }),
        );
      }
    },
    of: (task) =>
      [...(byTask.get(task) ?? [])]
        .toSorted(([one], [other]) => one - other)
        .map(([, mark]) => mark),
  };
}

/** Clocks of nodes may differ from ours by minutes. */
function isOld({ ended }: EndMark): boolean {
  return Date.now() / 1000 - ended > 600;
}
