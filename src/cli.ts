import { dirname } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import type { Rim } from './commands/rim.ts';
import { LlcError } from './dispatch/errors.ts';
import { harmlessText } from './dispatch/job/harmless-text.ts';
import { VERSION } from './version.ts';

/** In the order of the help. Each is loaded where it is called: the console needs none of the others. */
const COMMANDS = {
  run: async () => (await import('./commands/run.ts')).addRun,
  tui: async () => (await import('./commands/tui.ts')).addTui,
  sweep: async () => (await import('./commands/sweep.ts')).addSweep,
  status: async () => (await import('./commands/status.ts')).addStatus,
  attach: async () => (await import('./commands/attach.ts')).addAttach,
  retry: async () => (await import('./commands/retry.ts')).addRetry,
  cancel: async () => (await import('./commands/cancel.ts')).addCancel,
  'plot-sweep': async () => (await import('./commands/plot-sweep.ts')).addPlotSweep,
  analyze: async () => (await import('./commands/analyze.ts')).addAnalyze,
  preview: async () => (await import('./commands/preview.ts')).addPreview,
  export: async () => (await import('./commands/export.ts')).addExport,
  'pull-runs': async () => (await import('./commands/pull-runs.ts')).addPullRuns,
  clean: async () => (await import('./commands/clean.ts')).addClean,
  modal: async () => (await import('./commands/modal.ts')).addModal,
  calibrate: async () => (await import('./commands/calibrate.ts')).addCalibrate,
  plan: async () => (await import('./commands/plan.ts')).addPlan,
  selftest: async () => (await import('./commands/selftest.ts')).addSelftest,
  doctor: async () => (await import('./commands/doctor.ts')).addDoctor,
  config: async () => (await import('./commands/config.ts')).addConfig,
  reset: async () => (await import('./commands/reset.ts')).addReset,
  completion: async () => (await import('./commands/completion.ts')).addCompletion,
} as const;

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  const rim = createRim();
  const program = new Command('llc')
    .description('Estimates local learning coefficients with SGLD, SGHMC, HMC and MCLMC.')
    .version(VERSION, '--version')
    .showHelpAfterError('(llc --help tells more)')
    .exitOverride();
  for (const load of wantedCommands(argv)) (await load())(program, rim);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return rim.exitCode;
  } catch (error) {
    return report(error, rim);
  }
}

/** The one that is named first, else all: the help tells of them, and so does what comes near to a wrong name. */
function wantedCommands([name = '']: readonly string[]) {
  const named = Object.entries(COMMANDS).filter(([each]) => each === name);
  return (named.length === 0 ? Object.entries(COMMANDS) : named).map(([, load]) => load);
}

/** Says what stopped the command and what to do next; gives the exit code of the contract. */
function report(error: unknown, rim: Rim): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 64;
  if (error instanceof LlcError) {
    rim.note(`llc: ${harmlessText(error.message)}`);
    if (error.hint) rim.note(harmlessText(error.hint));
    return error.code;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  rim.note(`llc: this is a bug in llc, please report it:\n${harmlessText(text)}`);
  return 70;
}

function createRim(): Rim {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      // Whoever insists gets out at once; the supervisor and its jobs go on all the same.
      if (controller.signal.aborted) process.exit(130);
      controller.abort(new LlcError(130, 'interrupted'));
    });
  }
  // A reader that closes early (`llc status | head`) is no fault.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      // The terminal is gone; its hang-up tells the rest.
      if (error.code === 'EIO') return;
      throw error;
    });
  }
  const { env } = process;
  return {
    version: VERSION,
    cwd: process.cwd(),
    env,
    print: (line) => process.stdout.write(`${line}\n`),
    note: (line) => process.stderr.write(`${line}\n`),
    isTerminal: process.stdout.isTTY === true && env['TERM'] !== 'dumb' && env['CI'] === undefined,
    columns: process.stdout.columns ?? 80,
    canAsk: process.stdin.isTTY === true && process.stdout.isTTY === true,
    ask: (question) => ask(question, controller.signal),
    now: () => new Date(),
    signal: controller.signal,
    distDir: dirname(fileURLToPath(import.meta.url)),
    exitCode: 0,
  };
}

async function ask(question: string, signal: AbortSignal): Promise<string> {
  // The terminal edits the line, so that ctrl-c is the signal that it is everywhere else.
  const lines = createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal: false,
  });
  try {
    const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
    return await Promise.race([lines.question(question, { signal }), ended]);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    lines.close();
  }
}
