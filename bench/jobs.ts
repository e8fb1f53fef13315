/**
 * Whole jobs of a preset on one core, of the default network: each sampler on the emitted kernels and on the native ones,
 * beside BlackJAX, devinterp and torch doing the same steps.
 *
 *     npm run build && npm run build:native; taskset -c 0 node bench/jobs.ts [--preset=quick] [--python=PYTHON]
 *
 * Seconds are those of sampling with its warm-up, without start, training and analysis, which peers are spared. They do the
 * same transitions with the same batches, trajectories, chains and recorded losses, without adaptation; what a peer
 * compiles is counted.
 */
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { presetValues } from '../src/dispatch/config/presets.ts';
import { NATIVE_KERNELS_FILE } from '../src/dispatch/work/load-native-kernels.ts';
import { ONE_THREAD } from './peers/one-thread.ts';

const { values: options } = parseArgs({
  options: {
    preset: { type: 'string', default: 'quick' },
    python: { type: 'string', default: 'python3' },
  },
});
const PRESET = options.preset === 'full' ? 'full' : 'quick';
const SAMPLERS = ['sgld', 'sghmc', 'hmc', 'mclmc'] as const;
type Sampler = (typeof SAMPLERS)[number];
type Metrics = Readonly<Record<string, number>> & {
  readonly engine: string;
  readonly dtype: string;
};

/** A line of `peers/whole_jobs.py`. */
interface Peer {
  readonly name: string;
  readonly sampler: Sampler;
  readonly seconds?: number;
  /** Why there is no time. */
  readonly missing?: string;
}

const root = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'llc-bench-jobs-'));
console.log(`${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}`);
console.log(
  `preset ${PRESET}, one core; seconds of warm-up and sampling, effective draws a second of sampling`,
);

const programs = [program('emitted', false)];
if (existsSync(join(root, 'dist', NATIVE_KERNELS_FILE))) programs.push(program('native', true));
else console.log('no native kernels: npm run build:native');
const own = new Map<Sampler, Metrics>();
const seconds = new Map<Sampler, [string, number][]>();
for (const sampler of SAMPLERS) {
  for (const path of programs) {
    const metrics = await job(path, sampler);
    own.set(sampler, metrics);
    const time = metrics[`${sampler}_timing_warmup`] + metrics[`${sampler}_timing_sampling`];
    seconds.set(sampler, [...(seconds.get(sampler) ?? []), [metrics.engine, time]]);
    const rate = metrics[`${sampler}_ess_per_sec`].toFixed(1);
    console.log(
      `${sampler.padEnd(6)} ${metrics.engine.padEnd(14)} ${time.toFixed(1)} s, ${rate} a second`,
    );
  }
}
const missing = new Set<string>();
for (const peer of await peers()) {
  if (peer.seconds === undefined) missing.add(`${peer.name}: missing (${peer.missing})`);
  else report(peer.name, peer.sampler, peer.seconds);
}
for (const line of missing) console.log(line);
rmSync(folder, { recursive: true, force: true });

/** The built program, with or without its native kernels. */
function program(name: string, native: boolean): string {
  const at = join(folder, name);
  mkdirSync(at);
  for (const part of ['bin', 'dist', 'package.json'])
    cpSync(join(root, part), join(at, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(at, 'node_modules'));
  if (!native) rmSync(join(at, 'dist', NATIVE_KERNELS_FILE), { force: true });
  return join(at, 'bin/llc');
}

async function job(path: string, sampler: Sampler): Promise<Metrics> {
  const cwd = mkdtempSync(join(folder, `${sampler}-`));
  const flags = ['run', `--preset=${PRESET}`, `--sampler=${sampler}`, '--cpus=1', '--json'];
  const { stdout, exitCode, stderr } = await execa(path, flags, { cwd, reject: false });
  const [file] = globSync('runs/*/metrics.json', { cwd });
  if (file === undefined)
    throw new Error(`${flags.join(' ')} ended with ${exitCode}: ${stderr}${stdout}`);
  return JSON.parse(readFileSync(join(cwd, file), 'utf8')) as Metrics;
}

async function peers(): Promise<Peer[]> {
  const preset = presetValues(PRESET, {}) as Record<string, number | string>;
  const task = Object.fromEntries(
    SAMPLERS.map((sampler) => {
      const found = own.get(sampler) ?? {};
      const { dtype } = found as Partial<Metrics>;
      return [sampler, { ...ofSampler(preset, sampler), ...ofSampler(found, sampler), dtype }];
    }),
  );
  const { n_data: rows, chains } = preset;
  const script = join(import.meta.dirname, 'peers/whole_jobs.py');
  const input = JSON.stringify({ rows, chains, ...task });
  const { stdout, failed } = await execa(options.python, [script], {
    env: ONE_THREAD,
    input,
    reject: false,
  });
  if (failed && stdout === '') console.log(`${options.python} does not run: no peers`);
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Peer);
}

/** Values whose names begin with the sampler's, without it. */
function ofSampler(values: Readonly<Record<string, unknown>>, sampler: Sampler) {
  const start = `${sampler}_`;
  return Object.fromEntries(
    Object.entries(values)
      .filter(([key]) => key.startsWith(start))
      .map(([key, value]) => [key.slice(start.length), value]),
  );
}

function report(name: string, sampler: Sampler, theirs: number): void {
  const ratios = (seconds.get(sampler) ?? []).map(
    ([engine, time]) => `${engine} takes ${(time / theirs).toFixed(2)} of it`,
  );
  console.log(
    `${sampler.padEnd(6)} ${name.padEnd(14)} ${theirs.toFixed(1)} s; ${ratios.join(', ')}`,
  );
}
