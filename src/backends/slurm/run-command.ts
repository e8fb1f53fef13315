import { spawn } from 'node:child_process';
import type { CommandEnd } from './cluster.ts';

/** Bytes of each stream that are kept; more than a list of 100,000 jobs. */
const OUTPUT_LIMIT = 64 * 2 ** 20;

/**
 * Runs a program of this machine to its end, its limit or until called off; then it is killed.
 *
 * @throws Error with `code` ENOENT where there is no such program; the signal's reason where it was called off
 */
export async function runCommand(
  words: readonly string[],
  options: {
    readonly signal: AbortSignal;
    readonly limitMs: number;
    readonly env: NodeJS.ProcessEnv;
  },
): Promise<CommandEnd> {
  const { signal, limitMs, env } = options;
  signal.throwIfAborted();
  const [program = '', ...rest] = words;
  const { promise, resolve, reject } = Promise.withResolvers<CommandEnd>();
  const child = spawn(program, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let timedOut = false;
  const kill = () => child.kill('SIGKILL');
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, limitMs);
  signal.addEventListener('abort', kill, { once: true });
  const stdout = collected(child.stdout);
  const stderr = collected(child.stderr);
  child.once('error', reject);
  child.once('close', (code) =>
    resolve({ code: timedOut ? null : code, stdout: stdout(), stderr: stderr(), timedOut }),
  );
  try {
    const end = await promise;
    signal.throwIfAborted();
    return end;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', kill);
  }
}

function collected(stream: NodeJS.ReadableStream): () => string {
  const parts: Buffer[] = [];
  let length = 0;
  stream.on('data', (part: Buffer) => {
    if (length < OUTPUT_LIMIT) parts.push(part);
    length += part.length;
  });
  return () => Buffer.concat(parts).toString('utf8');
}
