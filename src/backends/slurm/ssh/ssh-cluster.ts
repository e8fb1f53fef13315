import { LlcError } from '../../../dispatch/errors.ts';
import type { Cluster, WorkerProgram } from '../cluster.ts';
import { gpuLibraryThere } from './gpu-library-there.ts';
import { learnFacts } from './host-facts.ts';
import { newsFetcher } from './news-fetcher.ts';
import { programThere } from './program-there.ts';
import { publishFiles } from './publish-files.ts';
import {
  type HereDirs,
  pathThere,
  type RemoteLayout,
  remoteLayout,
  remoteRoot,
} from './remote-layout.ts';
import { runWords } from './run-words.ts';
import { type SshHostOptions, sshLink } from './ssh-link.ts';
import { sshStorage } from './ssh-storage.ts';
import { sweepNameThere } from './sweep-there.ts';
import { untilAborted } from './until-aborted.ts';

export interface SshClusterOptions extends SshHostOptions, HereDirs {
  /** Default `~/llc`. */
  readonly remoteDir?: string;
  /** The Node of compute nodes. Default: what a login shell there finds, else a copy of ours. */
  readonly remoteNode?: string;
  /** The built worker. */
  readonly workerPath: string;
}

/** A cluster whose login node is behind ssh. */
export function sshCluster(options: SshClusterOptions): Cluster {
  const { host, remoteDir = '~/llc', remoteNode, sweepDir, workerPath } = options;
  const to = sshLink(options);
  const facts = once((signal) => learnFacts(to, signal));
  let root = remoteDir.startsWith('/') ? remoteRoot(remoteDir, '/') : null;
  let known: RemoteLayout | null = null;
  const layoutAt = (dir: string): RemoteLayout => {
    known ??= remoteLayout(dir, sweepNameThere(sweepDir));
    return known;
  };
  const layout = async (signal: AbortSignal): Promise<RemoteLayout> => {
    root ??= remoteRoot(remoteDir, (await facts(signal)).home);
    return layoutAt(root);
  };
  const program = once<WorkerProgram>(async (signal) =>
    programThere(
      to,
      await layout(signal),
      await facts(signal),
      workerPath,
      remoteNode ?? null,
      signal,
    ),
  );
  const gpuLibrary = once(async (signal) =>
    gpuLibraryThere(to, await layout(signal), await facts(signal), signal),
  );
  return {
    host,
    async run(words, { signal, limitMs }) {
      const [{ environment }] = await Promise.all([facts(signal), layout(signal)]);
      return runWords(to, words, environment, { signal, limitMs });
    },
    program,
    lendGpuLibrary: gpuLibrary,
    pathOf(path) {
      if (root !== null) return pathThere(path, options, layoutAt(root));
      throw new LlcError(
        75,
        `Where ${remoteDir} is on ${host} is known once it has been reached.`,
        'It is tried again.',
      );
    },
    publish: async (paths, signal) =>
      publishFiles(to, paths, options, await layout(signal), signal),
    fetchNews: newsFetcher(to, sweepDir, async (signal) => (await layout(signal)).sweep),
    storage: sshStorage(to, layout),
    close: () => to.close(),
  };
}

/** Runs that lie on a host, without a sweep: for `pull-runs` and `clean --remote`. */
export function sshRuns(options: SshHostOptions & { readonly remoteDir?: string }) {
  const to = sshLink(options);
  const { remoteDir = '~/llc' } = options;
  const facts = once((signal) => learnFacts(to, signal));
  return {
    storage: sshStorage(to, async (signal) =>
      remoteLayout(remoteRoot(remoteDir, (await facts(signal)).home), ''),
    ),
    close: () => to.close(),
  };
}

/** Learnt by the first call that succeeds; those who ask meanwhile wait for it. */
function once<T>(learn: (signal: AbortSignal) => Promise<T>): (signal: AbortSignal) => Promise<T> {
  let known: { readonly value: T } | null = null;
  let asking: Promise<T> | null = null;
  return async (signal) => {
    for (;;) {
      signal.throwIfAborted();
      if (known !== null) return known.value;
      if (asking === null) {
        asking = learn(signal);
        try {
          known = { value: await asking };
        } finally {
          asking = null;
        }
      } else {
        // The one who asks may have been called off: then this one asks.
        await untilAborted(asking, signal).catch((error) => {
          if (error instanceof LlcError) throw error;
        });
      }
    }
  };
}
