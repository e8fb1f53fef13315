/**
 * What `llc analyze` costs on 4 chains of 100,000 draws, all figures, in a process of its own:
 *
 *     npm run build && node bench/analyze.ts        some 20 s
 *
 * The run is made here, in the layout of a real one: HMC's statistics, 16 projections of every fifth position, and
 * draws of an autoregressive course (rho .9), so that the effective sizes need many lags. Linux: the greatest
 * resident memory and the CPU's time are read from the process's own files. The CPU's time tells more where others work
 * on the machine.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InferenceVariable } from '../src/dispatch/artifacts/netcdf/inference-data.ts';
import { writeInferenceData } from '../src/dispatch/artifacts/netcdf/write-inference-data.ts';

const [CHAINS, DRAWS, DIMS, THIN] = [4, 100_000, 16, 5];
const LLC = join(import.meta.dirname, '../bin/llc');
const folder = mkdtempSync(join(tmpdir(), 'llc-bench-analyze-'));

/** Uniform numbers in (−1, 1), the same each time (Marsaglia's xorshift32). */
function source(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 2 ** 31;
  };
}

function course(next: () => number, rho: number): Float64Array {
  const values = new Float64Array(CHAINS * DRAWS);
  let value = 0;
  return values.map(() => {
    value = rho * value + next();
    return value;
  });
}

async function writeRun(dir: string): Promise<void> {
  mkdirSync(dir, { recursive: true });
  const next = source(42);
  const height = course(next, 0.9).map((value) => 50 + 5 * value);
  const table = (data: Float64Array): InferenceVariable => ({
    dims: ['chain', 'draw'],
    kind: 'f64',
    data,
  });
  const theta = new Float64Array(CHAINS * DRAWS * DIMS).fill(Number.NaN);
  for (let i = 0; i < CHAINS * DRAWS; i += THIN)
    for (let dim = 0; dim < DIMS; dim++) theta[i * DIMS + dim] = next();
  const chain = Array.from({ length: CHAINS }, (_, i) => i);
  const draw = Array.from({ length: DRAWS }, (_, i) => i);
  await writeInferenceData(join(dir, 'hmc.nc'), {
    attrs: { sampler: 'hmc' },
    groups: {
      posterior: {
        attrs: {},
        coords: { chain, draw, theta_dim: Array.from({ length: DIMS }, (_, i) => `proj[${i}]`) },
        variables: {
          llc: table(height),
          L: table(height.map((value) => value / 1000)),
          theta: { dims: ['chain', 'draw', 'theta_dim'], kind: 'f64', data: theta },
        },
      },
      sample_stats: {
        attrs: {},
        coords: { chain, draw },
        variables: {
          energy: table(course(next, 0.3)),
          acceptance_rate: table(course(next, 0).map(Math.abs)),
          step_size: table(course(next, 0).map(() => 0.1)),
        },
      },
    },
  });
  writeFileSync(join(dir, 'metrics.json'), JSON.stringify({ llc_exact: 50 }));
}

async function analyze(
  args: readonly string[],
): Promise<{ seconds: number; cpu: number; megabytes: number }> {
  const began = performance.now();
  const child = spawn(LLC, ['analyze', ...args], { stdio: 'ignore' });
  let megabytes = 0;
  let cpu = 0;
  const watch = setInterval(() => {
    try {
      const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
      megabytes = Math.max(megabytes, Number(peak?.[1] ?? 0) / 1024);
      // utime and stime, in hundredths of a second (proc(5)); the name before them may hold spaces.
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      cpu = (Number(fields[11]) + Number(fields[12])) / 100;
    } catch {
      // Gone between two looks.
    }
  }, 10);
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  clearInterval(watch);
  if (code !== 0) throw new Error(`llc analyze ended with ${code}`);
  return { seconds: (performance.now() - began) / 1000, cpu, megabytes };
}

try {
  const run = join(folder, 'run');
  await writeRun(run);
  const size = statSync(join(run, 'hmc.nc')).size / 2 ** 20;
  console.log(
    `${cpus()[0]?.model}, ${availableParallelism()} threads; hmc.nc ${size.toFixed(0)} MB`,
  );
  for (const [name, args] of [
    ['all figures, SVG and PNG', [run, '--overwrite']],
    ['in the terminal', [run, '--terminal']],
  ] as const) {
    const times = [];
    for (let i = 0; i < 3; i++) times.push(await analyze(args));
    const seconds = times.map((time) => time.seconds).sort((a, b) => a - b);
    const cpu = times.map((time) => time.cpu).sort((a, b) => a - b)[1];
    const most = Math.max(...times.map(({ megabytes }) => megabytes));
    console.log(
      `${name}: ${seconds[1]?.toFixed(2)} s (${seconds[0]?.toFixed(2)}-${seconds[2]?.toFixed(2)}), ${cpu?.toFixed(2)} s of CPU, at most ${most.toFixed(0)} MB`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
