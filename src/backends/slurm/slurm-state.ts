/** What a state of Slurm means for an attempt. */
export type Meaning = 'waits' | 'starts' | 'runs' | 'paused' | 'ends' | 'over';

/** States of `slurm/src/common/slurm_protocol_defs.c`; unknown ones count as running, since no state ends a job by surprise. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  PENDING: 'waits',
  REQUEUED: 'waits',
  REQUEUE_FED: 'waits',
  /** No ends: a person, or the site, lets them go on. */
  REQUEUE_HOLD: 'waits',
  SPECIAL_EXIT: 'waits',
  RESV_DEL_HOLD: 'waits',
  CONFIGURING: 'starts',
  POWER_UP_NODE: 'starts',
  RUNNING: 'runs',
  RESIZING: 'runs',
  SIGNALING: 'runs',
  SUSPENDED: 'paused',
  STOPPED: 'paused',
  COMPLETING: 'ends',
  STAGE_OUT: 'ends',
  COMPLETED: 'over',
  FAILED: 'over',
  TIMEOUT: 'over',
  CANCELLED: 'over',
  PREEMPTED: 'over',
  NODE_FAIL: 'over',
  BOOT_FAIL: 'over',
  DEADLINE: 'over',
  OUT_OF_MEMORY: 'over',
  REVOKED: 'over',
  LAUNCH_FAILED: 'over',
  RECONFIG_FAIL: 'over',
};

export function meaningOf(state: string): Meaning {
  return MEANINGS[state] ?? 'runs';
}
