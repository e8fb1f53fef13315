import { LlcError } from '../../dispatch/errors.ts';
import { adapterText } from '../../dispatch/gpu/gpu-adapter.ts';
import { GPU_QUESTION, readGpuReport } from '../../dispatch/gpu/gpu-report.ts';
import type { Cluster } from './cluster.ts';
import { discoverSlurm } from './discover.ts';
import { slurmHealth } from './health.ts';
import { type SlurmOptions, sharedOptions } from './sbatch-options.ts';

/** One thing that was looked at. */
export interface SlurmFinding {
  readonly what: string;
  readonly state: 'well' | 'note' | 'wrong';
  readonly found: string;
  /** What to do about it; empty where all is well. */
  readonly remedy: string;
}

const LIMIT_MS = 20_000;
/** How long a try on a node waits for one, seconds. */
const NODE_WAIT_S = 20;

/**
 * Looks at what a sweep needs of Slurm, up to the first thing without which the rest cannot be told. The last one is a
 * job of a moment: only a node can tell what it sees.
 *
 * @param dir - the working directory, absolute
 */
export async function examineSlurm(
  cluster: Cluster,
  options: SlurmOptions,
  dir: string,
  signal: AbortSignal,
): Promise<readonly SlurmFinding[]> {
  const findings: SlurmFinding[] = [];
  try {
    const version = await cluster.run(['sbatch', '--version'], { signal, limitMs: LIMIT_MS });
    findings.push(well('Slurm', version.stdout.trim()));
    const { state, text } = await slurmHealth(cluster, signal);
    if (state === 'down') {
      const remedy = 'wait until the site has its controller back; jobs go on meanwhile';
      return [...findings, { what: 'controller', state: 'wrong', found: text, remedy }];
    }
    findings.push(well('controller', text));
    findings.push(...(await offerOf(cluster, options, signal)));
    if (findings.some(({ state }) => state === 'wrong')) return findings;
    findings.push(await nodeOf(cluster, options, dir, signal));
    const gpu = await gpuOfNode(cluster, options, signal);
    if (gpu !== null) findings.push(gpu);
  } catch (error) {
    if (!(error instanceof LlcError)) throw error;
    const { message, hint } = error;
    findings.push({ what: 'Slurm', state: 'wrong', found: message, remedy: hint });
  }
  return findings;
}

function well(what: string, found: string): SlurmFinding {
  return { what, state: 'well', found, remedy: '' };
}

async function offerOf(
  cluster: Cluster,
  { partition }: SlurmOptions,
  signal: AbortSignal,
): Promise<readonly SlurmFinding[]> {
  const { partitions, accounts } = await discoverSlurm(cluster, signal);
  const names = partitions.map(({ name, state }) => (state === 'up' ? name : `${name} (${state})`));
  const isThere =
    partition === null ||
    partition.split(',').every((name) => partitions.some((one) => one.name === name));
  const gpus = partitions.flatMap(({ name, gpus: types }) =>
    types.map(({ type, free, total }) => `${name}: ${type} ${free} of ${total} free`),
  );
  return [
    isThere
      ? well('partitions', names.join(', '))
      : {
          what: 'partitions',
          state: 'wrong',
          found: `${partition} is none of ${names.join(', ')}`,
          remedy: 'name one of them with --slurm-partition',
        },
    well('GPUs', gpus.length === 0 ? 'none' : gpus.join('; ')),
    accounts.length > 0
      ? well('accounts', accounts.join(', '))
      : {
          what: 'accounts',
          state: 'note',
          found: 'none are told',
          remedy: 'nothing, if the site keeps no accounts; ends are told by files and by squeue',
        },
  ];
}

/** Tries on a node whether it sees this folder and can run Node. */
async function nodeOf(
  cluster: Cluster,
  options: SlurmOptions,
  dir: string,
  signal: AbortSignal,
): Promise<SlurmFinding> {
  const what = 'a compute node';
  const { node } = await cluster.program(signal);
  const asked = [...sharedOptions(options), '--ntasks=1', '--mem=100M', '--time=1', '--chdir=/'];
  const script =
    'echo "$SLURMD_NODENAME"; [ -w "$1" ] && echo writes || echo blind; "$2" --version 2>&1';
  const end = await cluster.run(
    [
      'srun',
      '--quiet',
      `--immediate=${NODE_WAIT_S}`,
      ...asked,
      'sh',
      '-c',
      script,
      'sh',
      dir,
      node,
    ],
    { signal, limitMs: 1000 * (NODE_WAIT_S + 20) },
  );
  const [name = '', sight = '', version = ''] = end.stdout.trim().split('\n');
  if (name === '')
    return {
      what,
      state: 'note',
      found: `none was free within ${NODE_WAIT_S} s: ${end.stderr.trim().split('\n').at(-1) ?? ''}`,
      remedy: 'try again, or name a partition with --slurm-partition',
    };
  if (sight !== 'writes')
    return {
      what,
      state: 'wrong',
      found: `${name} cannot write into ${dir}`,
      remedy: 'work in a folder that the compute nodes see, such as your home or project directory',
    };
  const major = Number(/^v(\d+)\./.exec(version)?.[1]);
  if (!(major >= OLDEST_NODE))
    return {
      what,
      state: 'wrong',
      found: `${name} cannot run ${node}: ${version}`,
      remedy: `name a Node ${OLDEST_NODE} that the nodes have with --remote-node=PATH`,
    };
  return well(what, `${name} writes here and runs Node ${version.slice(1)}`);
}

/** Tries a node's GPU, in the partition that was named, else in the first that has any; null where none has. */
async function gpuOfNode(
  cluster: Cluster,
  options: SlurmOptions,
  signal: AbortSignal,
): Promise<SlurmFinding | null> {
  const what = 'its GPU';
  const { partitions } = await discoverSlurm(cluster, signal);
  const named = options.partition?.split(',') ?? null;
  const partition = partitions.find(
    ({ name, gpus, state }) =>
      gpus.length > 0 && state === 'up' && (named === null || named.includes(name)),
  );
  if (partition === undefined) return null;
  const { node, worker } = await cluster.program(signal);
  await cluster.lendGpuLibrary(signal);
  const asked = [
    ...sharedOptions({ ...options, partition: partition.name }),
    '--ntasks=1',
    '--gres=gpu:1',
    '--mem=1G',
    '--time=2',
    '--chdir=/',
  ];
  const end = await cluster.run(
    ['srun', '--quiet', `--immediate=${NODE_WAIT_S}`, ...asked, node, worker, GPU_QUESTION],
    { signal, limitMs: 1000 * (NODE_WAIT_S + 60) },
  );
  const { code, stdout, stderr, timedOut } = end;
  const because = timedOut ? 'no answer in time' : code === null ? 'a signal' : `exit code ${code}`;
  const { adapter, refusal } = readGpuReport({ stdout, stderr, end: because });
  return adapter === null
    ? {
        what,
        state: 'note',
        found: `${partition.name}: ${refusal.missing}`,
        remedy: refusal.remedy,
      }
    : well(what, `${partition.name}: ${adapterText(adapter)}`);
}

const OLDEST_NODE = 24;
