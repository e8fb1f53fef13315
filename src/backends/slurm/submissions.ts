import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { writeWhole } from '../../dispatch/artifacts/atomic-write.ts';
import { slurmLayout, sweepDirOfAttempt } from '../../dispatch/artifacts/layout.ts';

/** What was given to Slurm together, as its folder tells. */
export interface Submission {
  readonly sweepDir: string;
  /** Its folder's name, and the job name in Slurm. */
  readonly name: string;
  /** Folders of its attempts from the sweep's, by task. */
  readonly attempts: readonly string[];
  /** Milliseconds since 1970. */
  readonly madeAt: number;
  /** The array's number; null while nobody knows whether Slurm took it. */
  readonly array: string | null;
  /** Its tasks that may run at once; null for no limit. */
  readonly atOnce: number | null;
}

/** A sweep's submissions: written before Slurm is asked, so that whoever comes later knows what may have been started. */
export interface Submissions {
  /** The submission and task that an attempt is of; null where it was never given to Slurm. */
  find(attemptDir: string): Promise<{ readonly of: Submission; readonly task: number } | null>;
  /** Writes script and list; from then on Slurm may have the attempts. */
  open(
    made: Pick<Submission, 'name' | 'atOnce'>,
    attemptDirs: readonly string[],
    script: string,
  ): Promise<Submission>;
  /** Slurm has it under this number. */
  taken(submission: Submission, array: string): Promise<Submission & { readonly array: string }>;
  /** Slurm has not, and said why; the script stays to look at. */
  refused(submission: Submission, said: string): Promise<void>;
  /** Slurm certainly has not: as if it had never been. */
  forget(submission: Submission): Promise<void>;
}

function submissionsOf(sweepDir: string): Submissions {
  const layout = slurmLayout(sweepDir);
  const byAttempt = new Map<string, { of: Submission; task: number }>();
  let read: Promise<void> | null = null;

  const keep = (submission: Submission) => {
    for (const [task, attempt] of submission.attempts.entries())
      byAttempt.set(attempt, { of: submission, task });
    return submission;
  };
  const lose = ({ name, attempts }: Submission) => {
    for (const attempt of attempts)
      if (byAttempt.get(attempt)?.of.name === name) byAttempt.delete(attempt);
  };
  /** What an earlier process has left. */
  const readAll = async () => {
    const names = await readdir(layout.dir).catch(() => []);
    const found = await Promise.all(names.map((name) => readSubmission(sweepDir, name)));
    const known = found.filter((one) => one !== null);
    for (const one of known.toSorted((one, other) => one.madeAt - other.madeAt)) keep(one);
  };

  return {
    async find(attemptDir) {
      read ??= readAll();
      await read;
      return byAttempt.get(relative(sweepDir, attemptDir)) ?? null;
    },
    async open({ name, atOnce }, attemptDirs, script) {
      const files = layout.submission(name);
      const attempts = attemptDirs.map((dir) => relative(sweepDir, dir));
      await mkdir(layout.ends, { recursive: true });
      await mkdir(files.dir, { recursive: true });
      await writeFile(files.script, script, { mode: 0o755 });
      await writeWhole(files.tasks, attempts.map((attempt) => `${attempt}\n`).join(''));
      return keep({ sweepDir, name, attempts, madeAt: Date.now(), array: null, atOnce });
    },
    async taken(submission, array) {
      const known = { ...submission, array };
      keep(known);
      const { job } = layout.submission(submission.name);
      await writeWhole(job, `${JSON.stringify({ array, atOnce: known.atOnce })}\n`);
      return known;
    },
    async refused(submission, said) {
      lose(submission);
      await writeFile(layout.submission(submission.name).refused, `${said}\n`);
    },
    async forget(submission) {
      lose(submission);
      await rm(layout.submission(submission.name).dir, { recursive: true, force: true });
    },
  };
}

/** Null where it is none, or one that Slurm has refused. */
async function readSubmission(sweepDir: string, name: string): Promise<Submission | null> {
  const files = slurmLayout(sweepDir).submission(name);
  try {
    const attempts = (await readFile(files.tasks, 'utf8')).split('\n').filter((one) => one !== '');
    const { mtimeMs } = await stat(files.tasks);
    const isRefused = await stat(files.refused).then(
      () => true,
      () => false,
    );
    if (isRefused) return null;
    return { sweepDir, name, attempts, madeAt: mtimeMs, ...(await readTaken(files.job)) };
  } catch {
    return null;
  }
}

async function readTaken(path: string): Promise<Pick<Submission, 'array' | 'atOnce'>> {
  try {
    const { array, atOnce } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    return {
      array: typeof array === 'string' && /^\d+$/.test(array) ? array : null,
      atOnce: typeof atOnce === 'number' ? atOnce : null,
    };
  } catch {
    return { array: null, atOnce: null };
  }
}

/** Keeps what is known of each sweep that this process has to do with. */
export function allSubmissions(): (attemptDir: string) => Submissions {
  const bySweep = new Map<string, Submissions>();
  return (attemptDir) => {
    const sweepDir = sweepDirOfAttempt(attemptDir);
    const known = bySweep.get(sweepDir) ?? submissionsOf(sweepDir);
    bySweep.set(sweepDir, known);
    return known;
  };
}
