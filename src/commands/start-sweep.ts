import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { writeWhole } from '../dispatch/artifacts/atomic-write.ts';
import { codeVersion } from '../dispatch/artifacts/code-version.ts';
import { findRun } from '../dispatch/artifacts/find-run.ts';
import { sweepLayout } from '../dispatch/artifacts/layout.ts';
import { readFlags } from '../dispatch/config/flags.ts';
import { issueText } from '../dispatch/config/issue.ts';
import type { RunOptions } from '../dispatch/config/run-options.ts';
import { schemaHash } from '../dispatch/config/schema-hash.ts';
import { LlcError } from '../dispatch/errors.ts';
import type { ClockLimits } from '../dispatch/job/clock-limits.ts';
import { describePlan, planJson } from '../dispatch/plan/describe.ts';
import type { Plan } from '../dispatch/plan/plan.ts';
import { preparePlan } from '../dispatch/plan/prepare-plan.ts';
import { runSweep } from '../dispatch/scheduler/run-loop.ts';
import type { SweepRequest, SweepSummary } from '../dispatch/scheduler/sweep-request.ts';
import { chooseBackend } from './choose-backend.ts';
import { sweepsDirOf } from './newest-sweep.ts';
import type { Rim } from './rim.ts';
import { watchSweep } from './watch-sweep.ts';

/** What `run` and `sweep` do: plan, then start, watch and tell the end. */
export async function startSweep(
  name: 'run' | 'sweep',
  command: Command,
  rim: Rim,
): Promise<SweepSummary | null> {
  const prepared = await preparePlan({
    command: name,
    flags: readFlags(command),
    env: rim.env,
    remembered: {},
    now: rim.now(),
    codeVersion: codeVersion(),
    readText: (path) => readFile(resolve(rim.cwd, path), 'utf8'),
    isTaken: (id) => existsSync(join(sweepsDirOf(rim.cwd), id)),
  });
  if (!prepared.ok) {
    throw new LlcError(78, prepared.issues.map(issueText).join('\n     '), 'Nothing was started.');
  }
  const { plan, options, notes } = prepared;
  const runsDir = resolve(rim.cwd, plan.runsDir);
  const json = command.opts()['json'] === true;
  for (const note of notes) rim.note(`note: ${note}`);
  if (plan.jobs.some(({ config }) => config.save_plots)) {
    rim.note('note: save_plots: this version draws no plots; the draws are in each run’s .nc file');
  }
  refuseWhatIsMissing(options);
  if (options.dryRun) {
    await printPlan(plan, options, runsDir, rim, json);
    return null;
  }

  const backend = chooseBackend(options, runsDir);
  const sweepsDir = sweepsDirOf(rim.cwd);
  const files = sweepLayout(sweepsDir, plan.sweepId);
  await writeWhole(files.plan, `${JSON.stringify({ ...plan, options }, null, 2)}\n`);
  const request: SweepRequest = {
    sweepId: plan.sweepId,
    jobs: plan.jobs,
    backend,
    resources: plan.resources,
    retries: {
      maxRetries: options.maxRetries,
      backoff: options.backoff,
      initialDelayS: options.initialDelayS,
    },
    limits: limitsOf(options),
    ...(options.maxConcurrent === null ? {} : { maxConcurrent: options.maxConcurrent }),
    sweepsDir,
    runsDir: plan.runsDir,
    storeDir: join(rim.cwd, '.llc'),
    tableCopiesDir: name === 'sweep' ? rim.cwd : null,
    schemaHash: schemaHash(),
    codeVersion: codeVersion(),
    noSkip: !options.skip,
    noArtifacts: !options.artifacts,
    ...(options.skip ? { findRun: (job) => findRun(runsDir, job, options.artifacts) } : {}),
  };
  const watch = watchSweep(rim, json);
  try {
    const summary = await runSweep({ ...request, ...watch.listeners }, rim.signal);
    watch.end();
    rim.exitCode = exitCodeOf(summary);
    return summary;
  } finally {
    watch.end();
  }
}

/** 0 all well, 1 some job failed, 69 refused, 75 paused, 130 interrupted. */
function exitCodeOf({ outcome, counts }: SweepSummary): number {
  if (outcome === 'interrupted') return 130;
  if (outcome === 'refused') return 69;
  if (outcome === 'paused') return 75;
  return counts.error + counts.cancelled > 0 ? 1 : 0;
}

function limitsOf(options: RunOptions): Partial<ClockLimits> {
  const { hangTimeoutS, maxWaitMin, silentTimeoutS, timeoutGiven, timeoutMin } = options;
  const notStartedS = hangTimeoutS ?? (maxWaitMin === null ? null : maxWaitMin * 60);
  return {
    ...(notStartedS === null ? {} : { notStartedS }),
    ...(silentTimeoutS === null ? {} : { firstWordS: silentTimeoutS, heartbeatS: silentTimeoutS }),
    ...(timeoutGiven ? { runningS: timeoutMin * 60 } : {}),
  };
}

/** Options of the contract that need a dispatcher in the background. */
function refuseWhatIsMissing({ detach, takeOver }: RunOptions): void {
  if (!detach && !takeOver) return;
  const flag = detach ? '--detach' : '--take-over';
  throw new LlcError(
    69,
    `${flag}: this version of llc runs a sweep in the foreground only.`,
    'Leave the flag out; to keep a sweep running without a terminal, start it under tmux or nohup.',
  );
}

async function printPlan(
  plan: Plan,
  options: RunOptions,
  runsDir: string,
  rim: Rim,
  json: boolean,
): Promise<void> {
  const cached = new Set<string>();
  if (options.skip) {
    for (const job of plan.jobs) {
      if (await findRun(runsDir, job, options.artifacts)) cached.add(job.runId);
    }
  }
  const isCached = (runId: string) => cached.has(runId);
  if (json) rim.print(JSON.stringify(planJson(plan, isCached), null, 2));
  else for (const line of describePlan(plan, isCached)) rim.print(line);
}
