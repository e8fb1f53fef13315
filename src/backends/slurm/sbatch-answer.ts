import type { ErrorType } from '../../dispatch/job/words.ts';
import type { CommandEnd } from './cluster.ts';

/** What sbatch made of a script. */
export type SbatchAnswer =
  | { readonly kind: 'taken'; readonly array: string }
  /** No more jobs now, though fewer might go. */
  | { readonly kind: 'full'; readonly said: string; readonly isCertain: boolean }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** Slurm may have taken it all the same. */
  | { readonly kind: 'unclear'; readonly said: string };

export interface Refusal {
  readonly errorType: ErrorType;
  /** Slurm's own words. */
  readonly said: string;
  readonly next: string;
}

/** Words of slurmctld and what they mean, the first that fits. From `slurm/src/common/slurm_errno.c`, 22.05 to 24.11. */
const REFUSALS: readonly (readonly [words: RegExp, errorType: ErrorType, next: string])[] = [
  [
    /invalid partition name/i,
    'config',
    'Name one of the cluster’s partitions with --slurm-partition; llc doctor lists them.',
  ],
  [
    /invalid account or account\/partition combination/i,
    'config',
    'Name an account of yours with --slurm-account, and a partition that it may use; llc doctor lists them.',
  ],
  [/invalid account/i, 'config', 'Name an account of yours with --slurm-account.'],
  [
    /invalid qos/i,
    'config',
    'Name a quality of service that the account has with --slurm-qos, or leave it out.',
  ],
  [
    /time limit (is invalid|specification|exceed)|exceeds? .*time limit|invalid time limit/i,
    'config',
    'Ask for less with --timeout-min, or for a partition or quality of service that allows it.',
  ],
  [
    /node configuration is not available|nodes? (count|configuration)|more processors requested|memory (specification|required) /i,
    'config',
    'No node of the partition has what a job asks for: use less with --cpus or --mem-gb, or another partition or --slurm-constraint.',
  ],
  [
    /invalid feature|invalid node name/i,
    'config',
    'No node has such a feature or name: change --slurm-constraint or --slurm-extra.',
  ],
  [
    /invalid (generic resource|gres|trestype)/i,
    'config',
    'The cluster knows no such GPU; llc doctor lists those of each partition.',
  ],
  [
    /job array/i,
    'config',
    'The site allows no such array; ask its administrators about MaxArraySize.',
  ],
  [
    /violates accounting\/qos policy|qos\w*limit|assoc\w*limit|maxwall|max\w*per(job|user|node|account)/i,
    'config',
    'A job asks for more than your account or quality of service allows: use less, or another --slurm-account or --slurm-qos.',
  ],
  [
    /partition .*(not available|down|inactive)|required partition not available|draining partition/i,
    'unavailable',
    'The partition takes no jobs now: use another with --slurm-partition, or try later.',
  ],
  [
    /access\/permission denied|user not (found|permitted)|user's group not permitted|not permitted to use/i,
    'permission',
    'Slurm does not let you: use another partition or account, or ask the site.',
  ],
  [
    /protocol authentication|munge|authentication/i,
    'auth',
    'The login node cannot show Slurm who you are: tell the site that munge fails.',
  ],
  [
    /unrecognized option|\binvalid\b|ambiguous|unexpected/i,
    'config',
    'Look at --slurm-extra and the other --slurm flags.',
  ],
];

/** Limits on how many jobs may stand in the queue: as some end, others may come. */
const FULL =
  /(max|grp)submit\w*|maximum job count|slurm temporarily unable to accept job|job count limit/i;

/** Words for such a limit and for others alike; newer versions say before them which it is. */
const PERHAPS_FULL = /job submit limit/i;
const NAMED_LIMIT = /(QOS|Assoc)(Max|Grp)\w+/;

/** The request may have arrived. */
const UNCLEAR =
  /socket timed out|unable to contact slurm controller|connection (refused|reset|timed out)|zero bytes were transmitted|transport endpoint|communication|slurmctld.*(busy|not responding)|controller not responding|insane message|unexpected message/i;

export function readSbatch({ code, stdout, stderr, timedOut }: CommandEnd): SbatchAnswer {
  // `--parsable`: the number, then perhaps the cluster's name.
  const array = /^(\d+)(;.*)?$/m.exec(stdout)?.[1];
  if (code === 0 && array !== undefined) return { kind: 'taken', array };
  const said = wordsOf(stderr);
  if (timedOut || code === null || code === 0 || UNCLEAR.test(said))
    return { kind: 'unclear', said: timedOut ? 'sbatch gave no answer in time' : said };
  if (FULL.test(said)) return { kind: 'full', said, isCertain: true };
  if (PERHAPS_FULL.test(said) && !NAMED_LIMIT.test(said))
    return { kind: 'full', said, isCertain: false };
  return { kind: 'refused', refusal: refusalOf(said) };
}

/** What such words of sbatch mean. */
export function refusalOf(said: string): Refusal {
  const found = REFUSALS.find(([words]) => words.test(said));
  if (found === undefined)
    return { errorType: 'unavailable', said, next: 'The words are Slurm’s own; ask the site.' };
  const [, errorType, next] = found;
  return { errorType, said, next };
}

/** Without the program's name before each line, in one line. */
export function wordsOf(stderr: string): string {
  return stderr
    .split('\n')
    .map((line) =>
      line
        .replace(/^(sbatch: (error: )?|allocation failure: )/, '')
        .replace('Batch job submission failed: ', '')
        .trim(),
    )
    .filter((line) => line !== '')
    .join(' ');
}
