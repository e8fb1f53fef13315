import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { localBackend } from '../../src/backends/local/local-backend.ts';
import { attemptLayout } from '../../src/dispatch/artifacts/layout.ts';
import type { Backend } from '../../src/dispatch/backend.ts';
import { configSchema, type FieldName } from '../../src/dispatch/config/schema.ts';
import { schemaHash } from '../../src/dispatch/config/schema-hash.ts';
import { type JobResult, type Payload, PROTOCOL_VERSION } from '../../src/dispatch/job/protocol.ts';

/** Stands for the bundle's hash, which only a build gives. */
export const CODE_VERSION = 'code-of-test';
const WORKER = fileURLToPath(new URL('../../src/worker.ts', import.meta.url));

export const RUN_ID = '0123456789ab';
export const FAMILY_ID = 'ba9876543210';

/** A payload as the dispatcher writes it, paths relative to the attempt's folder in `root`. */
export function payloadOf(
  config: Readonly<Partial<Record<FieldName, unknown>>>,
  change: Partial<Payload> = {},
): Payload {
  const whole = configSchema.parse(config);
  return {
    protocol: PROTOCOL_VERSION,
    schemaHash: schemaHash(),
    codeVersion: CODE_VERSION,
    sweepId: 'sweep',
    attempt: 1,
    owner: 'owner-1',
    job: {
      jobId: `${whole.target}-${whole.sampler}-${whole.seed}`,
      problem: whole.target,
      sampler: whole.sampler,
      seed: whole.seed,
      runId: RUN_ID,
      familyId: FAMILY_ID,
      config: whole,
    },
    resources: { cpus: 1, memoryGb: 4, timeoutMin: 10, gpuMode: 'off', gpuTypes: [] },
    runsDir: '../runs',
    storeDir: '../.llc',
    noSkip: false,
    noArtifacts: false,
    ...change,
  };
}

/** The local backend with the worker of the sources. */
export function localBackendOf(root: string): Backend {
  process.env['LLC_CODE_VERSION'] = CODE_VERSION;
  return localBackend({ workerPath: WORKER, runsDir: join(root, 'runs'), cpus: 1, lookEveryMs: 0 });
}

/** Writes a payload into a new attempt's folder. */
export async function prepareAttempt(
  root: string,
  name: string,
  payload: Payload | string,
): Promise<string> {
  const dir = join(root, name);
  await mkdir(dir, { recursive: true });
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  await writeFile(attemptLayout(dir).payload, text);
  return dir;
}

export interface Ended {
  readonly code: number | null;
  readonly log: string;
  readonly errors: string;
  /** Null where the worker left none. */
  readonly result: JobResult | null;
}

export interface Running {
  readonly process: ReturnType<typeof spawn>;
  /** Resolves when the log has a line that matches. */
  logs(pattern: RegExp): Promise<void>;
  readonly ended: Promise<Ended>;
}

/** Starts a worker of the sources, or of another file, on an attempt's folder. */
export function startWorker(
  dir: string,
  { program = WORKER, env = {} }: { program?: string; env?: NodeJS.ProcessEnv } = {},
): Running {
  const child = spawn(process.execPath, [program, dir], {
    cwd: dir,
    env: { ...process.env, LLC_CODE_VERSION: CODE_VERSION, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    log += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text;
  });
  return {
    process: child,
    logs: async (pattern) => {
      while (!pattern.test(log)) {
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new Error(`the worker ended without ${pattern}:\n${log}\n${errors}`);
        }
        await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
      }
    },
    ended: (async () => {
      const [code] = await once(child, 'close');
      const text = await readFile(attemptLayout(dir).result, 'utf8').catch(() => null);
      return { code, log, errors, result: text === null ? null : JSON.parse(text) };
    })(),
  };
}

/** Runs a payload in a new attempt's folder to its end. */
export async function runAttempt(
  root: string,
  name: string,
  payload: Payload | string,
): Promise<Ended> {
  return startWorker(await prepareAttempt(root, name, payload)).ended;
}
