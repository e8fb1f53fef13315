import { isMainThread, parentPort } from 'node:worker_threads';
import { serveThread } from './compute/engines/threaded.ts';
import { AttemptWork } from './dispatch/work/attempt.ts';
import { incarnationOf } from './dispatch/work/incarnation.ts';
import { loadNativeKernels } from './dispatch/work/load-native-kernels.ts';
import { VERSION } from './version.ts';

/** What the death of a machine costs at most. */
const CHECKPOINT_SECONDS = 600;

// One bundled file is both the program of a job (its argument is the attempt's folder) and, started again
// as a thread of it, the program of an engine's thread.
if (isMainThread) await work(process.argv[2]);
else serve();

async function work(dir: string | undefined): Promise<void> {
  if (dir === undefined) {
    process.stderr.write('usage: node worker.js ATTEMPT_DIR\n');
    process.exit(64);
  }
  const incarnation = incarnationOf(process.env['LLC_INCARNATION']);
  if (incarnation === null) {
    process.stderr.write('LLC_INCARNATION is how often this attempt was started before: 0, 1, …\n');
    process.exit(64);
  }
  const stop = new AbortController();
  // SIGUSR2: the process will be ended soon, and started again.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGUSR2'] as const) {
    process.on(signal, () => stop.abort(signal));
  }
  // A worker outlives the terminal that its dispatcher was started from, and whoever reads its log.
  process.on('SIGHUP', () => {});
  process.stdout.on('error', () => {});

  const attempt = new AttemptWork(dir, {
    stop: stop.signal,
    incarnation,
    checkpointEvery: CHECKPOINT_SECONDS,
    threadEntry: new URL(import.meta.url),
    version: VERSION,
    clock: () => performance.now() / 1000,
    log: (line) => process.stdout.write(`${new Date().toISOString()} ${line}\n`),
  });
  process.on('uncaughtException', async (error) => process.exit(await attempt.fail(error)));
  // Also ends what an engine or a timer would keep alive.
  process.exit(await attempt.run());
}

function serve(): void {
  const port = parentPort;
  if (port === null) throw new Error('a thread has a port to its parent');
  const link = {
    send: (message: unknown) => port.postMessage(message),
    onMessage: (handler: (message: unknown) => void) => void port.on('message', handler),
  };
  serveThread(link, loadNativeKernels(new URL(import.meta.url)));
}
