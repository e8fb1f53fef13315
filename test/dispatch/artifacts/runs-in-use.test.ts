import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sweepLayout } from '../../../src/dispatch/artifacts/layout.ts';
import { type RunsInUse, watchRunsInUse } from '../../../src/dispatch/artifacts/runs-in-use.ts';
import { encodeEvent, type Fact } from '../../../src/dispatch/journal/events.ts';
import { plannedJob, RESOURCES } from '../../fixtures/stand-in-jobs.ts';
import { stamped } from '../journal/arbitrary-events.ts';

let sweepsDir = '';
let files: ReturnType<typeof sweepLayout>;
let ask: () => Promise<RunsInUse>;
beforeEach(async () => {
  sweepsDir = await mkdtemp(join(tmpdir(), 'llc-use-'));
  files = sweepLayout(sweepsDir, 'nightly');
  await mkdir(files.dir);
  ask = watchRunsInUse([sweepsDir]);
});
afterEach(() => rm(sweepsDir, { recursive: true }));

const PLANNED: Fact = {
  kind: 'sweep_planned',
  sweepId: 'nightly',
  token: 't',
  backend: 'local',
  gpuMode: 'off',
  runsDir: 'runs',
  resources: RESOURCES,
  jobs: [plannedJob('a'), plannedJob('b')],
};
const ENDED: Fact = { kind: 'sweep_ended', outcome: 'complete' };
const textOf = (facts: readonly Fact[]) => stamped(facts).map(encodeEvent).join('');
const idsOf = ({ byRun }: RunsInUse) => [...byRun.keys()];
const NOTHING = { byRun: new Map(), everything: null };

test('a sweep uses its runs until its journal has an end', async () => {
  await writeFile(files.journal, textOf([PLANNED]));
  const { byRun, everything } = await ask();
  expect(everything).toBeNull();
  expect([...byRun.keys()]).toEqual(['run-a', 'run-b']);
  expect(byRun.get('run-a')).toBe(
    'sweep nightly has not ended (llc attach nightly goes on with it, llc cancel nightly ends it)',
  );
  await writeFile(files.journal, textOf([PLANNED, ENDED]));
  expect(await ask()).toEqual(NOTHING);
});

test('a sweep that is taken up again uses its runs again', async () => {
  await writeFile(files.journal, textOf([PLANNED, ENDED]));
  expect(await ask()).toEqual(NOTHING);
  const started: Fact = { kind: 'dispatcher_started', host: 'h', pid: 1, died: null };
  const [event] = stamped([started], 2);
  await appendFile(files.journal, encodeEvent(event));
  expect(idsOf(await ask())).toEqual(['run-a', 'run-b']);
});

test('a process that holds an ended sweep protects its runs', async () => {
  await writeFile(files.journal, textOf([PLANNED, ENDED]));
  await writeFile(files.lock, '{}');
  expect(idsOf(await ask())).toEqual(['run-a', 'run-b']);
  await rm(files.lock);
  expect(await ask()).toEqual(NOTHING);
});

test('a damaged journal protects what was planned, and everything where the plan is gone', async () => {
  await writeFile(files.journal, `{torn\n${textOf([PLANNED, ENDED])}`);
  await writeFile(files.plan, JSON.stringify({ jobs: [{ runId: 'from the plan' }] }));
  const planned = await ask();
  expect(idsOf(planned)).toEqual(['from the plan']);
  expect(planned.byRun.get('from the plan')).toContain('cannot be read');
  await rm(files.plan);
  expect((await ask()).everything).toContain('journal of sweep nightly cannot be read');
});

test('a sweep between its plan and its journal protects its runs', async () => {
  await writeFile(files.plan, JSON.stringify({ jobs: [{ runId: 'soon' }] }));
  expect(idsOf(await ask())).toEqual(['soon']);
  await writeFile(files.journal, '');
  expect(idsOf(await ask())).toEqual(['soon']);
});

test('folders that hold no sweep and places that are not there use nothing', async () => {
  await writeFile(join(sweepsDir, 'notes.txt'), '');
  expect(await ask()).toEqual(NOTHING);
  expect(await watchRunsInUse([join(sweepsDir, 'nowhere')])()).toEqual(NOTHING);
});

test('what cannot be listed protects everything', async () => {
  // ENAMETOOLONG: unlike missing permission, it also stops root.
  const unreadable = 'x'.repeat(5000);
  expect((await watchRunsInUse([unreadable])()).everything).toContain('cannot be read');
});
