/**
 * Wall time, CPU time and peak memory of `llc sweep --preset=quick`, as README.md states them:
 *
 *     node bench/quick-sweep.ts [--n-seeds=1 …]
 *
 * Further arguments go to the sweep. Linux: peaks are read from /proc while the workers live.
 */
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';

const folder = mkdtempSync(join(tmpdir(), 'llc-bench-'));
const peaks = new Map<string, number>();
/** CPU seconds of each process, of all its threads. */
const spent = new Map<string, number>();

const began = performance.now();
const sweep = execa(resolve('bin/llc'), ['sweep', '--preset=quick', ...process.argv.slice(2)], {
  cwd: folder,
  reject: false,
  stdin: 'ignore',
});
const watch = setInterval(() => {
  if (sweep.pid !== undefined) note('watching command', sweep.pid);
  for (const path of globSync('sweeps/*/supervisor.lock', { cwd: folder }))
    note(
      'supervisor',
      (JSON.parse(readFileSync(join(folder, path), 'utf8')) as { pid: number }).pid,
    );
  for (const path of globSync('sweeps/*/jobs/*/*/hello.json', { cwd: folder })) {
    const { pid } = JSON.parse(readFileSync(join(folder, path), 'utf8')) as { pid: number };
    note(path.split('/')[3], pid);
  }
}, 500);
const { exitCode, stdout } = await sweep;
clearInterval(watch);
const seconds = (performance.now() - began) / 1000;

console.log(stdout.slice(stdout.indexOf('\njob ') + 1));
for (const [name, peak] of peaks) {
  const cpu = spent.get(name)?.toFixed(1);
  console.log(`${name}: peak ${Math.round(peak / 1024)} MiB, ${cpu} s of CPU`);
}
const cpu = [...spent.values()].reduce((sum, own) => sum + own, 0);
console.log(
  `exit ${exitCode}, ${seconds.toFixed(0)} s, ${cpu.toFixed(0)} s of CPU, on ${availableParallelism()} cores (${cpus()[0]?.model})`,
);
rmSync(folder, { recursive: true, force: true });

/** Keeps a process's largest resident set, KiB, and its CPU time; one that has ended is not asked again. */
function note(name: string, pid: number): void {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const peak = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0);
    peaks.set(name, Math.max(peaks.get(name) ?? 0, peak));
    // After the name in brackets: the 12th and 13th fields are user and system ticks of 10 ms.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    spent.set(name, Math.max(spent.get(name) ?? 0, ticks / 100));
  } catch {
    // It has ended: what was seen before stands.
  }
}
