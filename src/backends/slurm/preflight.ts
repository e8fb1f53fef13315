import type { Preflight, PreflightRequest } from '../../dispatch/backend.ts';
import { LlcError } from '../../dispatch/errors.ts';
import { unservedMode } from '../../dispatch/gpu/served-modes.ts';
import type { ErrorType } from '../../dispatch/job/words.ts';
import type { Cluster } from './cluster.ts';
import { NODE_WORDS, PARTITION_WORDS, readPartitions } from './partitions.ts';
import { readSbatch, refusalOf, wordsOf } from './sbatch-answer.ts';
import { asWords, resourceOptions, type SlurmOptions } from './sbatch-options.ts';

const LIMIT_MS = 20_000;

/** A login node cannot tell. */
const GPU_NOTE =
  'Whether a compute node’s GPU can be reached by Vulkan is told by its first job; llc doctor --backend=slurm tries one.';

/** Seconds: is Slurm there, does it know the partition, would it take such a job, can runs be written? */
export async function preflightSlurm(
  { jobs, resources }: PreflightRequest,
  cluster: Cluster,
  options: SlurmOptions,
  runsDir: string,
  signal: AbortSignal,
): Promise<Preflight> {
  const unserved = unservedMode(jobs, resources);
  if (unserved !== null) return unserved;
  const run = (words: readonly string[]) => cluster.run(words, { signal, limitMs: LIMIT_MS });
  try {
    const words = asWords(resourceOptions(resources, options));
    const found = await run(PARTITION_WORDS);
    if (found.code !== 0)
      return refused(
        'unavailable',
        `Slurm does not answer: ${found.timedOut ? 'no word in time' : found.stderr.trim()}.`,
        'Try again when its controller is back; llc doctor tells.',
      );
    const isGpu = resources.gpuMode !== 'off';
    const nodes = isGpu ? (await run(NODE_WORDS)).stdout : '';
    const partitions = readPartitions(found.stdout, nodes, '');
    const { partition } = options;
    const names = partition?.split(',') ?? [];
    const unknown = names.filter((name) => !partitions.some((one) => one.name === name));
    if (unknown.length > 0)
      return refused(
        'config',
        `Slurm has no partition ${unknown.join(', ')}.`,
        `Name one of ${partitions.map(({ name }) => name).join(', ')} with --slurm-partition.`,
      );

    const tried = await run(['sbatch', '--test-only', ...words, '--wrap=true']);
    if (tried.code !== 0) {
      const answer = readSbatch(tried);
      const said = wordsOf(tried.stderr);
      if (answer.kind === 'unclear')
        return refused('unavailable', `Slurm does not answer: ${said}.`, 'Try again in a minute.');
      // A full queue has room later.
      if (answer.kind !== 'full' || !answer.isCertain) {
        const { errorType, next } = refusalOf(said);
        return refused(
          errorType,
          `Slurm would refuse such a job: ${said}.`,
          isGpu ? `It asks for a GPU: ${gpusText(partitions)}. ${next}` : next,
        );
      }
    }
    const dir = cluster.pathOf(runsDir);
    const writable = await run(['sh', '-c', 'mkdir -p "$1" && [ -w "$1" ]', 'sh', dir]);
    if (writable.code !== 0)
      return refused(
        'permission',
        `Runs cannot be written to ${dir}: ${writable.stderr.trim() || 'no right to write'}.`,
        'Free space there, or name another place with --runs-dir, on a file system that compute nodes see.',
      );
    await cluster.program(signal);
    if (isGpu) await cluster.lendGpuLibrary(signal);
    const starts = /to start at (\S+)/.exec(tried.stderr)?.[1];
    const closed = partitions.filter(({ name, note }) => names.includes(name) && note !== '');
    return {
      ok: true,
      notes: [
        ...(isGpu ? [GPU_NOTE] : []),
        ...closed.map(({ name, note }) => `partition ${name} ${note}`),
        ...(starts === undefined || jobs.length === 0
          ? []
          : [`Slurm thinks that a first job would start at ${starts} (UTC)`]),
      ],
    };
  } catch (error) {
    if (signal.aborted || !(error instanceof LlcError)) throw error;
    return refused(error.code === 78 ? 'config' : 'unavailable', error.message, error.hint);
  }
}

/** `gpu has a100; big has h100, l40s`. */
function gpusText(partitions: ReturnType<typeof readPartitions>): string {
  const having = partitions
    .filter(({ gpus }) => gpus.length > 0)
    .map(({ name, gpus }) => `${name} has ${gpus.map(({ type }) => type).join(', ')}`);
  return having.length === 0 ? 'no partition has any' : having.join('; ');
}

function refused(errorType: ErrorType, error: string, hint: string): Preflight {
  return { ok: false, failure: { stage: 'preflight', errorType, error, traceback: '' }, hint };
}
