import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../fixtures/locks/contender.ts', import.meta.url));

/** What a contender says of a lock it was told to take. */
interface Said {
  readonly held?: number;
  readonly turns?: number;
  readonly error?: string;
}

/** A real process that takes locks as it is told. */
export interface Contender {
  readonly pid: number;
  /** Null where it died instead of answering. */
  tell(order: {
    lock: string;
    acquirers?: number;
    turns?: number;
    dieAt?: number;
  }): Promise<Said | null>;
  release(): Promise<void>;
  /** As by kill -9; resolves when it is gone. */
  kill(): Promise<void>;
}

const living = new Set<ChildProcess>();

export async function startContender(): Promise<Contender> {
  const child = spawn(process.execPath, [PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] });
  living.add(child);
  const exit = once(child, 'exit').then(() => {
    living.delete(child);
    return null;
  });
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => {
    const { value, done } = await lines.next();
    if (!done) return JSON.parse(value) as Said;
    return exit;
  };
  await nextLine();
  return {
    pid: child.pid as number,
    tell(order) {
      child.stdin.write(`${JSON.stringify({ acquirers: 1, turns: 0, ...order })}\n`);
      return nextLine();
    },
    async release() {
      child.stdin.write('release\n');
      await nextLine();
    },
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}

/** For the end of a file of tests. */
export async function killContenders(): Promise<void> {
  await Promise.all(
    [...living].map(async (child) => {
      const ended = once(child, 'exit');
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await ended;
      }
    }),
  );
}
