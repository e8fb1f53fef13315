import type { Discovery } from '../../dispatch/backend.ts';
import { LlcError } from '../../dispatch/errors.ts';
import type { Cluster, CommandEnd } from './cluster.ts';
import {
  ALLOWED_WORDS,
  NODE_WORDS,
  PARTITION_WORDS,
  QUEUED_WORDS,
  readAllowedAccounts,
  readPartitions,
} from './partitions.ts';

const LIMIT_MS = 15_000;

/**
 * What the cluster offers a person.
 *
 * @throws LlcError 69 where there is no Slurm, 75 where it does not answer
 */
export async function discoverSlurm(cluster: Cluster, signal: AbortSignal): Promise<Discovery> {
  const run = (words: readonly string[]) => cluster.run(words, { signal, limitMs: LIMIT_MS });
  const [partitions, nodes, queued, allowed, accounts] = await Promise.all([
    run(PARTITION_WORDS),
    run(NODE_WORDS),
    run(QUEUED_WORDS),
    run(ALLOWED_WORDS),
    askAccounts(run),
  ]);
  for (const end of [partitions, nodes])
    if (end.code !== 0)
      throw new LlcError(
        75,
        `Slurm does not tell its partitions: ${end.timedOut ? 'no answer' : end.stderr.trim()}.`,
        'Try again in a minute.',
      );
  const found = readPartitions(partitions.stdout, nodes.stdout, queued.stdout);
  const types = new Set(found.flatMap(({ gpus }) => gpus.map(({ type }) => type)));
  const taken = readAllowedAccounts(allowed.stdout, accounts.names);
  return {
    partitions: found.map((partition) => {
      const mine = taken.get(partition.name);
      return mine === undefined ? partition : { ...partition, accounts: mine };
    }),
    accounts: accounts.names,
    gpuTypes: [...types].map((name) => ({ name, perHour: null })),
    cores: null,
    memoryGb: null,
    maxJobs: accounts.maxJobs,
    budgetLeft: null,
  };
}

export interface Accounts {
  readonly names: readonly string[];
  /** Jobs that a person may have in the queue; null for no limit, or none that is known. */
  readonly maxJobs: number | null;
}

/** Sites without accounting have none. */
async function askAccounts(
  run: (words: readonly string[]) => Promise<CommandEnd>,
): Promise<Accounts> {
  try {
    const user = (await run(['id', '-un'])).stdout.trim();
    const format = 'format=Account,MaxSubmitJobs';
    return readAccounts(
      await run(['sacctmgr', '-nP', 'show', 'assoc', 'where', `user=${user}`, format]),
    );
  } catch {
    return { names: [], maxJobs: null };
  }
}

export function readAccounts({ code, stdout }: Pick<CommandEnd, 'code' | 'stdout'>): Accounts {
  if (code !== 0) return { names: [], maxJobs: null };
  const rows = stdout.split('\n').map((line) => line.split('|'));
  const names = rows.flatMap(([name = '']) => (name === '' ? [] : name));
  const limits = rows.flatMap(([, limit = '']) => (/^\d+$/.test(limit) ? Number(limit) : []));
  return {
    names: [...new Set(names)],
    maxJobs: limits.length === 0 ? null : Math.max(...limits),
  };
}
