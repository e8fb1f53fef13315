import { readFileSync } from 'node:fs';

let counter: string | null | undefined;

/**
 * The file that counts how many processes of this control group, and of the workers started in it, the
 * kernel has killed for lack of memory; null where it does not say.
 */
export function oomCounter(): string | null {
  // Does not change while we run.
  if (counter === undefined) counter = findCounter();
  return counter;
}

/**
 * The count in such a file, null where it is not there. One that has grown while a worker ran is the
 * kernel's word that memory was the cause.
 */
export function oomKills(path: string | null): number | null {
  if (path === null) return null;
  const count = /^oom_kill (\d+)$/m.exec(textOf(path))?.[1];
  return count === undefined ? null : Number(count);
}

function findCounter(): string | null {
  const groups = textOf('/proc/self/cgroup');
  const unified = /^0::(.*)$/m.exec(groups)?.[1] ?? '/';
  const v1 = /^\d+:[^:]*\bmemory\b[^:]*:(.*)$/m.exec(groups)?.[1] ?? '/';
  return (
    [
      `/sys/fs/cgroup${unified}/memory.events`,
      '/sys/fs/cgroup/memory.events',
      `/sys/fs/cgroup/memory${v1}/memory.oom_control`,
      '/sys/fs/cgroup/memory/memory.oom_control',
    ].find((path) => oomKills(path) !== null) ?? null
  );
}

/** At once, since the kernel answers from memory. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
