/** Who must do something before a job starts. */
export type Who = 'nobody' | 'you' | 'site';

/** Reasons of squeue in words. Names from `slurm/src/common/job_state_reason.c`; a name stands for all that begin with it. */
const REASONS: readonly (readonly [name: string, who: Who, words: string])[] = [
  // Only time is needed.
  ['None', 'nobody', 'just arrived'],
  ['Priority', 'nobody', 'others are before it'],
  ['Resources', 'nobody', 'it is next; nodes are busy'],
  ['BeginTime', 'nobody', 'queued again, may start in a moment'],
  ['JobArrayTaskLimit', 'nobody', 'so many of the sweep run as --max-concurrent allows'],
  ['Licenses', 'nobody', 'licenses are in use'],
  ['Dependency', 'nobody', 'waits for another job'],
  ['Cleaning', 'nobody', 'its last start is being cleaned up'],
  ['Prolog', 'nobody', 'the node is being made ready'],
  ['SchedDefer', 'nobody', 'the scheduler is busy'],
  ['Reservation', 'nobody', 'waits for its reservation'],
  ['QOSMaxWallDurationPerJobLimit', 'you', 'longer than its quality of service allows'],
  ['QOSMaxCpuPerJobLimit', 'you', 'more cores than its quality of service allows a job'],
  ['QOSMaxMemoryPerJob', 'you', 'more memory than its quality of service allows a job'],
  ['QOSMaxGRESPerJob', 'you', 'more GPUs than its quality of service allows a job'],
  ['QOSTimeLimit', 'you', 'longer than its quality of service has left'],
  ['QOSNotAllowed', 'you', 'the partition does not take its quality of service'],
  ['QOS', 'nobody', 'your jobs use what the quality of service allows at once'],
  ['AssocMaxWallDurationPerJobLimit', 'you', 'longer than its account allows'],
  ['AssocMaxCpuPerJobLimit', 'you', 'more cores than its account allows a job'],
  ['AssocMaxMemoryPerJob', 'you', 'more memory than its account allows a job'],
  ['AssociationTimeLimit', 'you', 'the account’s time is used up'],
  ['AssocGrp', 'nobody', 'the account’s jobs use what it may have at once'],
  ['Assoc', 'nobody', 'your jobs use what the account allows at once'],
  ['Grp', 'nobody', 'the account’s jobs use what it may have at once'],
  ['MaxMemPerLimit', 'you', 'more memory a core than the partition allows; --mem-gb or --cpus'],
  // It will never start as it is.
  ['PartitionTimeLimit', 'you', 'longer than the partition allows; --timeout-min'],
  ['PartitionNodeLimit', 'you', 'more nodes than the partition allows'],
  ['DependencyNeverSatisfied', 'you', 'the job it waits for has failed'],
  ['JobHeldUser', 'you', 'held by you: scontrol release'],
  ['JobHoldMaxRequeue', 'you', 'held after too many starts: scontrol release'],
  ['BadConstraints', 'you', 'no node has what it asks for; --slurm-constraint'],
  ['InvalidAccount', 'you', 'its account is not valid any more; --slurm-account'],
  ['InvalidQOS', 'you', 'its quality of service is not valid any more; --slurm-qos'],
  ['AccountNotAllowed', 'you', 'the partition does not take its account; --slurm-account'],
  ['QOSUsageThreshold', 'you', 'its quality of service is used up; --slurm-qos'],
  ['job requeued in held state', 'you', 'held after a failed start: scontrol release'],
  ['launch failed requeued held', 'you', 'held after a failed start: scontrol release'],
  ['JobHeldAdmin', 'site', 'held by an administrator'],
  ['PartitionDown', 'site', 'the partition is down'],
  ['PartitionInactive', 'site', 'the partition is not active'],
  ['ReqNodeNotAvail', 'site', 'the nodes it needs are down, drained or reserved'],
  ['Nodes required for job are DOWN', 'site', 'the nodes it needs are down, drained or reserved'],
  ['NodeDown', 'site', 'a node it needs is down'],
  ['BurstBuffer', 'site', 'the burst buffer fails'],
  ['FrontEndDown', 'site', 'the front end is down'],
  ['SystemFailure', 'site', 'Slurm has a trouble'],
];

const MUST_ACT: Readonly<Record<Who, string>> = {
  nobody: '',
  you: ' — you must act',
  site: ' — the site must act',
};

/** A reason in words, with Slurm's own name for it; an unknown one as it is. */
export function pendingReason(reason: string): { readonly who: Who; readonly text: string } {
  // Longer names first: some begin with others.
  const plain = reason.replace(/^\(|\)$/g, '').trim();
  const found = BY_LENGTH.find(([name]) => plain.toLowerCase().startsWith(name.toLowerCase()));
  if (found === undefined) return { who: 'nobody', text: plain === '' ? 'waits' : plain };
  const [, who, words] = found;
  return { who, text: `${words}${MUST_ACT[who]} (${plain})` };
}

const BY_LENGTH = REASONS.toSorted(([one], [other]) => other.length - one.length);
