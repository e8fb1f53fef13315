/**
 * Bundles the program into `dist/`: `cli.js` and `analysis.js`, a thread of its own (split, so that a command loads only
 * what it needs), `supervisor.js`, whole, since it runs for hours while a newer build may replace the files beside it, and `worker.js`, one file that runs alone
 * on another machine. Its hash is the code fingerprint of run ids. `sandbox.js` starts it in a sandbox of Modal's.
 */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { NATIVE_KERNELS_FILE } from '../src/dispatch/work/load-native-kernels.ts';
import { BUNDLE, yogaWithoutFetch } from './bundle-options.ts';

const shared = { ...BUNDLE, outdir: 'dist' };

// Whoever has built the native kernels gets those that fit the new bundles.
const withNative = existsSync(join('dist', NATIVE_KERNELS_FILE));
rmSync('dist', { recursive: true, force: true });
await build({
  ...shared,
  entryPoints: ['src/cli.ts', 'src/analysis.ts'],
  splitting: true,
  plugins: [yogaWithoutFetch],
});
await build({ ...shared, entryPoints: ['src/supervisor.ts'] });
await build({ ...shared, entryPoints: ['src/worker.ts'] });
await build({ ...shared, entryPoints: ['src/sandbox.ts'] });
if (withNative) await import('./build-native.ts');
