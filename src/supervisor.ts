import { basename, dirname, join, resolve } from 'node:path';
import { chooseBackend } from './commands/choose-backend.ts';
import { savePlots } from './commands/save-plots.ts';
import { sweepLayout } from './dispatch/artifacts/layout.ts';
import { LlcError } from './dispatch/errors.ts';
import { standing } from './dispatch/journal/selectors.ts';
import { readSweepFile } from './dispatch/plan/sweep-file.ts';
import type { SweepSummary } from './dispatch/scheduler/sweep-summary.ts';
import { workingDirOf } from './dispatch/supervisor/request-of-file.ts';
import { SUPERVISOR_EXIT } from './dispatch/supervisor/start-supervisor.ts';
import { supervise } from './dispatch/supervisor/supervise.ts';

// The background process of one sweep: outlives the terminal, writes the journal, hears orders.
const [dir, flag] = process.argv.slice(2);
process.exit(dir === undefined ? 64 : await main(resolve(dir), flag === '--take-over'));

async function main(sweepDir: string, takeOver: boolean): Promise<number> {
  const log = (line: string) =>
    process.stdout.write(`${new Date().toISOString()} [${process.pid}] ${line}\n`);
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  process.on('uncaughtException', (error) => {
    log(`ended by a bug: ${error.stack ?? error.message}`);
    process.exit(70);
  });
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const)
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(143);
      log(`${name}: leaving; jobs go on`);
      stop.abort(new LlcError(130, `ended by ${name}`));
    });
  process.on('SIGHUP', () => {});
  try {
    process.chdir(workingDirOf(sweepDir));
    const ended = await supervise(sweepDir, {
      createBackend: ({ options, runsDir }) =>
        chooseBackend(options, {
          runsDir: resolve(runsDir),
          workingDir: process.cwd(),
          sweepDir,
        }),
      signal: stop.signal,
      takeOver,
      log,
    });
    if (ended.kind === 'taken') return SUPERVISOR_EXIT.taken;
    log(`${ended.summary.outcome} after ${ended.summary.durationS.toFixed(1)} s`);
    if (ended.summary.outcome !== 'stopped') await drawFigures(sweepDir, ended.summary);
    return SUPERVISOR_EXIT.well;
  } catch (error) {
    const { stack, message } = error as Error;
    log(error instanceof LlcError ? `${message} ${error.hint}` : (stack ?? message));
    return error instanceof LlcError ? error.code : 70;
  }

  /** The sweep is over and its lock given back: who watches does not wait for it. */
  async function drawFigures(dir: string, { sweep }: SweepSummary): Promise<void> {
    const { jobs, runsDir } = await readSweepFile(sweepLayout(dirname(dir), basename(dir)).plan);
    const done = new Set(
      [...sweep.jobs.values()].flatMap((job) =>
        ['ok', 'cached'].includes(standing(job)) ? job.jobId : [],
      ),
    );
    const cli = join(import.meta.dirname, 'cli.js');
    await savePlots(
      jobs.filter(({ jobId }) => done.has(jobId)),
      runsDir,
      { cli, signal: stop.signal, log },
    );
  }
}
