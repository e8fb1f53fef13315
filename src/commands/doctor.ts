import { access, constants, mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { gpuOfHere } from '../backends/local/gpu-of-here.ts';
import { hasToken } from '../backends/modal/token.ts';
import { hintOf } from '../backends/modal/trouble.ts';
import { codeVersion, workerBundle } from '../dispatch/artifacts/code-version.ts';
import { issueText } from '../dispatch/config/issue.ts';
import { schemaHash } from '../dispatch/config/schema-hash.ts';
import { LlcError } from '../dispatch/errors.ts';
import { adapterText } from '../dispatch/gpu/gpu-adapter.ts';
import { prepareFromFlags } from './prepare-from-flags.ts';
import type { Rim } from './rim.ts';
import { tableText } from './table-text.ts';

interface Finding {
  readonly what: string;
  readonly state: 'well' | 'note' | 'wrong';
  readonly found: string;
  /** What to do about it; empty where all is well. */
  readonly remedy: string;
}

interface DoctorOptions {
  readonly json: boolean;
  readonly backend?: string;
  readonly slurmPartition?: string;
  readonly slurmAccount?: string;
  readonly ssh?: string;
  readonly remoteDir: string;
}

/** Adds `llc doctor`: what this machine can do, and what to do about the rest. */
export function addDoctor(program: Command, rim: Rim): void {
  program
    .command('doctor')
    .description('Tell what this machine can do, and what to do about the rest.')
    .option('--backend <name>', 'slurm: also what a sweep needs of Slurm on this login node')
    .option('--slurm-partition <name>', 'where a moment’s job of it tries a node')
    .option('--slurm-account <name>', 'on whose account')
    .option('--ssh <host>', 'also what a sweep needs of HOST, by ssh’s own configuration')
    .option('--remote-dir <dir>', 'the folder there', '~/llc')
    .option('--json', 'as JSON', false)
    .addHelpText('after', '\nExample:\n  llc doctor --ssh login')
    .action(async (options: DoctorOptions) => {
      const findings = await examine(rim);
      if (options.ssh === undefined && isSlurm(options.backend))
        findings.push(...(await slurmFindings(options, rim)));
      if (options.ssh !== undefined) {
        const { examineHost } = await import('../backends/slurm/ssh/examine-host.ts');
        const { ssh: host, remoteDir } = options;
        findings.push(...(await examineHost({ host, remoteDir }, AbortSignal.timeout(120_000))));
      }
      if (options.json) rim.print(JSON.stringify(findings, null, 2));
      else {
        const rows = findings.map(({ what, state, found, remedy }) => [what, state, found, remedy]);
        for (const line of tableText(['what', 'state', 'found', 'what to do'], rows)) {
          rim.print(line);
        }
      }
      if (findings.some(({ state }) => state === 'wrong')) rim.exitCode = 69;
    });
}

function isSlurm(backend: string | undefined): boolean {
  if (backend === undefined || backend === 'local' || backend === 'modal') return false;
  if (backend === 'slurm' || backend === 'submitit') return true;
  throw new LlcError(
    64,
    `llc doctor knows nothing of --backend=${backend}.`,
    'Say local, slurm or modal.',
  );
}

/** With the partition and account that are remembered, where none are given. */
async function slurmFindings(given: DoctorOptions, rim: Rim): Promise<readonly Finding[]> {
  const { examineSlurm } = await import('../backends/slurm/examine-slurm.ts');
  const { slurmOf } = await import('./choose-backend.ts');
  const { slurmPartition, slurmAccount } = given;
  const options = { backend: 'submitit', ssh: 'none', slurmPartition, slurmAccount };
  const prepared = await prepareFromFlags('sweep', { fields: {}, options }, rim);
  if (!prepared.ok) throw new LlcError(78, prepared.issues.map(issueText).join('\n     '));
  const runsDir = resolve(rim.cwd, prepared.plan.runsDir);
  const { cluster, slurm } = await slurmOf(prepared.options, { runsDir, workingDir: rim.cwd });
  return examineSlurm(cluster, slurm, rim.cwd, AbortSignal.timeout(120_000));
}

async function examine({ cwd, version, env, signal }: Rim): Promise<Finding[]> {
  return [
    {
      what: 'llc',
      state: 'well',
      found: `${version}, schema ${schemaHash()}`,
      remedy: '',
    },
    nodeFinding(),
    workerFinding(),
    {
      what: 'machine',
      state: 'well',
      found: `${availableParallelism()} cores, ${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
      remedy: '',
    },
    await directoryFinding(cwd),
    ...(await gpuFindings(signal)),
    ...(await modalFindings(env, signal)),
  ];
}

/** Modal is asked where there is a token for it; it is nobody's duty to have one. */
async function modalFindings(env: Rim['env'], signal: AbortSignal): Promise<Finding[]> {
  const what = 'Modal';
  if (!hasToken(env)) return [{ what, state: 'note', found: 'no token', remedy: hintOf('auth') }];
  const { lookAtModal } = await import('../backends/modal/account.ts');
  const found = (await lookAtModal(signal)).map(
    ({ what: part, state, text, remedy }): Finding => ({
      what: `${what}: ${part}`,
      state: state === 'well' ? 'well' : 'note',
      found: text,
      remedy,
    }),
  );
  const gpu: Finding = {
    what: `${what}: GPU`,
    state: 'note',
    found: 'not tried: one costs money from its start',
    remedy: 'llc run --backend=modal --gpu-mode=vectorized --preset=quick tells by its first job',
  };
  return [...found, gpu];
}

/** Without a worker there is nothing to ask, and that is told already. */
async function gpuFindings(signal: AbortSignal): Promise<Finding[]> {
  const what = 'GPU';
  let worker: string;
  try {
    worker = workerBundle();
  } catch {
    return [];
  }
  const { adapter, refusal } = await gpuOfHere(worker, signal);
  return adapter === null
    ? [{ what, state: 'note', found: refusal.missing, remedy: refusal.remedy }]
    : [{ what, state: 'well', found: adapterText(adapter), remedy: '' }];
}

function nodeFinding(): Finding {
  const well = Number(process.versions.node.split('.')[0]) >= 24;
  return {
    what: 'Node',
    state: well ? 'well' : 'wrong',
    found: process.versions.node,
    remedy: well ? '' : 'run `npm ci` where llc lies: it brings Node 24',
  };
}

function workerFinding(): Finding {
  try {
    workerBundle();
    return { what: 'worker', state: 'well', found: `code ${codeVersion()}`, remedy: '' };
  } catch (error) {
    const { message, hint } = error as LlcError;
    return { what: 'worker', state: 'wrong', found: message, remedy: hint ?? '' };
  }
}

async function directoryFinding(cwd: string): Promise<Finding> {
  const what = 'this directory';
  const probe = join(cwd, `.llc-doctor-${process.pid}`);
  try {
    await access(cwd, constants.W_OK);
    await mkdir(probe);
    await writeFile(join(probe, 'probe'), '');
    await rm(probe, { recursive: true });
    const { bavail, bsize } = await statfs(cwd);
    const free = (bavail * bsize) / 2 ** 30;
    return free < 1
      ? { what, state: 'wrong', found: `${free.toFixed(2)} GiB free`, remedy: 'make room' }
      : { what, state: 'well', found: `writable, ${free.toFixed(0)} GiB free`, remedy: '' };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return { what, state: 'wrong', found, remedy: 'work in a directory that you may write to' };
  }
}
