import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RUN_FILES, runDir } from './layout.ts';
import { type Manifest, sha256Of } from './manifest.ts';
import { publishFolder } from './publish-folder.ts';
import { stagedName, stagingDir } from './staging.ts';

/**
 * Writes a run whole: its files in a folder elsewhere on the same file system, the manifest last, then
 * one rename to `runs/<run_id>/`. A run that has the name stays until then and is replaced whole.
 *
 * @param files - by name; the manifest is made from them.
 * @returns the run's folder.
 */
export async function writeRun(
  { runsDir, storeDir }: { readonly runsDir: string; readonly storeDir: string },
  runId: string,
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<string> {
  const staging = await stagingDir(runsDir, storeDir);
  const staged = join(staging, stagedName(runId, 'new'));
  try {
    await mkdir(staged);
    for (const [name, content] of Object.entries(files)) {
      await writeDurable(join(staged, name), content);
    }
    await writeDurable(join(staged, RUN_FILES.manifest), manifestText(runId, files));
    const path = runDir(runsDir, runId);
    await publishFolder(staged, path, () => join(staging, stagedName(runId, 'old')));
    return path;
  } catch (error) {
    await rm(staged, { recursive: true, force: true });
    throw error;
  }
}

function manifestText(runId: string, files: Readonly<Record<string, Uint8Array | string>>): string {
  const manifest: Manifest = {
    run_id: runId,
    files: Object.fromEntries(
      Object.entries(files).map(([name, content]) => [
        name,
        { sha256: sha256Of(content), bytes: Buffer.byteLength(content) },
      ]),
    ),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** On the disc before the rename is: after a power cut a name must not stand for missing bytes. */
async function writeDurable(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}
