import { readFile } from 'node:fs/promises';

let counter: Promise<string | null> | null = null;

/**
 * How many processes the kernel has killed for lack of memory in this control group, or null where it does
 * not say. A number that has grown while a worker ran is the kernel's word that memory was the cause.
 */
export async function oomKills(): Promise<number | null> {
  counter ??= findCounter();
  const path = await counter;
  return path === null ? null : read(path);
}

/** The file of this process's control group that holds the count; it does not change while we run. */
async function findCounter(): Promise<string | null> {
  const groups = await readFile('/proc/self/cgroup', 'utf8').catch(() => '');
  const unified = /^0::(.*)$/m.exec(groups)?.[1] ?? '/';
  const v1 = /^\d+:[^:]*\bmemory\b[^:]*:(.*)$/m.exec(groups)?.[1] ?? '/';
  for (const path of [
    `/sys/fs/cgroup${unified}/memory.events`,
    '/sys/fs/cgroup/memory.events',
    `/sys/fs/cgroup/memory${v1}/memory.oom_control`,
    '/sys/fs/cgroup/memory/memory.oom_control',
  ])
    if ((await read(path)) !== null) return path;
  return null;
}

async function read(path: string): Promise<number | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const count = /^oom_kill (\d+)$/m.exec(text)?.[1];
  return count === undefined ? null : Number(count);
}
