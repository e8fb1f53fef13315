import { mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** A real Slurm for tests: four CPU nodes, two GPU nodes, accounting. `slurm.sh` says what it has. */
export interface SlurmBed {
  readonly dir: string;
  /** For SLURM_CONF. */
  readonly conf: string;
  /** The same cluster as one without accounting looks. */
  readonly confWithoutAccounting: string;
  /** A command of Slurm; its output, whatever its exit code. */
  run(...words: string[]): Promise<string>;
  /** When the controller has last saved what it knows of jobs, milliseconds since 1970. */
  savedAt(): number;
  /** Kills one part, or starts it again: slurmctld, slurmdbd, or a node such as c4. */
  stop(what: string): Promise<void>;
  start(what: string): Promise<void>;
  down(): Promise<void>;
}

const SCRIPT = join(import.meta.dirname, 'slurm.sh');
/** The script's word for: not on this machine. */
const IMPOSSIBLE = 77;

/** Starts one, or tells why that is not possible on this machine. */
export async function startSlurmBed(): Promise<SlurmBed | { readonly impossible: string }> {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'llc-slurm-')));
  const bed = (...words: string[]) => execa(SCRIPT, words, { reject: false, stdin: 'ignore' });
  const port = await freePorts();
  const up = await bed('up', dir, String(port));
  if (up.exitCode !== 0) {
    await bed('down', dir);
    rmSync(dir, { recursive: true, force: true });
    if (up.exitCode === IMPOSSIBLE) return { impossible: up.stderr };
    throw new Error(`The Slurm for tests does not start: ${up.stderr}`);
  }
  const conf = join(dir, 'slurm.conf');
  return {
    dir,
    conf,
    confWithoutAccounting: join(dir, 'no-accounting.conf'),
    async run(...[program = '', ...words]) {
      const env = { SLURM_CONF: conf, TZ: 'UTC' };
      return (await execa(program, words, { env, reject: false, all: true })).all;
    },
    savedAt: () => statSync(join(dir, 'state/job_state'), { throwIfNoEntry: false })?.mtimeMs ?? 0,
    stop: async (what) => void (await bed('stop', dir, what)),
    async start(what) {
      const { exitCode, stderr } = await bed('start', dir, what);
      if (exitCode !== 0) throw new Error(stderr);
    },
    async down() {
      await bed('down', dir);
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The first of 20 ports of which the first ones are free. */
async function freePorts(): Promise<number> {
  for (;;) {
    const first = 20_000 + 20 * Math.floor(500 * Math.random());
    const free = await Promise.all([0, 1, 2, 3].map((i) => isFree(first + i)));
    if (free.every(Boolean)) return first;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
