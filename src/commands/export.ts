import { join, relative, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { writeWhole } from '../dispatch/artifacts/atomic-write.ts';
import { cannotWrite } from '../dispatch/artifacts/cannot-write.ts';
import { sweepLayout } from '../dispatch/artifacts/layout.ts';
import { sweepTables } from '../dispatch/artifacts/sweep-csv.ts';
import { LlcError } from '../dispatch/errors.ts';
import { readJournal, replay } from '../dispatch/journal/replay.ts';
import { finishedJobs } from '../dispatch/journal/selectors.ts';
import { readSweepFile } from '../dispatch/plan/sweep-file.ts';
import { joinedTable } from '../report/export/joined-table.ts';
import { encoded, FORMATS, type Format } from '../report/export/table-formats.ts';
import { chooseSweep, sweepsDirOf } from './newest-sweep.ts';
import type { Rim } from './rim.ts';

interface Flags {
  readonly format: Format;
  readonly out?: string;
}

/** Adds `llc export`: a sweep's results with the configuration, for other programs. */
export function addExport(program: Command, rim: Rim): void {
  program
    .command('export')
    .description("A sweep's results and the configuration that differs between jobs, as one table.")
    .argument('[sweep]', 'its name, a folder of sweeps/. Default: the newest')
    .addOption(new Option('--format <FORMAT>', 'of the file').choices(FORMATS).default('parquet'))
    .option('--out <FILE>', 'where it shall lie. Default: export.FORMAT in the sweep')
    .addHelpText('after', '\nExample:\n  llc export --format=parquet --out=study.parquet')
    .action((sweep: string | undefined, flags: Flags) => exportSweep(sweep, flags, rim));
}

async function exportSweep(
  name: string | undefined,
  { format, out }: Flags,
  rim: Rim,
): Promise<void> {
  const sweepsDir = sweepsDirOf(rim.cwd);
  const files = sweepLayout(sweepsDir, await chooseSweep(sweepsDir, name));
  const sweep = replay((await readJournal(files.journal)).events);
  const finished = finishedJobs(sweep);
  if (finished.length === 0)
    throw new LlcError(1, `${sweep.sweepId} has no finished job.`, 'llc status');
  const planned = new Map((await readSweepFile(files.plan)).jobs.map((job) => [job.jobId, job]));
  const jobs = finished.map(({ jobId }) => {
    const job = planned.get(jobId);
    if (job === undefined)
      throw new LlcError(1, `${files.plan} has no job ${jobId}: it is another sweep's plan.`);
    return job;
  });
  const columns = joinedTable(sweepTables(files)(sweep).results, jobs);
  const path = out === undefined ? join(files.dir, `export.${format}`) : resolve(rim.cwd, out);
  await writeWhole(path, await encoded(columns, format)).catch((error) => {
    throw cannotWrite('the table', path, error);
  });
  rim.print(`${jobs.length} jobs, ${columns.length} columns: ${relative(rim.cwd, path)}`);
}
