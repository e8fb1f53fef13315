import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { BUNDLE } from '../../../scripts/bundle-options.ts';

/** The stand-in worker as one file, for an image; built once a test file and removed after it. */
export async function bundleStandIn(): Promise<{ workerPath: string; sandboxPath: string }> {
  const dir = mkdtempSync(join(tmpdir(), 'llc-stand-in-'));
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
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
