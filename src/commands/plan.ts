import { type Command, InvalidArgumentError } from 'commander';
import { sweepLayout } from '../dispatch/artifacts/layout.ts';
import { LlcError } from '../dispatch/errors.ts';
import { finishedRuns } from '../dispatch/forecast/finished-runs.ts';
import { type Budget, forecast } from '../dispatch/forecast/forecast.ts';
import { readSweepJobs } from '../dispatch/plan/finished-jobs.ts';
import { asciiText } from './ascii-text.ts';
import { chooseSweep, sweepsDirOf } from './newest-sweep.ts';
import { planJson, planLines } from './plan-lines.ts';
import type { Rim } from './rim.ts';

interface Options {
  readonly budget?: Budget;
  readonly error?: number;
  readonly json: boolean;
}

const ERROR = 0.02;

/** Adds `llc plan`: from finished runs, what an error costs and where a budget is best spent. */
export function addPlan(program: Command, rim: Rim): void {
  program
    .command('plan')
    .description(
      'Tell from the finished runs of a sweep (default: the newest) how many draws or minutes an error takes, and by which sampler. Only reads.',
    )
    .argument('[sweep]', 'its name, a folder of sweeps/')
    .option(
      '--budget <AMOUNT>',
      'for one run: 90s, 30m, 2h, $20 or 5000-draws (a chain, without warm-up)',
      budgetOf,
    )
    .option(
      '--error <X>',
      `the standard error wanted, as a share of the estimate (default: ${ERROR} without --budget)`,
      share,
    )
    .option('--json', 'as JSON', false)
    .addHelpText(
      'after',
      '\nExample:\n  llc plan --budget=30m\n  llc plan 1123-1431-quick --error=0.01',
    )
    .action((name: string | undefined, options: Options) => plan(name, options, rim));
}

async function plan(name: string | undefined, options: Options, rim: Rim): Promise<void> {
  const sweepsDir = sweepsDirOf(rim.cwd);
  const sweepId = await chooseSweep(sweepsDir, name);
  const runs = finishedRuns(await readSweepJobs(sweepLayout(sweepsDir, sweepId), rim.cwd));
  if (runs.length === 0) {
    throw new LlcError(
      75,
      `No job of ${sweepId} has a run here to tell from.`,
      `llc status ${sweepId} tells what stands where; llc pull-runs brings runs from elsewhere.`,
    );
  }
  const { budget = null } = options;
  if (budget?.kind === 'dollars' && runs.every((run) => run.dollarsPerSecond === null)) {
    throw new LlcError(
      64,
      `No job of ${sweepId} tells what it cost, so that no budget in dollars can be told.`,
      'Give a time, such as --budget=30m.',
    );
  }
  const error = options.error ?? (budget === null ? ERROR : null);
  const forecasts = forecast(runs, { budget, error });
  if (options.json) {
    rim.print(JSON.stringify(planJson(sweepId, forecasts, { budget, error }), null, 2));
  } else {
    for (const line of planLines(sweepId, forecasts, { budget, error })) {
      rim.print(rim.isTerminal ? line : asciiText(line));
    }
  }
  rim.exitCode = forecasts.some(({ isBest }) => isBest) ? 0 : 1;
}

const SECONDS = { s: 1, m: 60, min: 60, h: 3600 } as const;

/** `30m`, `$20`, `5000-draws`. */
function budgetOf(text: string): Budget {
  const [, dollars] = /^\$(\d*\.?\d+)$/.exec(text) ?? [];
  if (dollars !== undefined) return positive({ kind: 'dollars', amount: Number(dollars) });
  const [, draws] = /^(\d+)[- ]?draws$/.exec(text) ?? [];
  if (draws !== undefined) return positive({ kind: 'draws', amount: Number(draws) });
  const [, time, unit] = /^(\d*\.?\d+) ?(s|m|min|h)$/.exec(text) ?? [];
  if (time !== undefined) {
    const amount = Number(time) * SECONDS[unit as keyof typeof SECONDS];
    return positive({ kind: 'seconds', amount });
  }
  throw new InvalidArgumentError('A budget is 90s, 30m, 2h, $20 or 5000-draws.');
}

function positive(budget: Budget): Budget {
  if (budget.amount > 0 && Number.isFinite(budget.amount)) return budget;
  throw new InvalidArgumentError('A budget is more than nothing.');
}

function share(text: string): number {
  const number = Number(text);
  if (number > 0 && number < 1) return number;
  throw new InvalidArgumentError('A number between 0 and 1, such as 0.02.');
}
