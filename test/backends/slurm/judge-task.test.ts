import { describe, expect, test } from 'vitest';
import type { EndMark } from '../../../src/backends/slurm/end-mark.ts';
import {
  type Evidence,
  judge,
  PATIENCE,
  type Standing,
} from '../../../src/backends/slurm/judge-task.ts';
import type { QueueRow } from '../../../src/backends/slurm/squeue.ts';

const row = (state: string, more: Partial<QueueRow> = {}): QueueRow => ({
  task: '7_1',
  state,
  reason: 'None',
  start: 1_000_000,
  end: null,
  nodes: 'c1',
  ...more,
});
const mark = (more: Partial<EndMark> = {}): EndMark => ({
  state: 'ended',
  code: 0,
  cause: '',
  job: '9',
  node: 'c1',
  gpus: '',
  began: 1000,
  ended: 1010,
  ...more,
});
const NOTHING: Evidence = {
  hasResult: false,
  mark: null,
  row: null,
  rowIsNew: true,
  trouble: null,
  missingForMs: null,
  vanishedWaiting: false,
  endingForMs: null,
  accountsAsked: false,
  cancelled: false,
};
const LONG = 3_600_000;

/** What is known, and where the attempt stands then. */
const CASES: readonly (readonly [string, Partial<Evidence>, Partial<Standing>])[] = [
  ['a result and the end of its script', { hasResult: true, mark: mark() }, { kind: 'finished' }],
  [
    'a result is the truth, whatever Slurm says',
    { hasResult: true, row: row('FAILED') },
    { kind: 'finished' },
  ],
  [
    'a result of a job that still runs',
    { hasResult: true, row: row('RUNNING') },
    { kind: 'finishing' },
  ],
  ['… for long', { hasResult: true, row: row('RUNNING'), endingForMs: LONG }, { kind: 'finished' }],
  ['a result of a job that Slurm has forgotten', { hasResult: true }, { kind: 'finished' }],

  [
    'a worker that ended by itself',
    { mark: mark({ code: 3 }), row: row('RUNNING') },
    { kind: 'failed' },
  ],
  ['… well, its result on its way', { mark: mark(), endingForMs: 0 }, { kind: 'ending' }],
  ['… which does not come', { mark: mark(), endingForMs: LONG }, { kind: 'failed' }],
  [
    'one that was ended, Slurm not yet asked why',
    { mark: mark({ code: 143 }), rowIsNew: false },
    { kind: 'ending', ask: true },
  ],
  [
    '… and queued again by Slurm',
    { mark: mark({ code: 143 }), row: row('PENDING') },
    { kind: 'queued' },
  ],
  [
    '… and started again by Slurm',
    { mark: mark({ code: 143 }), row: row('RUNNING', { start: 1_020_000 }) },
    { kind: 'alive' },
  ],
  [
    '… of which Slurm does not know yet',
    { mark: mark({ code: 143 }), row: row('RUNNING') },
    { kind: 'ending', ask: true },
  ],
  ['… at its limit', { mark: mark({ code: 143 }), row: row('TIMEOUT') }, { kind: 'failed' }],
  [
    '… for lack of memory',
    { mark: mark({ code: 137 }), row: row('OUT_OF_MEMORY') },
    { kind: 'failed' },
  ],
  [
    '… by somebody',
    { mark: mark({ code: 143, cause: 'terminated' }), row: row('CANCELLED') },
    { kind: 'gone' },
  ],
  [
    '… by this sweep',
    { mark: mark({ code: 143 }), row: row('CANCELLED'), cancelled: true },
    { kind: 'failed' },
  ],
  [
    '… and is being cleaned up',
    { mark: mark({ code: 143 }), row: row('COMPLETING'), cancelled: true },
    { kind: 'ending', ask: true },
  ],
  [
    '… and Slurm never answers',
    { mark: mark({ code: 143 }), rowIsNew: false, endingForMs: LONG },
    { kind: 'failed' },
  ],
  [
    'one that saved its state where queueing again is forbidden',
    { mark: mark({ state: 'checkpointed', code: 85 }), row: row('RUNNING') },
    { kind: 'failed' },
  ],
  [
    'one that asked to be queued again a moment ago',
    { mark: mark({ state: 'requeued', code: 85 }), rowIsNew: false, row: row('RUNNING') },
    { kind: 'queued' },
  ],
  [
    '… and waits',
    { mark: mark({ state: 'requeued', code: 85 }), row: row('PENDING', { reason: 'BeginTime' }) },
    { kind: 'queued', reason: 'BeginTime' },
  ],
  [
    '… and waits, and Slurm has not said for what',
    { mark: mark({ state: 'requeued', code: 85 }), row: row('PENDING', { reason: 'None' }) },
    { kind: 'queued', reason: 'BeginTime' },
  ],
  [
    '… and runs again',
    { mark: mark({ state: 'requeued', code: 85 }), row: row('RUNNING') },
    { kind: 'alive' },
  ],

  [
    'a job that waits',
    { row: row('PENDING', { reason: 'Priority' }) },
    { kind: 'queued', reason: 'Priority' },
  ],
  [
    'one that is held after a requeue: no end',
    { row: row('REQUEUE_HOLD') },
    { kind: 'queued', reason: 'job requeued in held state' },
  ],
  ['one that is suspended: no end', { row: row('SUSPENDED') }, { kind: 'paused' }],
  ['one that runs', { row: row('RUNNING') }, { kind: 'alive' }],
  ['one in a state of tomorrow’s Slurm', { row: row('TELEPORTING') }, { kind: 'alive' }],
  ['one whose node is being made ready', { row: row('CONFIGURING') }, { kind: 'alive' }],
  ['one that is being cleaned up', { row: row('COMPLETING') }, { kind: 'ending' }],
  ['one whose node failed', { row: row('NODE_FAIL'), endingForMs: 1000 }, { kind: 'ending' }],
  [
    '… and that left no word',
    { row: row('NODE_FAIL'), endingForMs: PATIENCE.endingMs },
    { kind: 'failed' },
  ],
  [
    'one that ended well has left a word, which may come late',
    { row: row('COMPLETED'), endingForMs: PATIENCE.endingMs },
    { kind: 'ending' },
  ],
  ['… or not at all', { row: row('COMPLETED'), endingForMs: PATIENCE.goneMs }, { kind: 'failed' }],
  [
    'one that was cancelled while it waited',
    { row: row('CANCELLED', { nodes: '' }) },
    { kind: 'gone' },
  ],
  [
    '… by whom, the accounts do not know',
    { row: row('CANCELLED', { nodes: '' }), accountsAsked: true },
    { kind: 'failed' },
  ],
  [
    '… by this sweep',
    { row: row('CANCELLED', { nodes: '' }), cancelled: true },
    { kind: 'failed' },
  ],

  ['one that squeue does not show', { missingForMs: 0 }, { kind: 'ending' }],
  ['… for long', { missingForMs: PATIENCE.goneMs }, { kind: 'gone' }],
  [
    '… nor the accounts',
    { missingForMs: PATIENCE.goneMs, accountsAsked: true },
    { kind: 'failed' },
  ],
  [
    'one that was taken out of the queue',
    { missingForMs: PATIENCE.endingMs, vanishedWaiting: true },
    { kind: 'gone' },
  ],
  [
    '… by this sweep',
    { missingForMs: 0, vanishedWaiting: true, cancelled: true },
    { kind: 'failed' },
  ],
  [
    'a controller that is down',
    { rowIsNew: false, trouble: 'squeue does not answer.' },
    { kind: 'unknown', reason: 'squeue does not answer.' },
  ],
  ['nobody asked yet', { rowIsNew: false }, { kind: 'unknown' }],
];

describe('where an attempt stands:', () => {
  test.each(CASES)('%s', (_, evidence, standing) => {
    expect(judge({ ...NOTHING, ...evidence })).toMatchObject(standing);
  });
});
