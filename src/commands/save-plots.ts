import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { RUN_FILES, runDir } from '../dispatch/artifacts/layout.ts';
import type { JobSpec } from '../dispatch/job/job-spec.ts';
import { exists } from '../report/run-figures/exists.ts';

/** A run takes seconds; one that takes longer is let go. */
const LIMIT_MS = 300_000;

/**
 * Draws the figures of finished jobs that asked for them (`save_plots`), one run after the other, each by `llc analyze`
 * in a process of its own: called when a sweep has ended, it slows no job. Runs whose draws are not here are left out;
 * figures that are there stay.
 *
 * @param jobs - those that have a result.
 * @param program.cli - the bundle of the program.
 */
export async function savePlots(
  jobs: readonly Pick<JobSpec, 'runId' | 'sampler' | 'config'>[],
  runsDir: string,
  program: {
    readonly cli: string;
    readonly signal: AbortSignal;
    readonly log: (line: string) => void;
  },
): Promise<void> {
  const wanted = jobs.filter(({ config }) => config.save_plots);
  for (const { runId, sampler } of wanted) {
    if (program.signal.aborted) return;
    const dir = resolve(runDir(runsDir, runId));
    if (!(await exists(join(dir, RUN_FILES.draws(sampler))))) {
      program.log(`no figures of ${runId}: its draws are not here`);
      continue;
    }
    const failure = await analyze(dir, program);
    if (failure !== null) program.log(`no figures of ${runId}: ${failure}`);
  }
  if (wanted.length > 0) program.log(`figures of ${wanted.length} runs looked after`);
}

/** Why it failed, or null. */
async function analyze(
  dir: string,
  { cli, signal }: { readonly cli: string; readonly signal: AbortSignal },
): Promise<string | null> {
  const child = spawn(process.execPath, [cli, 'analyze', dir], {
    stdio: ['ignore', 'ignore', 'pipe'],
    signal: AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]),
    killSignal: 'SIGKILL',
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-2000);
  });
  try {
    const [code] = await once(child, 'close');
    return code === 0 ? null : said.trim() || `llc analyze ended with ${code}`;
  } catch (error) {
    return (error as Error).message;
  }
}
