import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { sweepLayout } from '../dispatch/artifacts/layout.ts';
import { LlcError } from '../dispatch/errors.ts';
import { TERMINAL_STATES } from '../dispatch/job/words.ts';
import { followJournal } from '../dispatch/journal/follow.ts';
import { reduce } from '../dispatch/journal/reduce.ts';
import { readJournal, replay } from '../dispatch/journal/replay.ts';
import { emptySweep, type SweepState } from '../dispatch/journal/sweep-state.ts';
import { newOrder } from '../dispatch/orders/order.ts';
import { giveOrder } from '../dispatch/supervisor/give-order.ts';
import { namedJobs } from './named-jobs.ts';
import { chooseSweep, sweepsDirOf } from './newest-sweep.ts';
import { jobCount, refusalLines } from './order-report.ts';
import type { Rim } from './rim.ts';
import { startOptions } from './start-options.ts';

interface CancelOptions {
  readonly job?: readonly string[];
  readonly takeOver: boolean;
  readonly json: boolean;
}

/** A place asks, waits and kills; one that cannot end a job within this time tells so by its silence. */
const END_LIMIT_MS = 180_000;
const LOOK_EVERY_MS = 100;

/** Adds `llc cancel`: end chosen jobs or a whole sweep. */
export function addCancel(program: Command, rim: Rim): void {
  program
    .command('cancel')
    .description('End jobs of a sweep (default: all of the newest): ask, wait, then kill.')
    .argument('[sweep]', 'its name, a folder of sweeps/')
    .option('--job <JOB...>', 'these jobs alone, as llc status names them (default: all)')
    .option('--take-over', 'take the sweep from a machine that is gone', false)
    .option('--json', 'as JSON', false)
    .addHelpText('after', '\nExample:\n  llc cancel 1123-1431-quick --job large-hmc-42')
    .action(async (name: string | undefined, options: CancelOptions) => {
      const sweepsDir = sweepsDirOf(rim.cwd);
      const sweepId = await chooseSweep(sweepsDir, name);
      const { dir, journal } = sweepLayout(sweepsDir, sweepId);
      const before = replay((await readJournal(journal)).events);
      if (before.ended !== null && options.job === undefined) {
        rim.print(`Nothing to cancel: ${sweepId} has ended.`);
        return;
      }
      const order = newOrder('cancel', namedJobs(before, options.job));
      const answer = await giveOrder(dir, order, {
        ...startOptions(rim, options.takeOver),
        onNotice: rim.note,
      });
      const sweep = await untilEnded(journal, answer.done, rim);
      const ended = answer.done.filter((jobId) => isOver(sweep, jobId));
      const finished = ended.filter((jobId) => sweep.jobs.get(jobId)?.outcome != null).length;
      if (options.json) rim.print(JSON.stringify({ sweep: sweepId, ...answer, ended }, null, 2));
      else {
        const late = finished > 0 ? `, ${finished} had finished by then` : '';
        rim.print(
          answer.done.length === 0
            ? 'Nothing to cancel.'
            : `Cancelled ${jobCount(ended.length - finished)} of ${sweepId}${late}.`,
        );
        for (const line of refusalLines(answer)) rim.print(line);
      }
      if (ended.length < answer.done.length)
        throw new LlcError(
          75,
          `${jobCount(answer.done.length - ended.length)} of ${sweepId} cannot be ended yet.`,
          'They are asked again until they end: llc status tells where they are.',
        );
      if (options.job !== undefined && answer.done.length < options.job.length) rim.exitCode = 1;
    });
}

/** Waits until these jobs have ended, or too long. */
async function untilEnded(
  journal: string,
  jobIds: readonly string[],
  { signal }: Rim,
): Promise<SweepState> {
  const follower = followJournal(journal);
  const sweep = emptySweep();
  const until = performance.now() + END_LIMIT_MS;
  for (;;) {
    for (const event of await follower.read()) reduce(sweep, event);
    const areOver = jobIds.every((jobId) => isOver(sweep, jobId));
    if (areOver || performance.now() >= until) return sweep;
    signal.throwIfAborted();
    await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
  }
}

function isOver(sweep: SweepState, jobId: string): boolean {
  const job = sweep.jobs.get(jobId);
  return job !== undefined && TERMINAL_STATES.has(job.state);
}
