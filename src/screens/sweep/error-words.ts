import type { ErrorType } from '../../dispatch/job/words.ts';

/** The word of a failure where there is room for one: at most ten columns. */
export const ERROR_WORDS: Readonly<Record<ErrorType, string>> = {
  oom: 'OOM',
  timeout: 'timeout',
  stalled: 'stalled',
  silent: 'silent',
  lost: 'lost',
  crash: 'crash',
  preempted: 'preempted',
  node_failure: 'node died',
  diverged: 'diverged',
  schema: 'schema',
  config: 'config',
  auth: 'auth',
  billing: 'billing',
  permission: 'permission',
  throttled: 'throttled',
  unavailable: 'unavail.',
  image: 'image',
  disk_full: 'disk full',
  cancelled_by_site: 'by site',
  internal: 'internal',
};
