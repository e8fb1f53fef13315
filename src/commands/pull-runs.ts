import { resolve } from 'node:path';
import type { Command } from 'commander';
import { isRunId, runDir } from '../dispatch/artifacts/layout.ts';
import { runExists } from '../dispatch/artifacts/manifest.ts';
import type { StoredRun } from '../dispatch/backend.ts';
import { LlcError } from '../dispatch/errors.ts';
import { harmlessText } from '../dispatch/job/harmless-text.ts';
import { sizeText } from '../ui/format/size-text.ts';
import { openRemote, type Remote } from './remote-storage.ts';
import type { Rim } from './rim.ts';

interface Flags {
  readonly all: boolean;
  readonly target: string;
  readonly from: string;
  readonly remoteDir: string;
  readonly json: boolean;
}

interface PulledRun {
  readonly run_id: string;
  readonly state: 'pulled' | 'here' | 'failed';
  /** Null where it is not known. */
  readonly bytes: number | null;
  readonly error: string | null;
}

/** Adds `llc pull-runs`: brings finished runs from where they were computed. */
export function addPullRuns(program: Command, rim: Rim): void {
  program
    .command('pull-runs')
    .description(
      'Bring finished runs from where they were computed; each is verified by its manifest. What was broken off goes on where it was.',
    )
    .argument('[run_id...]', '12 hex digits each. Default: the newest')
    .option('--all', 'all that are not here', false)
    .option('--target <DIR>', 'where they shall lie', 'runs')
    .option('--from <PLACE>', 'modal, or ssh:HOST', 'modal')
    .option('--remote-dir <DIR>', 'where on HOST', '~/llc')
    .option('--json', 'as JSON', false)
    .addHelpText('after', '\nExample:\n  llc pull-runs --from=modal --all')
    .action((runIds: string[], flags: Flags) => pullRuns(runIds, flags, rim));
}

async function pullRuns(runIds: readonly string[], flags: Flags, rim: Rim): Promise<void> {
  const wrong = runIds.find((runId) => !isRunId(runId));
  if (wrong !== undefined)
    throw new LlcError(
      64,
      `${JSON.stringify(wrong)} is no run id.`,
      'An id is 12 hex digits, as in the sweep’s table: 3f9a12c4e07b.',
    );
  if (flags.all && runIds.length > 0)
    throw new LlcError(64, '--all and ids of runs exclude each other.', 'Leave one of them out.');
  const target = resolve(rim.cwd, flags.target);
  const remote = await openRemote(flags.from, flags.remoteDir, rim);
  try {
    await pullFrom(remote, runIds, target, flags, rim);
  } finally {
    await remote.close();
  }
}

async function pullFrom(
  remote: Remote,
  runIds: readonly string[],
  target: string,
  flags: Flags,
  rim: Rim,
): Promise<void> {
  const asked = runIds.length > 0 ? runIds : await found(remote, flags, rim);
  const pulled: PulledRun[] = [];
  for (const runId of asked) {
    if (rim.signal.aborted) break;
    const one = await pullOne(runId, target, remote, rim);
    pulled.push(one);
    if (!flags.json) tell(one, rim);
  }
  const failed = pulled.filter(({ state }) => state === 'failed').length;
  if (flags.json) rim.print(JSON.stringify(pulled, null, 2));
  else rim.print(summary(pulled, flags.target, remote.name));
  if (failed > 0) rim.exitCode = 1;
  if (rim.signal.aborted)
    throw new LlcError(130, 'interrupted', 'The same command goes on where it was.');
}

/** Ids of the runs there, the newest first: that one alone, or all. */
async function found({ storage }: Remote, { all }: Flags, rim: Rim): Promise<readonly string[]> {
  const runs = (await storage.list(rim.signal)).filter(({ runId }) => isRunId(runId));
  const ids = runs.sort(byAge).map(({ runId }) => runId);
  return all ? ids : ids.slice(0, 1);
}

/** The newest first; of those that were made in one second the order is always the same. */
function byAge(a: StoredRun, b: StoredRun): number {
  return Date.parse(b.modified) - Date.parse(a.modified) || a.runId.localeCompare(b.runId);
}

async function pullOne(
  runId: string,
  target: string,
  { storage }: Remote,
  rim: Rim,
): Promise<PulledRun> {
  if (await runExists(runDir(target, runId)))
    return { run_id: runId, state: 'here', bytes: null, error: null };
  let bytes: number | null = null;
  const [failure = null] = await storage.pull([runId], target, rim.signal, (_, come) => {
    bytes = come;
  });
  return failure === null
    ? { run_id: runId, state: 'pulled', bytes, error: null }
    : { run_id: runId, state: 'failed', bytes, error: failure.error };
}

function tell({ run_id, state, bytes, error }: PulledRun, rim: Rim): void {
  if (state === 'pulled')
    rim.print(`${run_id}  ${bytes === null ? '' : sizeText(bytes)}`.trimEnd());
  if (state === 'failed') rim.note(harmlessText(`${run_id}  not pulled: ${error}`));
}

function summary(runs: readonly PulledRun[], target: string, from: string): string {
  const [only] = runs;
  if (only === undefined) return `There are no runs on ${from}.`;
  if (runs.length === 1 && only.state === 'here')
    return `${only.run_id} is in ${target}/ already. --all brings all that are not.`;
  const count = (state: PulledRun['state']) => runs.filter((run) => run.state === state).length;
  const pulled = count('pulled') === 1 ? '1 run' : `${count('pulled')} runs`;
  const parts = [`${pulled} pulled into ${target}/.`];
  if (count('here') > 0) parts.push(`${count('here')} were here.`);
  if (count('failed') > 0) parts.push(`${count('failed')} failed.`);
  return parts.join(' ');
}
