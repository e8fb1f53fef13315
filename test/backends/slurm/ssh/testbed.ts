import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Link } from '../../../../src/backends/slurm/ssh/link.ts';
import { sshLink } from '../../../../src/backends/slurm/ssh/ssh-link.ts';

export const NEVER = new AbortController().signal;

const SCRIPT = 'test/testbeds/sshd.sh';

/** Two real sshds on the loopback. */
export interface Testbed {
  readonly dir: string;
  readonly port: number;
  readonly jumpPort: number;
  readonly configFile: string;
  /** Processes of sessions of the login node, which hold its connections. */
  sessions(): readonly number[];
  killSessions(): void;
  /** A link to a host of its configuration, ended with the testbed. */
  link(host: string, configFile?: string): Link;
  stop(): Promise<void>;
}

/** Starts them; null, and a word of why, where there can be none. */
export async function startTestbed(environment: NodeJS.ProcessEnv = {}): Promise<Testbed | null> {
  const dir = mkdtempSync(join(tmpdir(), 'llc-sshd-'));
  const [port, jumpPort] = await freePorts(2);
  const { status, stdout, stderr } = spawnSync(SCRIPT, ['up', dir, `${port}`, `${jumpPort}`], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  if (status === 3) {
    console.warn(`skipped: ${stdout.trim()}`);
    rmSync(dir, { recursive: true });
    return null;
  }
  if (status !== 0) throw new Error(`${SCRIPT}: ${stdout}${stderr}`);
  const configFile = join(dir, 'ssh_config');
  const links: Link[] = [];
  const sessions = () => childrenOf(Number(readFileSync(join(dir, 'login.pid'), 'utf8')));
  return {
    dir,
    port: port as number,
    jumpPort: jumpPort as number,
    configFile,
    sessions,
    killSessions() {
      for (const pid of sessions()) signalSafely(pid, 'SIGKILL');
    },
    link(host, file = configFile) {
      const made = sshLink({ host, configFile: file });
      links.push(made);
      return made;
    },
    async stop() {
      for (const made of links) await made.close();
      execFileSync(SCRIPT, ['down', dir]);
      rmSync(dir, { recursive: true });
    },
  };
}

/** Ends a process, or lets it be where it has ended. */
export function signalSafely(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Tries again while a link waits before it is made anew. */
export async function untilWell<T>(task: () => Promise<T>): Promise<T> {
  for (let i = 0; ; i++) {
    try {
      return await task();
    } catch (error) {
      if (i === 30) throw error;
      await sleep(200);
    }
  }
}

function childrenOf(parent: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const { state, ppid } = statOf(pid) ?? {};
      return ppid === parent && state !== 'Z';
    });
}

/** Whether a process is there and has not ended. */
export function isAlive(pid: number): boolean {
  const stat = statOf(pid);
  return stat !== null && stat.state !== 'Z';
}

function statOf(pid: number): { state: string; ppid: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, ppid: Number(ppid) };
  } catch {
    return null;
  }
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(
    servers.map((server) => new Promise<void>((resolve) => server.once('listening', resolve))),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
