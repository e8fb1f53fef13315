import { localBackend } from '../backends/local/local-backend.ts';
import { modalBackend } from '../backends/modal/modal-backend.ts';
import { workerBundle } from '../dispatch/artifacts/code-version.ts';
import type { Backend } from '../dispatch/backend.ts';
import type { RunOptions } from '../dispatch/config/run-options.ts';
import { LlcError } from '../dispatch/errors.ts';

/** The place where jobs run, as the options say. The one line a backend is registered with. */
const BACKENDS: Record<
  RunOptions['backend'],
  ((options: RunOptions, runsDir: string) => Backend) | null
> = {
  local: (options, runsDir) =>
    localBackend({
      workerPath: workerBundle(),
      runsDir,
      cpus: options.cpus,
      ...(options.workers === null ? {} : { workers: options.workers }),
    }),
  submitit: null,
  modal: (_, runsDir) => modalBackend({ runsDir }),
};

/** @throws LlcError 69 for a backend that this version does not have */
export function chooseBackend(options: RunOptions, runsDir: string): Backend {
  const create = BACKENDS[options.backend];
  if (create) return create(options, runsDir);
  throw new LlcError(
    69,
    `This version of llc has no ${options.backend} backend.`,
    'Use --backend=local, which runs the jobs on this machine.',
  );
}
