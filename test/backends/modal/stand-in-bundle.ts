import { copyFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { BUNDLE } from '../../../scripts/bundle-options.ts';

/** The stand-in worker as one file, for an image; built once a test file. */
export async function bundleStandIn(): Promise<{ workerPath: string; sandboxPath: string }> {
  const dir = mkdtempSync(join(tmpdir(), 'llc-stand-in-'));
  const workerPath = join(dir, 'worker.js');
  await build({
    ...BUNDLE,
    entryPoints: [resolve('test/fixtures/workers/sandbox-stand-in.ts')],
    outfile: workerPath,
  });
  const sandboxPath = join(dir, 'sandbox.js');
  copyFileSync('dist/sandbox.js', sandboxPath);
  return { workerPath, sandboxPath };
}
