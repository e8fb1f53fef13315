import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { attemptLayout, jobLayout, runDir } from '../../../dispatch/artifacts/layout.ts';
import { errorTypeOfSystemError } from '../../../dispatch/job/failure.ts';
import type { JobResult } from '../../../dispatch/job/protocol.ts';
import type { Envelope } from '../envelope.ts';
import {
  type FrameName,
  frameLine,
  Lines,
  plainLine,
  type ToldResult,
  type WorkerEnd,
} from '../frames.ts';
import { checkpointPath, resultPath } from '../volume-layout.ts';
import { keptCheckpoint } from './keep-checkpoint.ts';
import { commit, manifestHash, putResult, putRun, takeRun } from './put-run.ts';

/** What a sandbox's entry hands in. */
export interface SandboxSurroundings {
  /** The worker's program. */
  readonly workerPath: string;
  /** Where the volume is seen. */
  readonly volume: string;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Aborted when the sandbox is asked to end. */
  readonly stop: AbortSignal;
}

const LOOK_EVERY_MS = 200;
/** How often a checkpoint is looked for; workers write one every ten minutes. */
const KEEP_EVERY_MS = 5000;
/** How often each file is told at most: output of hours is read again from its beginning after a restart. */
const TELL_EVERY_MS = { hello: 0, progress: 2000, trace: 60_000 } as const;
const FILES = ['hello', 'progress', 'trace'] as const;

/**
 * One attempt inside a sandbox: the worker runs on the sandbox's own disc, as it would on any machine; what it says
 * goes out as frames, its run and its result to the volume. Returns the exit code.
 */
export async function attemptInSandbox(
  { payload, name, environment }: Envelope,
  around: SandboxSurroundings,
): Promise<number> {
  const { volume, write } = around;
  const home = await mkdtemp(join(tmpdir(), 'llc-'));
  const dir = join(home, 'attempt');
  const runsDir = join(home, 'runs');
  const files = attemptLayout(dir);
  await mkdir(dir);
  await writeFile(
    files.payload,
    JSON.stringify({ ...payload, runsDir, storeDir: join(home, 'store') }),
  );
  const { runId } = payload.job;
  // An earlier attempt may have finished and nobody have heard of it.
  const known = payload.noSkip ? false : await takeRun(volume, runsDir, runId).catch(() => false);

  const checkpoint = keptCheckpoint(
    jobLayout(dir).checkpoint,
    join(volume, checkpointPath(runId)),
    volume,
    (line) => write(`${line}\n`),
  );
  await checkpoint.take();

  const kills = oomKills();
  const news = fileTeller(files, write);
  const looking = setInterval(() => news.look(), LOOK_EVERY_MS);
  const keeping = setInterval(() => checkpoint.put(), KEEP_EVERY_MS);
  const exit = await runWorker(dir, environment, payload.resources?.memoryGb ?? 1, around);
  clearInterval(looking);
  clearInterval(keeping);
  await news.look(true);

  let trouble: WorkerEnd['trouble'] = null;
  let told: ToldResult | null = null;
  const text = existsSync(files.result) ? await readFile(files.result, 'utf8') : null;
  const result = text === null ? null : parsed(text);
  if (result === null) await checkpoint.put();
  else {
    try {
      if (result.status === 'ok' && !known) await putRun(runDir(runsDir, runId), volume, runId);
      const manifestSha256 = result.status === 'ok' ? await manifestHash(volume, runId) : null;
      told = { result, manifestSha256 };
      await putResult(join(volume, resultPath(name)), JSON.stringify(told));
      await checkpoint.drop();
      await commit(volume);
    } catch (error) {
      trouble = {
        errorType: errorTypeOfSystemError(error),
        error: `The run of ${payload.job.jobId} could not be written to the volume: ${(error as Error).message}`,
      };
    }
    if (trouble === null) write(frameLine('result', told));
  }
  const after = oomKills();
  const grown = kills === null || after === null ? null : after - kills;
  write(frameLine('end', { ...exit, oomKills: grown, trouble } satisfies WorkerEnd));
  return exit.code ?? 128 + (constants.signals[exit.signal ?? 'SIGKILL'] ?? 9);
}

async function runWorker(
  dir: string,
  environment: Readonly<Record<string, string>>,
  memoryGb: number,
  { workerPath, write, writeError, stop }: SandboxSurroundings,
): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  const heapMb = Math.max(64, Math.floor(1024 * memoryGb));
  const child = spawn(process.execPath, [`--max-old-space-size=${heapMb}`, workerPath, dir], {
    cwd: dir,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ask = () => void child.kill('SIGTERM');
  stop.addEventListener('abort', ask);
  eachLine(child.stdout, (line) => write(`${plainLine(line)}\n`));
  eachLine(child.stderr, (line) => {
    write(frameLine('stderr', line));
    // The dashboard shows it, and what is not in a frame is found there.
    writeError(`${line}\n`);
  });
  if (stop.aborted) ask();
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  stop.removeEventListener('abort', ask);
  return { code, signal };
}

function eachLine(stream: Readable, tell: (line: string) => void): void {
  const lines = new Lines();
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    for (const line of lines.take(text)) tell(line);
  });
  stream.on('end', () => {
    const rest = lines.rest();
    if (rest !== '') tell(rest);
  });
}

/** Tells each of an attempt's files when it is new. */
function fileTeller(files: ReturnType<typeof attemptLayout>, write: (text: string) => void) {
  const seen = new Map<FrameName, string>();
  const toldAt = new Map<FrameName, number>();
  return {
    /** @param last - also what was told a moment ago */
    async look(last = false): Promise<void> {
      for (const name of FILES) {
        const since = performance.now() - (toldAt.get(name) ?? Number.NEGATIVE_INFINITY);
        if (!last && since < TELL_EVERY_MS[name]) continue;
        try {
          const { ino, mtimeMs } = await stat(files[name]);
          const mark = `${ino} ${mtimeMs}`;
          if (seen.get(name) === mark) continue;
          const value: unknown = JSON.parse(await readFile(files[name], 'utf8'));
          seen.set(name, mark);
          toldAt.set(name, performance.now());
          write(frameLine(name, value));
        } catch {
          // It is not there, or not whole yet.
        }
      }
    },
  };
}

function parsed(text: string): JobResult | null {
  try {
    return JSON.parse(text) as JobResult;
  } catch {
    return null;
  }
}

/** Kills for lack of memory that the kernel has counted for this container. */
function oomKills(): number | null {
  for (const path of ['/sys/fs/cgroup/memory.events', '/sys/fs/cgroup/memory/memory.oom_control'])
    try {
      const count = /^oom_kill (\d+)$/m.exec(readFileSync(path, 'utf8'))?.[1];
      if (count !== undefined) return Number(count);
    } catch {
      // Not here.
    }
  return null;
}
