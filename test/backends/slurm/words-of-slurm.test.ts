import { describe, expect, test } from 'vitest';
import { readAccounts } from '../../../src/backends/slurm/discover.ts';
import { readEndMarkText, readMarkName } from '../../../src/backends/slurm/end-mark.ts';
import {
  readAllowedAccounts,
  readGres,
  readLimit,
  readPartitions,
} from '../../../src/backends/slurm/partitions.ts';
import { pendingReason } from '../../../src/backends/slurm/pending-reason.ts';
import { readSacct, readSacctNames } from '../../../src/backends/slurm/sacct.ts';
import { readSbatch } from '../../../src/backends/slurm/sbatch-answer.ts';
import { meaningOf } from '../../../src/backends/slurm/slurm-state.ts';
import { readSqueue, readTime, squeueWords } from '../../../src/backends/slurm/squeue.ts';

// What commands of Slurm 22.05 said on a real cluster, word for word.

const end = (more: {
  stdout?: string;
  stderr?: string;
  code?: number | null;
  timedOut?: boolean;
}) => ({
  stdout: '',
  stderr: '',
  code: 0,
  timedOut: false,
  ...more,
});
const FAILED = 'sbatch: error: Batch job submission failed: ';

describe('sbatch', () => {
  test.each([
    ['4711\n', '4711'],
    ['4711;cluster\n', '4711'],
  ])('tells the number of what it has taken: %j', (stdout, array) => {
    expect(readSbatch(end({ stdout }))).toEqual({ kind: 'taken', array });
  });

  test.each([
    [
      `sbatch: error: invalid partition specified: nope\n${FAILED}Invalid partition name specified`,
      'config',
      '--slurm-partition',
    ],
    [
      'sbatch: error: invalid partition specified: nope\nallocation failure: Invalid partition name specified',
      'config',
      '--slurm-partition',
    ],
    [
      `${FAILED}Invalid account or account/partition combination specified`,
      'config',
      '--slurm-account',
    ],
    [`${FAILED}Invalid qos specification`, 'config', '--slurm-qos'],
    [
      `${FAILED}Requested time limit is invalid (missing or exceeds some limit)`,
      'config',
      '--timeout-min',
    ],
    [`${FAILED}More processors requested than permitted`, 'config', '--cpus'],
    [`${FAILED}Requested node configuration is not available`, 'config', '--mem-gb'],
    [`${FAILED}Memory required by task is not available`, 'config', '--mem-gb'],
    [`${FAILED}Invalid feature specification`, 'config', '--slurm-constraint'],
    [`${FAILED}Invalid node name specified`, 'config', '--slurm-extra'],
    [`${FAILED}Invalid generic resource (gres) specification`, 'config', 'GPU'],
    [`${FAILED}Invalid job array specification`, 'config', 'MaxArraySize'],
    [
      `sbatch: error: QOSMaxWallDurationPerJobLimit\n${FAILED}Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)`,
      'config',
      '--slurm-qos',
    ],
    [
      `${FAILED}Required partition not available (inactive or drain)`,
      'unavailable',
      '--slurm-partition',
    ],
    [`${FAILED}Access/permission denied`, 'permission', 'ask the site'],
    [`${FAILED}User's group not permitted to use this partition`, 'permission', 'partition'],
    [`${FAILED}Protocol authentication error`, 'auth', 'munge'],
    [
      'sbatch: unrecognized option \'--foo=1\'\nTry "sbatch --help" for more information',
      'config',
      '--slurm-extra',
    ],
    [
      'Invalid time specification (pos=5): 2019-33-1\nsbatch: error: Invalid --begin specification',
      'config',
      '--slurm-extra',
    ],
    [`${FAILED}Some words that nobody has heard before`, 'unavailable', 'ask the site'],
  ])('refuses: %s', (stderr, errorType, next) => {
    const answer = readSbatch(end({ stderr, code: 1 }));
    if (answer.kind !== 'refused') throw new Error(answer.kind);
    expect(answer.refusal.errorType).toBe(errorType);
    expect(answer.refusal.next).toContain(next);
    expect(answer.refusal.said).not.toMatch(/sbatch: error|\n/);
  });

  test.each([
    [
      `sbatch: error: QOSMaxSubmitJobPerUserLimit\n${FAILED}Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)`,
      true,
    ],
    [
      `sbatch: error: AssocMaxSubmitJobLimit\n${FAILED}Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)`,
      true,
    ],
    [`sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying`, true],
    [
      `${FAILED}Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)`,
      false,
    ],
  ])('is full: %s', (stderr, isCertain) => {
    expect(readSbatch(end({ stderr, code: 1 }))).toMatchObject({ kind: 'full', isCertain });
  });

  test.each([
    ['a limit of ours', end({ code: null, timedOut: true })],
    ['a signal', end({ code: null })],
    ['a socket', end({ code: 1, stderr: `${FAILED}Socket timed out on send/recv operation` })],
    [
      'a controller that is away',
      end({ code: 1, stderr: `${FAILED}Unable to contact slurm controller (connect failure)` }),
    ],
    ['no number', end({ stdout: 'Submitted\n' })],
  ])('may have taken it after %s', (_, answer) => {
    expect(readSbatch(answer).kind).toBe('unclear');
  });
});

describe('squeue', () => {
  const STDOUT = [
    '37_1|PENDING|JobArrayTaskLimit|N/A|N/A|',
    '37_0|RUNNING|None|2026-11-26T02:33:02|2026-11-27T02:33:02|c1',
    '16_0|FAILED|NonZeroExitCode|2026-11-26T02:22:08|2026-11-26T02:22:19|c1',
    '38|CANCELLED|JobArrayTaskLimit|2026-11-26T02:33:02|2026-11-26T02:33:02|',
    '',
  ].join('\n');

  test('tells each task by its name', () => {
    const rows = readSqueue(end({ stdout: STDOUT }));
    expect([...rows.keys()]).toEqual(['37_1', '37_0', '16_0', '38']);
    expect(rows.get('37_0')).toEqual({
      task: '37_0',
      state: 'RUNNING',
      reason: 'None',
      start: Date.UTC(2026, 10, 26, 2, 33, 2),
      end: Date.UTC(2026, 10, 27, 2, 33, 2),
      nodes: 'c1',
    });
    expect(rows.get('37_1')).toMatchObject({ start: null, nodes: '' });
  });

  test('has forgotten a job, which is no trouble', () => {
    const stderr = 'slurm_load_jobs error: Invalid job id specified\n';
    expect(readSqueue(end({ stderr, code: 1 })).size).toBe(0);
    expect(readSqueue(end({ stdout: STDOUT, stderr, code: 1 })).size).toBe(4);
  });

  test.each([
    end({
      code: 1,
      stderr: 'slurm_load_jobs error: Unable to contact slurm controller (connect failure)',
    }),
    end({ code: null, timedOut: true }),
    end({ code: 127 }),
  ])('does not answer: %j', (answer) => {
    expect(() => readSqueue(answer)).toThrow(/squeue/);
  });

  test('is one command whatever the number of arrays', () => {
    expect(squeueWords(['7']).slice(-2)).toEqual(['-j', '7']);
    expect(squeueWords(['7', '8']).slice(0, 2)).toEqual(['sh', '-c']);
    expect(squeueWords(Array.from({ length: 21 }, (_, i) => String(i))).at(-1)).toBe('--me');
  });

  test.each(['N/A', 'Unknown', '', '2026-13-45T99:00:00'])('no time: %j', (text) => {
    expect(readTime(text)).toBeNull();
  });

  test('states that are no ends are none', () => {
    for (const state of ['SUSPENDED', 'REQUEUE_HOLD', 'STOPPED', 'SPECIAL_EXIT', 'A_NEW_ONE'])
      expect(meaningOf(state)).not.toBe('over');
  });
});

describe('a reason to wait', () => {
  test.each([
    ['Priority', 'nobody', /others are before it \(Priority\)/],
    ['Resources', 'nobody', /nodes are busy/],
    ['BeginTime', 'nobody', /queued again/],
    ['JobArrayTaskLimit', 'nobody', /--max-concurrent/],
    ['QOSMaxJobsPerUserLimit', 'nobody', /quality of service/],
    ['AssocGrpCpuLimit', 'nobody', /account/],
    ['QOSMaxWallDurationPerJobLimit', 'you', /longer .* you must act/],
    ['PartitionTimeLimit', 'you', /--timeout-min/],
    ['DependencyNeverSatisfied', 'you', /you must act/],
    ['JobHeldUser', 'you', /scontrol release/],
    ['BadConstraints', 'you', /--slurm-constraint/],
    ['job requeued in held state', 'you', /scontrol release/],
    ['JobHeldAdmin', 'site', /the site must act/],
    ['PartitionDown', 'site', /partition is down/],
    ['ReqNodeNotAvail, UnavailableNodes:c[1-4]', 'site', /UnavailableNodes:c\[1-4\]/],
    [
      '(Nodes required for job are DOWN, DRAINED or reserved for jobs in higher priority partitions)',
      'site',
      /down, drained/,
    ],
  ])('%s', (reason, who, text) => {
    expect(pendingReason(reason)).toMatchObject({ who });
    expect(pendingReason(reason).text).toMatch(text);
  });

  test('one that nobody knows is told as it is', () => {
    expect(pendingReason('QuantumFlux')).toEqual({ who: 'nobody', text: 'QuantumFlux' });
  });
});

describe('sacct', () => {
  const STDOUT = [
    '90_0|REQUEUED|0:0|2026-11-26T02:47:14|2026-11-26T02:47:49|c1|None|35',
    '90_0|CANCELLED by 0|0:0|2026-11-26T02:47:51|2026-11-26T02:47:51|None assigned|BeginTime|0',
    '39|CANCELLED by 1000|0:0|2026-11-26T02:33:05|2026-11-26T02:33:05|None assigned|None|0',
    '40_[3-9%2]|PENDING|0:0|Unknown|Unknown|None assigned|None|0',
    '41_2|OUT_OF_MEMORY|0:125|2026-11-26T02:33:05|2026-11-26T02:34:05|c2|None|60',
    '',
  ].join('\n');

  test('tells every start of a task, and what tasks that never started share', () => {
    const rows = readSacct(end({ stdout: STDOUT }));
    expect(rows?.get('90_0')?.map(({ state, by, elapsedS }) => [state, by, elapsedS])).toEqual([
      ['REQUEUED', null, 35],
      ['CANCELLED', '0', 0],
    ]);
    expect(rows?.get('39')?.[0]).toMatchObject({ state: 'CANCELLED', by: '1000', nodes: '' });
    expect(rows?.get('40')?.[0]).toMatchObject({ state: 'PENDING', start: null });
    expect(rows?.get('41_2')?.[0]).toMatchObject({ state: 'OUT_OF_MEMORY', nodes: 'c2' });
  });

  test('is not there on sites without accounting', () => {
    const stderr = 'Slurm accounting storage is disabled\n';
    expect(readSacct(end({ stderr, code: 1 }))).toBeNull();
    expect(readSacctNames(end({ stderr, code: 1 }))).toBeNull();
    expect(readSacctNames(end({ stdout: '4711_[0-3]\n4711_4\n' }))).toBe('4711');
    expect(readSacctNames(end({}))).toBeNull();
  });
});

describe('sinfo', () => {
  test('tells partitions, what is free of them and who waits', () => {
    const partitions =
      'cpu|up|1-00:00:00|8/24/0/32\ngpu|up|2:00:00|0/16/0/16\nclosed|down|infinite|0/8/0/8\n';
    const nodes = [
      'cpu |c1 |(null) |gpu:0 |idle |',
      'gpu |g1 |gpu:a100:2(S:0-1) |gpu:a100:1(IDX:0) |mix |',
      'gpu |g2 |gpu:a100:2 |gpu:a100:0(IDX:N/A) |down* |',
    ].join('\n');
    expect(readPartitions(partitions, nodes, 'gpu\ncpu\ngpu,cpu\n')).toEqual([
      { name: 'cpu', state: 'up', idleCpus: 24, gpus: [], limitMin: 1440, queued: 2, note: '' },
      {
        name: 'gpu',
        state: 'up',
        idleCpus: 16,
        gpus: [{ type: 'a100', free: 1, total: 4 }],
        limitMin: 120,
        queued: 2,
        note: '',
      },
      expect.objectContaining({
        name: 'closed',
        limitMin: null,
        note: expect.stringMatching(/down/),
      }),
    ]);
  });

  test.each([
    [
      'gpu:a100:2(S:0-1),gpu:v100:1',
      [
        ['a100', 2],
        ['v100', 1],
      ],
    ],
    ['gpu:4', [['gpu', 4]]],
    ['gpu', [['gpu', 1]]],
    ['(null)', []],
    ['license:3,mps:100', []],
  ])('GPUs of %s', (text, types) => {
    expect([...readGres(text)]).toEqual(types);
  });

  test.each([
    ['infinite', null],
    ['30:00', 30],
    ['2:00:00', 120],
    ['1-00:00:00', 1440],
    ['7-12:30:00', 10_830],
  ])('a limit of %s', (text, minutes) => {
    expect(readLimit(text)).toBe(minutes);
  });
});

test('scontrol tells which accounts a partition takes, where it does not take all', () => {
  const text = [
    'PartitionName=cpu AllowGroups=ALL AllowAccounts=ALL AllowQos=ALL State=UP',
    'PartitionName=gpu AllowGroups=ALL AllowAccounts=lab,vision AllowQos=ALL State=UP',
    'PartitionName=old AllowGroups=ALL AllowAccounts=ALL DenyAccounts=lab AllowQos=ALL State=UP',
  ].join('\n');
  expect([...readAllowedAccounts(text, ['lab', 'other'])]).toEqual([
    ['gpu', ['lab']],
    ['old', ['other']],
  ]);
});

test('sacctmgr tells accounts and the jobs that a person may have', () => {
  expect(readAccounts({ code: 0, stdout: 'lab|200\nlab|\nother|1000\n|\n' })).toEqual({
    names: ['lab', 'other'],
    maxJobs: 1000,
  });
  expect(readAccounts({ code: 1, stdout: '' })).toEqual({ names: [], maxJobs: null });
});

describe('marks of ends', () => {
  test.each([
    ['4711_3.0', { task: '4711_3', restart: 0 }],
    ['4711_3.12', { task: '4711_3', restart: 12 }],
    ['4711_3.0.new', null],
    ['notes', null],
  ])('%s', (name, parts) => {
    expect(readMarkName(name)).toEqual(parts);
  });

  test('what is no mark is none', () => {
    const good =
      '{"state":"ended","code":0,"cause":"","job":"9","node":"c1","gpus":"","began":1,"ended":2}';
    expect(readEndMarkText(good)).toMatchObject({ state: 'ended', code: 0 });
    for (const text of ['', '{', 'null', '{"state":"odd"}', good.replace('"code":0', '"code":"0"')])
      expect(readEndMarkText(text)).toBeNull();
  });
});
