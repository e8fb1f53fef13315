import type { Command } from 'commander';
import { sweepLayout } from '../dispatch/artifacts/layout.ts';
import { addRunOptions, givenRunOptions } from '../dispatch/config/flags.ts';
import { issueText } from '../dispatch/config/issue.ts';
import { readOption } from '../dispatch/config/read-option.ts';
import type { RunOptionName } from '../dispatch/config/run-options.ts';
import { LlcError } from '../dispatch/errors.ts';
import type { Resources } from '../dispatch/job/job-spec.ts';
import { readJournal, replay } from '../dispatch/journal/replay.ts';
import { HOLD_MS, newOrder, type OrderAnswer } from '../dispatch/orders/order.ts';
import { giveOrder } from '../dispatch/supervisor/give-order.ts';
import { namedJobs } from './named-jobs.ts';
import { chooseSweep, sweepsDirOf } from './newest-sweep.ts';
import { jobCount, refusalLines } from './order-report.ts';
import type { Rim } from './rim.ts';
import { startOptions } from './start-options.ts';

/** What a retry may change, and what the change is called on the way to the job. */
const CHANGES = {
  cpus: 'cpus',
  memGb: 'memoryGb',
  timeoutMin: 'timeoutMin',
  gpuTypes: 'gpuTypes',
} as const satisfies Partial<Record<RunOptionName, keyof Resources>>;
const CHANGE_NAMES = Object.keys(CHANGES) as (keyof typeof CHANGES)[];

interface RetryOptions {
  readonly job?: readonly string[];
  readonly skip: boolean;
  readonly undo: boolean;
  readonly takeOver: boolean;
  readonly json: boolean;
}

/** Adds `llc retry`: run failed or chosen jobs again, into the same sweep and tables. */
export function addRetry(program: Command, rim: Rim): void {
  const command = program
    .command('retry')
    .description(
      'Run failed jobs again, in the same sweep (default: the newest) and into the same tables.',
    )
    .argument('[sweep]', 'its name, a folder of sweeps/')
    .option('--job <JOB...>', 'these jobs alone, as llc status names them (default: all failed)')
    .option('--no-skip', 'compute again although the run exists; the old one stays until then')
    .option('--undo', 'take back retries that are still held', false)
    .option('--take-over', 'take the sweep from a machine that is gone', false)
    .option('--json', 'as JSON', false)
    .addHelpText('after', '\nExample:\n  llc retry --job large-hmc-42 --mem-gb=32');
  addRunOptions(command, CHANGE_NAMES, { group: 'Changed for these jobs:', defaults: false });
  command.action(async (name: string | undefined, options: RetryOptions) => {
    const sweepsDir = sweepsDirOf(rim.cwd);
    const sweepId = await chooseSweep(sweepsDir, name);
    const { dir, journal } = sweepLayout(sweepsDir, sweepId);
    const sweep = replay((await readJournal(journal)).events);
    const order = newOrder(options.undo ? 'undo' : 'retry', namedJobs(sweep, options.job), {
      resources: changedResources(command),
      noSkip: !options.skip,
      holdMs: HOLD_MS,
    });
    const answer = await giveOrder(dir, order, {
      ...startOptions(rim, options.takeOver),
      onNotice: rim.note,
    });
    if (options.json) rim.print(JSON.stringify({ sweep: sweepId, ...answer }, null, 2));
    else for (const line of report(sweepId, options.undo, answer)) rim.print(line);
    if (options.job !== undefined && answer.done.length < options.job.length) rim.exitCode = 1;
  });
}

function changedResources(command: Command): Partial<Resources> {
  const given = givenRunOptions(command, CHANGE_NAMES);
  const changed: Record<string, unknown> = {};
  for (const name of CHANGE_NAMES) {
    if (given[name] === undefined) continue;
    const read = readOption(name, given[name], `--${name}`);
    if (!read.ok) throw new LlcError(78, issueText(read.issue), 'Nothing was asked for.');
    changed[CHANGES[name]] = read.value;
  }
  return changed as Partial<Resources>;
}

function report(sweepId: string, isUndo: boolean, answer: OrderAnswer): string[] {
  const { done, until } = answer;
  if (isUndo)
    return [
      done.length === 0 ? 'Nothing to undo.' : `Taken back: ${jobCount(done.length)}.`,
      ...refusalLines(answer),
    ];
  if (done.length === 0) return ['No failed jobs to retry.', ...refusalLines(answer)];
  const when = until === null ? 'now' : `at ${new Date(until).toTimeString().slice(0, 8)}`;
  return [
    `Retrying ${jobCount(done.length)} of ${sweepId} ${when}. Until then llc retry --undo takes it back.`,
    ...refusalLines(answer),
    `Watch: llc attach ${sweepId}`,
  ];
}
