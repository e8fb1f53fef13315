import type { Health } from '../../dispatch/backend.ts';
import type { Cluster } from './cluster.ts';

const LIMIT_MS = 10_000;
const SLOW_MS = 3000;

/** Asks whether the controller lives, which costs it next to nothing. */
export async function slurmHealth(cluster: Cluster, signal: AbortSignal): Promise<Health> {
  const began = performance.now();
  const end = await cluster.run(['scontrol', 'ping'], { signal, limitMs: LIMIT_MS });
  const ms = Math.round(performance.now() - began);
  if (end.timedOut)
    return { state: 'down', text: `Slurm gives no answer within ${LIMIT_MS / 1000} s; jobs go on` };
  const said = `${end.stdout}${end.stderr}`.trim().split('\n').join('; ');
  if (!/ is UP/.test(end.stdout)) return { state: 'down', text: `${said}; jobs go on` };
  if (/ is DOWN/.test(end.stdout)) return { state: 'slow', text: said };
  return ms > SLOW_MS
    ? { state: 'slow', text: `Slurm answers after ${(ms / 1000).toFixed(1)} s` }
    : { state: 'well', text: `Slurm answers in ${ms} ms` };
}
