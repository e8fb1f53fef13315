import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { attemptLayout } from '../../../src/dispatch/artifacts/layout.ts';
import type { Attempt, Backend, JobHandle } from '../../../src/dispatch/backend.ts';
import { EXIT_CODES } from '../../../src/dispatch/job/exit-codes.ts';
import { identityOf, standingOf } from '../../../src/dispatch/process-identity.ts';
import { attemptIn, backendIn, NEVER, STAND_IN, seen, start } from './attempts.ts';

let dir = '';
let backend: Backend;
const started: JobHandle[] = [];
const ghosts: ChildProcess[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'llc-one-'));
  backend = backendIn(dir);
});
afterEach(async () => {
  await backendIn(dir, { graceMs: 0 }).cancel(started.splice(0), NEVER);
  for (const ghost of ghosts.splice(0)) ghost.kill('SIGKILL');
  rmSync(dir, { recursive: true });
});

/** A process of an attempt that nobody knows of, its arguments not yet a worker's. */
function ghostOf(attempt: Attempt): ChildProcess {
  const ghost = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e9)'], {
    cwd: attempt.dir,
    detached: true,
    stdio: 'ignore',
  });
  ghosts.push(ghost);
  return ghost;
}

async function helloBy(pid: number, { dir, owner, attempt }: Attempt): Promise<void> {
  const hello = { owner, attempt, ...(await identityOf(pid)), host: hostname(), startedAt: 1000 };
  writeFileSync(attemptLayout(dir).hello, JSON.stringify(hello));
}

/** Submits an attempt whose worker is stopped before it can say anything. */
async function submitStopped(attempt: Attempt): Promise<JobHandle> {
  const handle = await start(backend, attempt);
  started.push(handle);
  process.kill(Number(handle.data['pid']), 'SIGSTOP');
  expect(existsSync(attemptLayout(attempt.dir).hello)).toBe(false);
  return handle;
}

const isAlive = async (pid: unknown) => (await standingOf(await identityOf(Number(pid)))).alive;

describe('of two workers of one attempt the one that says hello first', () => {
  test('is watched, and the other leaves', async () => {
    const attempt = attemptIn(dir, 'hang');
    const handle = await submitStopped(attempt);
    const ghost = ghostOf(attempt);
    await helloBy(ghost.pid as number, attempt);
    process.kill(Number(handle.data['pid']), 'SIGCONT');
    await backend.wake?.(NEVER);

    expect(await isAlive(handle.data['pid'])).toBe(false);
    expect(await backend.observe([handle], NEVER)).toMatchObject([{ kind: 'running' }]);
    expect(readFileSync(attemptLayout(attempt.dir).stdout, 'utf8')).toContain('this one leaves');

    ghost.kill('SIGKILL');
    await once(ghost, 'exit');
    const { failure } = await seen(backend, handle, 'failed');
    expect(failure).toMatchObject({ errorType: 'lost', stage: 'setup' });
  });

  test('is cancelled, and the other with it', async () => {
    const attempt = attemptIn(dir, 'hang');
    const handle = await submitStopped(attempt);
    const ghost = ghostOf(attempt);
    await helloBy(ghost.pid as number, attempt);
    const [end] = await backendIn(dir, { graceMs: 0 }).cancel([handle], NEVER);
    expect(end).toEqual({ kind: 'cancelled' });
    expect(await isAlive(handle.data['pid'])).toBe(false);
    expect(await isAlive(ghost.pid)).toBe(false);
  });

  test('is the attempt’s worker for a later dispatcher, which starts none', async () => {
    const attempt = attemptIn(dir, 'hang');
    const ghost = ghostOf(attempt);
    await helloBy(ghost.pid as number, attempt);
    const handle = await start(backend, attempt);
    expect(handle).toMatchObject({ id: String(ghost.pid), data: { startedAt: 1000 } });
    expect(existsSync(attemptLayout(attempt.dir).stderr)).toBe(false);
    expect(await backend.observe([handle], NEVER)).toMatchObject([
      { kind: 'running', since: 1000 },
    ]);
  });
});

test('an attempt told as over is closed to a worker that nobody knew of', async () => {
  const attempt = attemptIn(dir, 'ok');
  const handle = await submitStopped(attempt);
  process.kill(Number(handle.data['pid']), 'SIGKILL');
  await seen(backend, handle, 'failed');

  const late = spawn(process.execPath, [STAND_IN, attempt.dir], { stdio: 'ignore' });
  expect(await once(late, 'exit')).toEqual([EXIT_CODES.taken, null]);
  expect(existsSync(attemptLayout(attempt.dir).result)).toBe(false);
  expect(await backendIn(dir).observe([handle], NEVER)).toMatchObject([{ kind: 'failed' }]);

  const next = await start(backend, attemptIn(dir, 'ok', 2));
  expect((await seen(backend, next, 'ended')).result).toMatchObject({ status: 'ok', attempt: 2 });
});

test('an attempt cancelled before its first word is closed too', async () => {
  const attempt = attemptIn(dir, 'ok');
  const handle = await submitStopped(attempt);
  const [end] = await backendIn(dir, { graceMs: 0 }).cancel([handle], NEVER);
  expect(end).toEqual({ kind: 'cancelled' });
  const late = spawn(process.execPath, [STAND_IN, attempt.dir], { stdio: 'ignore' });
  expect(await once(late, 'exit')).toEqual([EXIT_CODES.taken, null]);
});

test('a worker that would speak only while it is cancelled finds its attempt closed', async () => {
  const attempt = attemptIn(dir, 'speaks-late');
  const handle = await start(backend, attempt);
  started.push(handle);
  const { progress, hello, stdout } = attemptLayout(attempt.dir);
  while (!existsSync(progress)) await nextTurn();
  expect(await backend.cancel([handle], NEVER)).toEqual([{ kind: 'cancelled' }]);
  expect(JSON.parse(readFileSync(hello, 'utf8'))).toMatchObject({ closed: true });
  expect(readFileSync(stdout, 'utf8')).toContain('this one leaves');
});

describe('a first word that is not to be believed', () => {
  test('in the name of this very process, or of a stranger, has no one signalled but the worker', async () => {
    for (const [problem, stranger] of [
      ['hang', process.pid],
      ['mute', process.ppid],
    ] as const) {
      const attempt = attemptIn(dir, problem);
      const handle = await submitStopped(attempt);
      await helloBy(stranger, attempt);
      const [end] = await backendIn(dir, { graceMs: 0 }).cancel([handle], NEVER);
      expect(end).toEqual({ kind: 'cancelled' });
      expect(await isAlive(handle.data['pid'])).toBe(false);
      expect(await isAlive(stranger)).toBe(true);
    }
  });

  test.each([
    { pid: 0 },
    { pid: 1 },
    { pid: -2 },
    { pid: 2.5 },
    { pid: '77' },
    { pid: null },
    { start: 7 },
    { host: null },
    { startedAt: 'now' },
  ])('%j is no word at all', async (change) => {
    const attempt = attemptIn(dir, 'hang');
    const handle = await submitStopped(attempt);
    const ghost = ghostOf(attempt);
    await helloBy(ghost.pid as number, attempt);
    const { hello } = attemptLayout(attempt.dir);
    writeFileSync(hello, JSON.stringify({ ...JSON.parse(readFileSync(hello, 'utf8')), ...change }));
    expect(await backend.observe([handle], NEVER)).toMatchObject([{ kind: 'starting' }]);
    await backendIn(dir, { graceMs: 0 }).cancel([handle], NEVER);
    expect(await isAlive(ghost.pid)).toBe(true);
    expect(await isAlive(handle.data['pid'])).toBe(false);
  });

  test('with the start time of another process names nobody who lives', async () => {
    const attempt = attemptIn(dir, 'hang');
    const handle = await submitStopped(attempt);
    const ghost = ghostOf(attempt);
    await helloBy(ghost.pid as number, attempt);
    const { hello } = attemptLayout(attempt.dir);
    const said = JSON.parse(readFileSync(hello, 'utf8'));
    writeFileSync(hello, JSON.stringify({ ...said, start: '1' }));
    await backendIn(dir, { graceMs: 0 }).cancel([handle], NEVER);
    expect(await isAlive(ghost.pid)).toBe(true);
  });
});
