import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { attemptLayout } from '../../src/dispatch/artifacts/layout.ts';
import type { Payload } from '../../src/dispatch/job/protocol.ts';
import type { EventKind, SweepEvent } from '../../src/dispatch/journal/events.ts';
import { replay } from '../../src/dispatch/journal/replay.ts';
import type { LockHolder } from '../../src/dispatch/supervisor/lock-holder.ts';
import { checkSweep, expectTold, journalOf, type Kills, NO_KILLS } from './check-sweep.ts';
import { emptyFolder, LLC, llc } from './llc.ts';
import { allEnded, ended, killNow, lives, type OwnProcess, processesOf } from './processes.ts';
import { keepVigil, type Vigil } from './vigil.ts';

/** Decides victims and moments; another number, another fifty. */
const SEED = Number(process.env['LLC_KILL_SEED'] ?? 20_261_125);
const KILLS = 50;

const LENGTHS = {
  hmc: ['--hmc-draws=50', '--hmc-warmup=50'],
  mclmc: ['--mclmc-draws=100', '--mclmc-tune-steps=100'],
};

/** Many jobs of which each takes hardly longer than its process needs to start. */
function sweepOf(seeds: number, samplers: readonly (keyof typeof LENGTHS)[]): string[] {
  const grid = samplers.map((name) => ({ name }));
  return [
    'sweep',
    ...['--target=quadratic', '--quad-dim=2', '--n-data=100', '--chains=1'],
    ...samplers.flatMap((name) => LENGTHS[name]),
    ...['--cpus=1', '--workers=2', '--initial-delay-s=0', '--max-retries=100'],
    `--n-seeds=${seeds}`,
    `--sampler-grid=${JSON.stringify(grid)}`,
  ];
}
const MANY = sweepOf(16, ['hmc', 'mclmc']);
const FEW = sweepOf(4, ['hmc', 'mclmc']);
const THREE = sweepOf(3, ['hmc']);
/** Long enough to live still when the next supervisor comes; the last flag of a name counts. */
const LONG = [...sweepOf(2, ['hmc']), '--hmc-draws=40000'];

type Victim = 'supervisor' | 'worker' | 'supervisor and a worker' | 'all';

/** One kill, as it was drawn. */
interface Blow {
  readonly victim: Victim;
  /** From when the delay counts: a process to be killed is seen, or a supervisor has the lock. */
  readonly from: 'seen' | 'lock';
  readonly delayMs: number;
  /** Which of several workers, from 0 to 1. */
  readonly pick: number;
  /** How the sweep is gone on with where nobody does. */
  readonly goOn: 'attach' | 'sweep' | 'sweep --detach';
  /** Another command does the same beside whoever goes on with it. */
  readonly crowd: boolean;
  /** What becomes of a watching command after it: it stays and starts the next supervisor, is left, or killed too. */
  readonly watcher: 'stays' | 'SIGINT' | 'SIGKILL';
}

function drawBlows(seed: number, count: number): Blow[] {
  const random = uniform(seed);
  const among = <T>(...values: readonly T[]): T =>
    values[Math.floor(random() * values.length)] as T;
  return Array.from({ length: count }, () => ({
    victim: among<Victim>('supervisor', 'supervisor', 'worker', 'supervisor and a worker', 'all'),
    // A supervisor hands over some tens of milliseconds behind its lock; a job takes some hundreds.
    ...among<Pick<Blow, 'from' | 'delayMs'>>(
      { from: 'seen', delayMs: 30 * random() },
      { from: 'lock', delayMs: 30 * random() },
      { from: 'seen', delayMs: 400 * random() },
      { from: 'seen', delayMs: 1200 * random() },
    ),
    pick: random(),
    goOn: among('attach', 'sweep', 'sweep --detach'),
    crowd: random() < 0.1,
    watcher: among('stays', 'stays', 'SIGINT', 'SIGKILL'),
  }));
}

/** Evenly from 0 to 1, the same for the same seed (mulberry32). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What a command finds where no other is at work on the sweep: how much is journalled, and who is dead. */
interface Before {
  readonly events: number;
  readonly died: number | null;
}

/** A command that was started on a sweep and what it says. */
class Running {
  readonly form: Blow['goOn'];
  readonly output: ReturnType<typeof start>;
  readonly #before: Before | null;
  /** So many events were there when it began to watch; null where that is not known. */
  #known: Promise<number> | null;
  #killed = false;
  hasEnded = false;

  /** @param before - null where another command may act at the same time */
  constructor(folder: string, args: readonly string[], before: Before | null) {
    this.form =
      args[0] === 'attach' ? 'attach' : args.includes('--detach') ? 'sweep --detach' : 'sweep';
    this.#before = before;
    this.#known = before && this.form === 'sweep' ? Promise.resolve(before.events) : null;
    this.output = start(folder, args);
    // Its first line counts what it has read.
    if (this.form === 'attach')
      this.output.stdout.once('data', () => {
        this.#known = journalOf(folder).then(({ length }) => length);
      });
    void this.output.finally(() => {
      this.hasEnded = true;
    });
  }

  /** Ends it, if it has not ended. */
  async end(folder: string, signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
    const events = await journalOf(folder);
    this.#killed = signal === 'SIGKILL' && !this.hasEnded;
    this.output.kill(signal);
    await this.check(events);
  }

  /**
   * It did what it is there for or said why not, and what it saw happen.
   *
   * @param events - all that was journalled before it ended
   */
  async check(events: readonly SweepEvent[]): Promise<void> {
    const { exitCode, stdout, stderr, signal } = await this.output;
    if (this.#killed || signal !== undefined) return;
    const told = `${this.form} ended with ${exitCode}: ${stdout}\n${stderr}`;
    expect(told).toMatch(/ended with (0|130|75):/);
    if (exitCode === 75) expect(told).toMatch(/was killed|ends again and again/);
    const died = this.#before?.died ?? null;
    if (this.form === 'sweep --detach' && exitCode === 0 && died !== null)
      expect(stderr).toContain(`the supervisor (pid ${died} on ${hostname()}) died after`);
    // One that is left while it starts a supervisor ends without a last look at the journal.
    const hasLooked = /^(Left |Sweep \S+ ended)/m.test(stdout);
    if (this.#known !== null && hasLooked) expectTold(stdout, events.slice(await this.#known));
  }
}

/** How far a killed process had come. */
async function whereItStood(folder: string, { kind, pid, dir }: OwnProcess): Promise<string> {
  if (kind === 'worker') {
    const { hello, result, stdout } = attemptLayout(dir);
    if (!existsSync(hello)) return 'a worker before its hello';
    if (existsSync(result)) return 'a worker with its result';
    const hasWritten = readFileSync(stdout, 'utf8').includes(' written');
    return hasWritten ? 'a worker between its run and its result' : 'a worker at work';
  }
  const events = await journalOf(folder);
  const began = events.findIndex(
    (event) => event.kind === 'dispatcher_started' && event.pid === pid,
  );
  if (began === -1)
    return deadHolder(folder) === pid
      ? 'a supervisor with the lock, before its first word'
      : 'a supervisor before its lock';
  return `a supervisor after ${events.at(-1)?.kind}`;
}

function runOf({ dir }: OwnProcess): string {
  const { job } = JSON.parse(readFileSync(attemptLayout(dir).payload, 'utf8')) as Payload;
  return job.runId;
}

/** Whom the sweep's lock names, if that one is dead. */
function deadHolder(folder: string): number | null {
  const holder = holderIn(folder);
  if (holder === null) return null;
  return lives({ pid: holder.pid, start: holder.process.start }) ? null : holder.pid;
}

function holderIn(folder: string): LockHolder | null {
  const [lock] = globSync(join(folder, 'sweeps/*/supervisor.lock'));
  try {
    return JSON.parse(readFileSync(lock ?? '', 'utf8')) as LockHolder;
  } catch {
    return null;
  }
}

function start(folder: string, args: readonly string[]) {
  return execa(LLC, args, { cwd: folder, reject: false, stdin: 'ignore' });
}

/** A sweep under fire. */
class Sweep {
  readonly folder = emptyFolder();
  readonly #vigil: Vigil = keepVigil(this.folder);
  readonly #pids = new Set<number>();
  #lastAt = 0;
  #commands: Running[] = [];
  readonly #args: readonly string[];

  constructor(args: readonly string[]) {
    this.#args = args;
  }

  /** Makes sure that somebody goes on with it, and strikes. Returns what was hit, null where it has ended. */
  async strike(blow: Blow): Promise<string[] | null> {
    const wanted = blow.victim === 'worker' ? 'worker' : 'supervisor';
    while (!processesOf(this.folder).some(({ kind }) => kind === wanted)) {
      if (await this.#isOver()) return null;
      if (!this.#commands.some(({ hasEnded }) => !hasEnded)) await this.#goOn(blow.goOn);
      await delay(5);
    }
    if (blow.crowd && this.#isPlanned()) await this.#goOn(blow.goOn);
    while (blow.from === 'lock' && this.#isStarting()) await delay(1);
    await delay(blow.delayMs);
    const hit = this.#kill(blow);
    for (const victim of hit) await ended(victim);
    this.#lastAt = Date.now();
    for (const { pid } of hit) this.#pids.add(pid);
    const told = await Promise.all(hit.map((victim) => whereItStood(this.folder, victim)));
    await this.#leave(blow.watcher);
    return told;
  }

  /** A supervisor has begun and has the lock not yet. */
  #isStarting(): boolean {
    const living = processesOf(this.folder).filter(({ kind }) => kind === 'supervisor');
    const holder = holderIn(this.folder);
    return living.length > 0 && !living.some(({ pid }) => pid === holder?.pid);
  }

  #kill({ victim, pick }: Blow): OwnProcess[] {
    const living = processesOf(this.folder);
    const supervisors = living.filter(({ kind }) => kind === 'supervisor');
    const workers = living.filter(({ kind }) => kind === 'worker');
    const one = workers.slice(Math.floor(pick * workers.length)).slice(0, 1);
    const chosen = {
      supervisor: supervisors,
      worker: one,
      'supervisor and a worker': [...supervisors, ...one],
      all: living,
    }[victim];
    return chosen.filter(killNow);
  }

  async #goOn(form: Blow['goOn']): Promise<void> {
    const isAlone =
      this.#commands.every(({ hasEnded }) => hasEnded) &&
      processesOf(this.folder).every(({ kind }) => kind !== 'supervisor');
    const events = await journalOf(this.folder);
    const { jobs, byState } = replay(events);
    // The same command after the end would be a new sweep.
    const isNearEnd = jobs.size > 0 && jobs.size - byState.ok.size - byState.cached.size <= 4;
    const mayPlan = !this.#isPlanned() || (isAlone && !isNearEnd && form !== 'attach');
    const sweep = form === 'sweep' ? this.#args : [...this.#args, '--detach'];
    const before = isAlone ? { events: events.length, died: deadHolder(this.folder) } : null;
    this.#commands.push(new Running(this.folder, mayPlan ? sweep : ['attach'], before));
  }

  async #leave(watcher: Blow['watcher']): Promise<void> {
    const stay: Running[] = [];
    for (const command of this.#commands)
      if (command.hasEnded || command.form === 'sweep --detach')
        await command.check(await journalOf(this.folder));
      else if (watcher === 'stays') stay.push(command);
      else await command.end(this.folder, watcher);
    this.#commands = stay;
  }

  #isPlanned(): boolean {
    return globSync('sweeps/*/plan.json', { cwd: this.folder }).length > 0;
  }

  /** Ended, with nobody at work on it. */
  async #isOver(): Promise<boolean> {
    if (processesOf(this.folder).length > 0) return false;
    return replay(await journalOf(this.folder)).ended !== null;
  }

  /** Lets it come to its end and holds it to the promise. */
  async finish(): Promise<void> {
    await this.#leave('SIGINT');
    await attachToTheEnd(this.folder);
    expect(this.#vigil.end()).toEqual([]);
    await checkSweep(this.folder, { pids: this.#pids, lastAt: this.#lastAt });
  }
}

/** Goes on with a sweep to its end, and is told what had happened. */
async function attachToTheEnd(folder: string): Promise<string> {
  const attach = new Running(folder, ['attach'], null);
  const { stdout, stderr, exitCode } = await attach.output;
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  await attach.check(await journalOf(folder));
  return stdout;
}

test(`${KILLS} kills at random instants of supervisors and workers: nothing is lost, repeated or left`, async () => {
  const blows = drawBlows(SEED, KILLS);
  const tally = new Map<string, number>();
  const count = (what: string) => tally.set(what, (tally.get(what) ?? 0) + 1);
  let sweep = new Sweep(MANY);
  for (let made = 0; made < KILLS; ) {
    const blow = blows[made] as Blow;
    const hit = await sweep.strike(blow);
    if (hit === null) {
      await sweep.finish();
      // Shorter ones, so that more ends are met.
      sweep = new Sweep(FEW);
      count('sweeps that ended under it');
    } else if (hit.length > 0) {
      made += 1;
      count(`kills of ${blow.victim}`);
      for (const told of hit) count(told);
    }
  }
  await sweep.finish();
  const lines = [...tally].sort().map(([what, times]) => `${String(times).padStart(4)} ${what}`);
  console.log([`seed ${SEED}:`, ...lines].join('\n'));
}, 600_000);

/** Begins a sweep, and kills its supervisor as soon as the journal says this; nobody where it has ended since. */
async function killAt(folder: string, kind: EventKind): Promise<Kills> {
  // A job of a moment ends before it has been seen to run.
  const jobs = kind === 'job_running' ? [...LONG, '--hmc-draws=100000'] : THREE;
  const command = start(folder, [...jobs, '--detach']);
  while (!(await journalOf(folder)).some((event) => event.kind === kind)) await delay(1);
  // Else it starts another, where it has not seen this one begin.
  command.kill('SIGKILL');
  const hit = processesOf(folder).filter((own) => own.kind === 'supervisor' && killNow(own));
  for (const victim of hit) await ended(victim);
  await command;
  return { pids: new Set(hit.map(({ pid }) => pid)), lastAt: Date.now() };
}

describe('the supervisor is killed as soon as the journal says', () => {
  const kinds: readonly EventKind[] = [
    'sweep_planned',
    'dispatcher_started',
    'preflight_passed',
    'attempt_opened',
    'job_submitted',
    'job_running',
    'job_finished',
    'sweep_ended',
  ];
  test.each(kinds)('%s', async (kind) => {
    const folder = emptyFolder();
    const vigil = keepVigil(folder);
    const kills = await killAt(folder, kind);
    await attachToTheEnd(folder);
    expect(vigil.end()).toEqual([]);
    await checkSweep(folder, kills);
  });
});

test('a worker that was started and not yet told of is found again by the next supervisor', async () => {
  const folder = emptyFolder();
  const vigil = keepVigil(folder);
  const command = start(folder, [...LONG, '--detach']);
  let living: OwnProcess[] = [];
  while (!living.some(({ kind }) => kind === 'worker')) {
    await new Promise(setImmediate);
    living = processesOf(folder);
  }
  command.kill('SIGKILL');
  const hit = living.filter((own) => own.kind === 'supervisor' && killNow(own));
  for (const victim of hit) await ended(victim);
  await command;
  const kills = { pids: new Set(hit.map(({ pid }) => pid)), lastAt: Date.now() };
  await attachToTheEnd(folder);
  expect(vigil.end()).toEqual([]);
  expect((await journalOf(folder)).filter(({ kind }) => kind === 'attempt_opened')).toHaveLength(2);
  await checkSweep(folder, kills);
});

describe('a crash tore the journal’s last line', () => {
  const kinds: readonly EventKind[] = [
    'sweep_planned',
    'attempt_opened',
    'job_submitted',
    'job_finished',
  ];
  test.each(kinds)('after %s', async (kind) => {
    const folder = emptyFolder();
    const kills = await killAt(folder, kind);
    const [journal = 'none'] = globSync(join(folder, 'sweeps/*/journal.jsonl'));
    const text = readFileSync(journal);
    const last = text.subarray(0, -1).lastIndexOf('\n') + 1;
    truncateSync(journal, Math.floor((last + text.length) / 2));
    await attachToTheEnd(folder);
    await checkSweep(folder, kills);
  });
});

test('workers that are killed as soon as their run appears have not computed it in vain', async () => {
  const folder = emptyFolder();
  const vigil = keepVigil(folder);
  const sweep = start(folder, THREE);
  let hasEnded = false;
  void sweep.finally(() => {
    hasEnded = true;
  });
  const pids = new Set<number>();
  const seen = new Set<string>();
  const byRun = new Map<string, OwnProcess>();
  let lastAt = 0;
  for (let look = 0; !hasEnded; look++) {
    await new Promise(setImmediate);
    if (look % 50 === 0)
      for (const own of processesOf(folder)) if (own.kind === 'worker') byRun.set(runOf(own), own);
    for (const run of globSync('runs/*', { cwd: folder })) {
      const worker = byRun.get(basename(run));
      if (seen.has(run) || worker === undefined) continue;
      seen.add(run);
      if (!killNow(worker)) continue;
      pids.add(worker.pid);
      await ended(worker);
      lastAt = Date.now();
    }
  }
  const { exitCode, stdout } = await sweep;
  expect(exitCode, stdout).toBe(0);
  expect(vigil.end()).toEqual([]);
  await checkSweep(folder, { pids, lastAt });
  const { byState } = replay(await journalOf(folder));
  console.log(`${pids.size} killed, ${byState.cached.size} before their result`);
});

test('a sweep of which only the plan was written begins with the next attach', async () => {
  const planned = emptyFolder();
  await llc(planned, THREE);
  const [plan = 'none'] = globSync('sweeps/*/plan.json', { cwd: planned });
  const folder = emptyFolder();
  mkdirSync(join(folder, dirname(plan)), { recursive: true });
  copyFileSync(join(planned, plan), join(folder, plan));
  expect((await llc(folder, ['status'])).stdout).toContain('not begun; llc attach');
  await attachToTheEnd(folder);
  await checkSweep(folder, NO_KILLS);
});

test('a supervisor that died between the end and its tables leaves both to the next attach', async () => {
  const folder = emptyFolder();
  await llc(folder, [...THREE, '--detach']);
  const [supervisor] = processesOf(folder);
  const [lock = 'none'] = globSync(join(folder, 'sweeps/*/supervisor.lock'));
  const held = readFileSync(lock);
  await llc(folder, ['attach']);
  await allEnded(folder);
  // What it had not come to yet.
  writeFileSync(lock, held);
  for (const table of globSync(join(folder, '{*,sweeps/*/*}.csv'))) rmSync(table);
  const { stdout } = await llc(folder, ['status']);
  expect(stdout).toMatch(new RegExp(`supervisor \\(pid ${supervisor?.pid} on .*died after`));
  expect(await attachToTheEnd(folder)).toContain('died after');
  await checkSweep(folder, NO_KILLS);
});

test('a supervisor that is killed before it has begun is started again by the same command', async () => {
  const folder = emptyFolder();
  const sweep = start(folder, THREE);
  let victim: OwnProcess | undefined;
  while (victim === undefined) {
    [victim] = processesOf(folder);
    await delay(1);
  }
  killNow(victim);
  await ended(victim);
  const kills = { pids: new Set([victim.pid]), lastAt: Date.now() };
  const { exitCode, stderr } = await sweep;
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  await checkSweep(folder, kills);
});

test('kill -9 of a watching command hurts nothing', async () => {
  const folder = emptyFolder();
  const watching = start(folder, THREE);
  while (!(await journalOf(folder)).some(({ kind }) => kind === 'job_submitted')) await delay(1);
  watching.kill('SIGKILL');
  await watching;
  await attachToTheEnd(folder);
  const kinds = (await journalOf(folder)).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'dispatcher_started')).toHaveLength(1);
  expect(kinds).not.toContain('attempt_failed');
  await checkSweep(folder, NO_KILLS);
});
