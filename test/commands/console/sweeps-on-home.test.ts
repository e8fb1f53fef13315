import { appendFile, mkdir, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { watchSweepsOnHome } from '../../../src/commands/console/sweeps-on-home.ts';
import { sweepLayout } from '../../../src/dispatch/artifacts/layout.ts';
import { encodeEvent, type Fact } from '../../../src/dispatch/journal/events.ts';
import { ownHolder } from '../../../src/dispatch/supervisor/lock-holder.ts';
import { stamped } from '../../dispatch/journal/arbitrary-events.ts';
import { plannedJob, RESOURCES } from '../../fixtures/stand-in-jobs.ts';

let sweepsDir = '';
beforeEach(async () => {
  sweepsDir = await mkdtemp(join(tmpdir(), 'llc-home-'));
});
afterEach(() => rm(sweepsDir, { recursive: true, force: true }));

const NOW = Date.now();

function begun(sweepId: string, jobIds: readonly string[]): Fact[] {
  return [
    {
      kind: 'sweep_planned',
      sweepId,
      token: 't',
      backend: 'local',
      gpuMode: 'off',
      runsDir: 'runs',
      resources: RESOURCES,
      jobs: jobIds.map(plannedJob),
    },
    { kind: 'dispatcher_started', host: 'h', pid: 1, died: null },
  ];
}

function jobEnds(jobId: string): Fact[] {
  const of = { jobId, attempt: 1, owner: 'o' };
  return [
    { kind: 'attempt_opened', ...of },
    { kind: 'job_submitted', ...of, handle: { ...of, id: '1', data: {} } },
    { kind: 'job_running', ...of, on: 'host', since: 1 },
    {
      kind: 'job_finished',
      ...of,
      outcome: {
        llcMean: 12.437_219_312,
        llcSe: 0.312_118,
        ess: 400.12,
        rhat: 1.004_21,
        tSampling: 12.1,
        workGrad: 98_000,
        wnvTime: 0.112,
        wnvFde: 99_123.1,
        verdict: 'converged',
      },
      durationS: 12.5,
      usage: { seconds: 12.5, cpuHours: null, gpuHours: null, cost: 0.01 },
    },
  ];
}

async function sweepWith(name: string, facts: readonly Fact[]) {
  const files = sweepLayout(sweepsDir, name);
  await mkdir(files.dir, { recursive: true });
  await writeFile(files.plan, '{}');
  await writeFile(files.journal, stamped(facts).map(encodeEvent).join(''));
  return files;
}

test('running sweeps come first, and each stands where its journal and its lock say', async () => {
  await sweepWith('old', [
    ...begun('old', ['a']),
    ...jobEnds('a'),
    { kind: 'sweep_ended', outcome: 'complete' },
  ]);
  await sweepWith('died', begun('died', ['a']));
  await sweepWith('left', [...begun('left', ['a']), { kind: 'dispatcher_stopped', why: 'asked' }]);
  const runs = await sweepWith('runs', begun('runs', ['a', 'b']));
  await writeFile(runs.lock, JSON.stringify(await ownHolder(1, null, new Date())));
  await sweepWith('later', begun('later', ['a']));
  await writeFile(sweepLayout(sweepsDir, 'later').journal, 'no\nevents\n');
  await mkdir(join(sweepsDir, 'no-sweep'));
  const told = await watchSweepsOnHome(sweepsDir)(NOW);
  expect(told[0]).toMatchObject({ sweepId: 'runs', total: 2, backend: 'local' });
  expect(told[0]?.holder).toContain(`(pid ${process.pid})`);
  const standing = Object.fromEntries(told.map((sweep) => [sweep.sweepId, sweep.standing]));
  expect(standing).toEqual({
    runs: 'running',
    died: 'died',
    left: 'stopped',
    old: 'ended',
    later: 'unreadable',
  });
  expect(told.find(({ sweepId }) => sweepId === 'later')?.note).toContain('is damaged');
  expect(told.find(({ sweepId }) => sweepId === 'old')?.cost).toBe(0.01);
});

test('a journal that grows is read on, also after its end', async () => {
  const files = await sweepWith('s', begun('s', ['a', 'b']));
  const look = watchSweepsOnHome(sweepsDir);
  expect((await look(NOW))[0]).toMatchObject({ standing: 'died', counts: { planned: 2 } });
  const facts = [...begun('s', ['a', 'b']), ...jobEnds('a')];
  const ended: Fact[] = [...facts, { kind: 'sweep_ended', outcome: 'complete' }];
  const lines = stamped(ended).map(encodeEvent);
  await appendFile(files.journal, lines.slice(2).join(''));
  expect((await look(NOW))[0]).toMatchObject({ standing: 'ended', counts: { planned: 1, ok: 1 } });
  const again: Fact[] = [
    ...ended,
    { kind: 'job_requeued', jobId: 'a', attempt: 1, resources: {}, noSkip: true },
  ];
  await appendFile(files.journal, encodeEvent(stamped(again).at(-1)!));
  expect((await look(NOW))[0]).toMatchObject({
    standing: 'stopped',
    counts: { planned: 2, ok: 0 },
  });
});

test('a journal whose size and time are the same is not read again', async () => {
  const files = await sweepWith('s', [
    ...begun('s', ['a']),
    ...jobEnds('a'),
    { kind: 'sweep_ended', outcome: 'complete' },
  ]);
  const look = watchSweepsOnHome(sweepsDir);
  const [before] = await look(NOW);
  const { size, atime, mtime } = await stat(files.journal);
  await utimes(files.journal, atime, new Date(mtime.getTime() - 60_000));
  await look(NOW);
  await writeFile(files.journal, 'x'.repeat(size));
  await utimes(files.journal, atime, new Date(mtime.getTime() - 60_000));
  expect(await look(NOW)).toEqual([before]);
});

test('the first look at 50 old sweeps of 240 jobs, and a second', async () => {
  const jobs = Array.from({ length: 240 }, (_, i) => `a-problem-sampler-${i}`);
  for (let i = 0; i < 50; i++) {
    const facts = [...begun(`s${i}`, jobs), ...jobs.flatMap(jobEnds)];
    await sweepWith(`s${i}`, [...facts, { kind: 'sweep_ended', outcome: 'complete' }]);
  }
  const look = watchSweepsOnHome(sweepsDir);
  const began = performance.now();
  const told = await look(NOW);
  const first = performance.now();
  await look(NOW);
  const second = performance.now();
  console.log(
    `home: first look ${Math.round(first - began)} ms, then ${Math.round(second - first)} ms`,
  );
  expect(told).toHaveLength(50);
  expect(told.every(({ counts }) => counts.ok === 240)).toBe(true);
});
