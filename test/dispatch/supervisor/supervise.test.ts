import {
  existsSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { localBackend } from '../../../src/backends/local/local-backend.ts';
import { sweepLayout } from '../../../src/dispatch/artifacts/layout.ts';
import { RUN_OPTIONS, type RunOptions } from '../../../src/dispatch/config/run-options.ts';
import { LlcError } from '../../../src/dispatch/errors.ts';
import type { SweepEvent } from '../../../src/dispatch/journal/events.ts';
import { readJournal } from '../../../src/dispatch/journal/replay.ts';
import { leaveOrder } from '../../../src/dispatch/orders/inbox.ts';
import { newOrder } from '../../../src/dispatch/orders/order.ts';
import { orderBySocket } from '../../../src/dispatch/orders/order-socket.ts';
import { SWEEP_FILE_VERSION, writeSweepFile } from '../../../src/dispatch/plan/sweep-file.ts';
import { giveOrder } from '../../../src/dispatch/supervisor/give-order.ts';
import type { LockHolder } from '../../../src/dispatch/supervisor/lock-holder.ts';
import { type Supervised, supervise } from '../../../src/dispatch/supervisor/supervise.ts';
import { plannedJob, RESOURCES, standInJob } from '../../fixtures/stand-in-jobs.ts';
import { killContenders, startContender } from './contenders.ts';

const STAND_IN = join(import.meta.dirname, '../../fixtures/workers/stand-in.ts');
const NEVER = new AbortController().signal;
const SWEEP = 's-1';
const JOB = standInJob('finishes-when-asked');

let dir = '';
let files = sweepLayout('', SWEEP);
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'llc-supervise-'));
  files = sweepLayout(join(dir, 'sweeps'), SWEEP);
  const defaults = Object.entries(RUN_OPTIONS).map(([name, spec]) => [name, spec.default]);
  await writeSweepFile(files.plan, {
    version: SWEEP_FILE_VERSION,
    command: 'sweep',
    sweepId: SWEEP,
    backend: 'local',
    resources: RESOURCES,
    runsDir: join(dir, 'runs'),
    jobs: [JOB],
    planned: [plannedJob(JOB.jobId)],
    notes: [],
    schemaHash: 'schema',
    codeVersion: 'code',
    options: { ...(Object.fromEntries(defaults) as RunOptions), timeoutGiven: false, skip: false },
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  endWorkers('SIGKILL');
  rmSync(dir, { recursive: true });
});
afterAll(killContenders);

interface Running {
  readonly ended: Promise<Supervised>;
  /** The first event of this kind. */
  has(kind: SweepEvent['kind']): Promise<SweepEvent>;
  stop(): void;
}

function start(): Running {
  const stop = new AbortController();
  const events: SweepEvent[] = [];
  let bell = Promise.withResolvers<void>();
  const ended = supervise(files.dir, {
    createBackend: () =>
      localBackend({
        workerPath: STAND_IN,
        runsDir: join(dir, 'runs'),
        cpus: 1,
        workers: 1,
        graceMs: 200,
        lingerMs: 0,
      }),
    signal: stop.signal,
    log: () => {},
    request: {
      observeEveryMs: 20,
      writeEveryMs: 20,
      onEvent: (event) => {
        events.push(event);
        bell.resolve();
        bell = Promise.withResolvers<void>();
      },
    },
  });
  ended.catch(() => {});
  return {
    ended,
    async has(kind) {
      for (;;) {
        const found = events.find((event) => event.kind === kind);
        if (found !== undefined) return found;
        // Its own end, before that, is a failure.
        const end = await Promise.race([bell.promise, ended]);
        if (end !== undefined && !events.some((event) => event.kind === kind))
          throw new Error(`no ${kind}: ${JSON.stringify(end)}`);
      }
    },
    stop: () => stop.abort(new Error('told to end')),
  };
}

const holder = () => JSON.parse(readFileSync(files.lock, 'utf8')) as LockHolder;
const journal = async () => (await readJournal(files.journal)).events;

/** A worker that is asked to end finishes its job. */
function endWorkers(signal: NodeJS.Signals = 'SIGTERM'): void {
  for (const hello of globSync(join(files.dir, 'jobs/*/*/hello.json'))) {
    const { pid } = JSON.parse(readFileSync(hello, 'utf8')) as { pid: number };
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended.
    }
  }
}

/** Has the one job finish. */
async function finish({ has, ended }: Running): Promise<Supervised> {
  await has('job_running');
  endWorkers();
  return ended;
}

test('the lock names the process and its epoch while the sweep runs, and is gone afterwards', async () => {
  const running = start();
  const { epoch } = await running.has('job_running');
  expect(holder()).toMatchObject({ pid: process.pid, epoch });
  expect(epoch).toBe(1);
  const { socket } = holder();
  expect(existsSync(socket ?? '')).toBe(true);
  expect(await finish(running)).toMatchObject({
    kind: 'left',
    summary: { outcome: 'complete', counts: { ok: 1 } },
  });
  expect(readdirSync(files.dir).filter((name) => name.startsWith('supervisor.lock'))).toEqual([]);
  expect(existsSync(socket ?? '')).toBe(false);
});

test('a second one of the same sweep is told who runs it, and changes nothing', async () => {
  const running = start();
  await running.has('job_running');
  const before = [readFileSync(files.lock, 'utf8'), await journal()];
  expect(await start().ended).toMatchObject({
    kind: 'taken',
    standing: 'living',
    holder: { pid: process.pid, epoch: 1 },
  });
  expect([readFileSync(files.lock, 'utf8'), await journal()]).toEqual(before);
  expect(await orderBySocket(holder().socket ?? '', newOrder('undo', null), 60_000)).toMatchObject({
    kind: 'answer',
  });
  await finish(running);
});

test('the epoch grows at each take-over, in the lock and in the journal', async () => {
  for (const epoch of [1, 2]) {
    const running = start();
    await running.has(epoch === 1 ? 'job_running' : 'dispatcher_started');
    expect(holder().epoch).toBe(epoch);
    running.stop();
    expect(await running.ended).toMatchObject({ kind: 'left', summary: { outcome: 'stopped' } });
    expect(existsSync(files.lock)).toBe(false);
  }
  const last = start();
  await last.has('dispatcher_started');
  expect(holder().epoch).toBe(3);
  endWorkers();
  expect(await last.ended).toMatchObject({ summary: { outcome: 'complete', counts: { ok: 1 } } });
  const started = (await journal()).filter(({ kind }) => kind === 'dispatcher_started');
  expect(started.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
  expect((await journal()).filter(({ kind }) => kind === 'attempt_opened')).toHaveLength(1);
});

test('the lock of a killed one is taken over', async () => {
  const victim = await startContender();
  await victim.tell({ lock: files.lock });
  await victim.kill();
  const running = start();
  await running.has('job_running');
  expect(holder().pid).toBe(process.pid);
  await finish(running);
  expect(existsSync(files.lock)).toBe(false);
});

test('one whose lock has been replaced writes no more and leaves the new lock alone', async () => {
  const running = start();
  await running.has('job_running');
  const before = await journal();
  const successor = `${JSON.stringify({ ...holder(), host: 'login9', token: 'of another', epoch: 2 })}\n`;
  rmSync(files.lock);
  writeFileSync(files.lock, successor);
  // It asks at most once a second: so much has passed now by the wall's clock.
  const wall = Date.now;
  vi.spyOn(Date, 'now').mockImplementation(() => wall() + 10_000);
  endWorkers();
  await expect(running.ended).rejects.toThrow(LlcError);
  await expect(running.ended).rejects.toMatchObject({ code: 75 });
  expect(await journal()).toEqual(before);
  expect(readFileSync(files.lock, 'utf8')).toBe(successor);
});

test.each(['no plan', 'a damaged plan'])('%s leaves no lock behind', async (what) => {
  rmSync(files.plan);
  if (what === 'a damaged plan') writeFileSync(files.plan, '{"jobs":');
  await expect(start().ended).rejects.toThrow(LlcError);
  expect(existsSync(files.lock)).toBe(false);
});

describe('orders while it runs', () => {
  const options = { entry: 'none is started', takeOver: false, signal: NEVER };

  test('are answered by the inbox and by the socket', async () => {
    const running = start();
    await running.has('job_running');
    const [left, spoken] = [newOrder('undo', null), newOrder('undo', null)];
    await leaveOrder(files.inbox, left);
    expect(await running.has('order_answered')).toMatchObject({ order: left.id, done: [] });
    expect(await orderBySocket(holder().socket ?? '', spoken, 60_000)).toEqual({
      kind: 'answer',
      answer: { done: [], refused: [], until: null },
    });
    await finish(running);
    const answered = (await journal()).filter(({ kind }) => kind === 'order_answered');
    expect(answered).toMatchObject([{ order: left.id }, { order: spoken.id }]);
    expect(readdirSync(files.inbox)).toEqual([]);
  });

  test('given to a living one are obeyed, and no other is started', async () => {
    const running = start();
    await running.has('job_running');
    const answer = await giveOrder(files.dir, newOrder('cancel', null), options);
    expect(answer).toEqual({ done: [JOB.jobId], refused: [], until: null });
    const { kind } = await running.ended;
    expect(kind).toBe('left');
    expect((await journal()).filter((event) => event.kind === 'order_answered')).toHaveLength(1);
  });

  test('reach one without a socket by the inbox', async () => {
    const running = start();
    await running.has('job_running');
    // The same file, so that the lock stays its holder's.
    writeFileSync(files.lock, JSON.stringify({ ...holder(), socket: null }));
    const stale = newOrder('cancel', [{ jobId: JOB.jobId, attempt: 7 }]);
    const answer = await giveOrder(files.dir, stale, options);
    expect(answer.done).toEqual([]);
    expect(answer.refused).toMatchObject([{ jobId: JOB.jobId }]);
    await finish(running);
  });

  test('given twice are obeyed once', async () => {
    const running = start();
    await running.has('job_running');
    const order = newOrder('undo', null);
    const first = await giveOrder(files.dir, order, options);
    expect(await giveOrder(files.dir, order, options)).toEqual(first);
    await leaveOrder(files.inbox, order);
    while (readdirSync(files.inbox).length > 0) await new Promise(setImmediate);
    await finish(running);
    expect((await journal()).filter((event) => event.kind === 'order_answered')).toHaveLength(1);
  });
});
