import { LlcError } from '../../dispatch/errors.ts';
import type { Cluster } from './cluster.ts';
import { readSacctNames, sacctNameWords } from './sacct.ts';
import type { Submission } from './submissions.ts';

/** A request that nobody has heard of after this time will not arrive any more, milliseconds. */
const MAY_ARRIVE_MS = 20_000;
const LIMIT_MS = 15_000;

/**
 * Looks a submission up by its name, where nobody knows whether Slurm took it: first in the queue, which also remembers
 * what has just ended, then in the accounts.
 *
 * @returns the array's number; null where Slurm certainly has not got it
 * @throws LlcError 75 where that cannot be told now
 */
export async function findSubmission(
  cluster: Cluster,
  { name, madeAt }: Submission,
  signal: AbortSignal,
): Promise<string | null> {
  const asked = { signal, limitMs: LIMIT_MS };
  const words = ['squeue', '-h', '-t', 'all', '--me', `--name=${name}`, '-o', '%F'];
  const queue = await cluster.run(words, asked);
  if (queue.code !== 0) throw cannotTell(name, queue.stderr);
  const array = /^\d+$/m.exec(queue.stdout)?.[0];
  if (array !== undefined) return array;
  const hours = Math.ceil((Date.now() - madeAt) / 3_600_000) + 1;
  const found = await cluster
    .run(sacctNameWords(name, hours), asked)
    .then(readSacctNames, (error) => {
      // Some sites have no sacct at all.
      if (error instanceof LlcError && error.code === 69) return null;
      throw error;
    });
  if (found !== null) return found;
  if (Date.now() - madeAt < MAY_ARRIVE_MS) throw cannotTell(name, 'it may still arrive');
  return null;
}

function cannotTell(name: string, why: string): LlcError {
  return new LlcError(
    75,
    `It is not known whether Slurm has taken ${name}: ${why.trim()}.`,
    'It is looked up again; nothing is submitted twice.',
  );
}
