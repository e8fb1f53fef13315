/**
 * Builds `dist/llc-kernels.node`, the native kernels, with the C compiler of the machine (`CC`, else cc): once for AVX2
 * and once for AVX-512; the addon takes what the machine has. Nothing else is needed, and llc does without it.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { NATIVE_KERNELS_FILE } from '../src/dispatch/work/load-native-kernels.ts';

const SOURCES = resolve(import.meta.dirname, '../src/compute/engines/native');
const COMMON = ['-O3', '-fPIC', '-ffp-contract=fast', '-Wall', '-Wextra'];
const SETS = {
  avx2: ['-mavx2', '-mfma', '-DBYTES=32'],
  avx512: ['-mavx512f', '-mavx512dq', '-mavx512bw', '-mavx512vl', '-mfma', '-DBYTES=64'],
};

const into = resolve(process.argv[2] ?? 'dist');
const compiler = process.env['CC'] ?? 'cc';
if (process.arch !== 'x64') fail(`The native kernels are for x64, this is ${process.arch}.`);
const work = mkdtempSync(join(tmpdir(), 'llc-kernels-'));
try {
  const objects = await Promise.all(
    Object.entries(SETS).map(async ([set, flags]) => {
      const object = join(work, `${set}.o`);
      const source = join(SOURCES, 'kernels.c');
      await compile(['-c', ...COMMON, ...flags, `-DSET=${set}`, source, '-o', object]);
      return object;
    }),
  );
  const addon = join(work, NATIVE_KERNELS_FILE);
  await compile(['-shared', ...COMMON, join(SOURCES, 'addon.c'), ...objects, '-o', addon]);
  mkdirSync(into, { recursive: true });
  copyFileSync(addon, join(into, NATIVE_KERNELS_FILE));
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.stdout.write(`${join(into, NATIVE_KERNELS_FILE)}\n`);

async function compile(args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(compiler, args, { timeout: 300_000 });
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT') fail(`There is no C compiler ${compiler}.`);
    fail(`${stderr ?? error}\n${compiler} could not build the kernels.`);
  }
}

function fail(why: string): never {
  process.stderr.write(
    `${why} llc runs without the native kernels, on those that it emits itself.\n`,
  );
  process.exit(1);
}
