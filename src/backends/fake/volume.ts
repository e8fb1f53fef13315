import { RUN_FILES } from '../../dispatch/artifacts/layout.ts';
import { type Manifest, sha256Of } from '../../dispatch/artifacts/manifest.ts';
import type { StoredRun } from '../../dispatch/backend.ts';

/** Finished runs that lie at the place. */
export interface Volume {
  /** Puts a run there, its manifest made from the files. */
  store(runId: string, files: Readonly<Record<string, Uint8Array | string>>, at: number): void;
  list(): readonly StoredRun[];
  /** The files of a run by name, its manifest among them; null if it is not there. */
  filesOf(runId: string): ReadonlyMap<string, Uint8Array> | null;
  remove(runId: string): void;
}

export function volume(): Volume {
  const runs = new Map<string, { files: ReadonlyMap<string, Uint8Array>; at: number }>();
  return {
    store(runId, contents, at) {
      const files = new Map(
        Object.entries(contents).map(([name, content]) => [name, Buffer.from(content)]),
      );
      const manifest: Manifest = {
        run_id: runId,
        files: Object.fromEntries(
          [...files].map(([name, bytes]) => [
            name,
            { sha256: sha256Of(bytes), bytes: bytes.length },
          ]),
        ),
      };
      files.set(RUN_FILES.manifest, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
      runs.set(runId, { files, at });
    },
    list: () =>
      [...runs].map(([runId, { files, at }]) => ({
        runId,
        bytes: [...files.values()].reduce((sum, { length }) => sum + length, 0),
        modified: new Date(at).toISOString(),
      })),
    filesOf: (runId) => runs.get(runId)?.files ?? null,
    remove: (runId) => {
      runs.delete(runId);
    },
  };
}
