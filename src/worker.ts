import { isMainThread, parentPort } from 'node:worker_threads';
import { serveThread } from './compute/engines/threaded.ts';
import { GPU_QUESTION, reportGpu } from './dispatch/gpu/gpu-report.ts';
import { GPU_TURN } from './dispatch/gpu/take-gpu.ts';
import { AttemptWork } from './dispatch/work/attempt.ts';
import { incarnationOf } from './dispatch/work/incarnation.ts';
import { loadNativeKernels } from './dispatch/work/load-native-kernels.ts';
import { VERSION } from './version.ts';

/** What the death of a machine costs at most. */
const CHECKPOINT_SECONDS = 600;

// One bundled file is the program of a job (its argument is the attempt's folder), of a look for a GPU and, started
// again as a thread of a job, of an engine's thread.
if (!isMainThread) serve();
else if (process.argv[2] === GPU_QUESTION) await tellOfGpu();
else await work(process.argv[2]);

async function work(dir: string | undefined): Promise<void> {
  if (dir === undefined) {
    process.stderr.write(`usage: node worker.js ATTEMPT_DIR | ${GPU_QUESTION}\n`);
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
    gpuTurn: process.env[GPU_TURN] ?? null,
    // Slurm's own number first: the other counts only what the job can see.
    gpusGiven: process.env['SLURM_JOB_GPUS'] || process.env['CUDA_VISIBLE_DEVICES'] || null,
    version: VERSION,
    clock: () => performance.now() / 1000,
    log: (line) => process.stdout.write(`${new Date().toISOString()} ${line}\n`),
  });
  process.on('uncaughtException', async (error) => process.exit(await attempt.fail(error)));
  // Also ends what an engine or a timer would keep alive.
  process.exit(await attempt.run());
}

/** Prints a line of JSON for who asks (`readGpuReport`). */
async function tellOfGpu(): Promise<void> {
  const report = await reportGpu();
  process.stdout.write(`${JSON.stringify(report)}\n`);
  process.exit(report.adapter === null ? 69 : 0);
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
