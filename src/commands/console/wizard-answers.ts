import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { stringify } from 'yaml';
import { findRun } from '../../dispatch/artifacts/find-run.ts';
import type { Backend } from '../../dispatch/backend.ts';
import { FIELDS } from '../../dispatch/config/fields.ts';
import { flagsOfArgv } from '../../dispatch/config/flags.ts';
import { isRecord, issueText } from '../../dispatch/config/issue.ts';
import type { RunOptions } from '../../dispatch/config/run-options.ts';
import { checkStudy } from '../../dispatch/config/study.ts';
import { parseYaml } from '../../dispatch/config/yaml-file.ts';
import { LlcError } from '../../dispatch/errors.ts';
import { estimate } from '../../dispatch/plan/estimate.ts';
import { matrixOf } from '../../dispatch/plan/matrix-of-jobs.ts';
import type { Prepared } from '../../dispatch/plan/prepare-plan.ts';
import type {
  NamedOverrides,
  Offer,
  PlanAnswer,
  PreflightAnswer,
  StudyAnswer,
} from '../../screens/wizard/wizard-known.ts';
import { chooseBackend } from '../choose-backend.ts';
import { prepareFromFlags } from '../prepare-from-flags.ts';
import type { Rim } from '../rim.ts';
import type { ObservedRates } from './observed-rates.ts';
import { inTime } from './wizard-patience.ts';

/** What the wizard's questions need of the outside world. */
export type AnsweringRim = Pick<Rim, 'cwd' | 'env' | 'now'>;

/** The longest that a place may take to tell what it offers and to judge jobs, milliseconds. */
const OFFER_LIMIT = 30_000;
const CHECK_LIMIT = 60_000;

/** What an estimate is made from besides the jobs. */
export interface SeenBefore {
  readonly observed: ObservedRates;
  /** US dollars for an hour of one job; null where nobody says. */
  perHour(options: RunOptions): number | null;
}

const NOTHING_SEEN: SeenBefore = { observed: async () => [], perHour: () => null };

/** How many jobs these flags make, how many of them are there already, and what they will take. */
export async function planFor(
  flags: readonly string[],
  rim: AnsweringRim,
  seen: SeenBefore = NOTHING_SEEN,
): Promise<PlanAnswer> {
  const prepared = await preparedFrom(flags, rim);
  if (!prepared.ok) return { ok: false, issues: prepared.issues.map(issueText) };
  const { plan, options } = prepared;
  const runsDir = resolve(rim.cwd, plan.runsDir);
  const left = [];
  for (const job of plan.jobs) {
    const isThere = options.skip && (await findRun(runsDir, job, options.artifacts)) !== null;
    if (!isThere) left.push(job);
  }
  const unique = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];
  return {
    ok: true,
    jobs: plan.jobs.length,
    cached: plan.jobs.length - left.length,
    problems: unique(plan.jobs.map(({ problem }) => problem)),
    samplers: unique(plan.planned.map(({ sampler }) => sampler)),
    seeds: unique(plan.jobs.map(({ seed }) => seed)),
    estimate: estimate({
      jobs: left,
      resources: plan.resources,
      atOnce: options.maxConcurrent ?? (await concurrencyOf(prepared, runsDir, rim.cwd)),
      perHour: seen.perHour(options),
      observed: await seen.observed(options),
    }),
    notes: plan.notes,
  };
}

async function concurrencyOf(
  { options }: Extract<Prepared, { ok: true }>,
  runsDir: string,
  cwd: string,
): Promise<number> {
  try {
    return (await chooseBackend(options, { runsDir, workingDir: cwd })).concurrency;
  } catch {
    // A worker that is not built is told by preflight.
    return 1;
  }
}

/** Asks a backend something and ends its connections. */
async function asking<T>(
  options: RunOptions,
  runsDir: string,
  { cwd }: AnsweringRim,
  question: (backend: Backend) => Promise<T>,
): Promise<T> {
  const backend = await chooseBackend(options, { runsDir: resolve(cwd, runsDir), workingDir: cwd });
  try {
    return await question(backend);
  } finally {
    await backend.close?.();
  }
}

/** The host behind ssh where these flags run jobs; null where there is none. */
export async function hostOf(flags: readonly string[], rim: AnsweringRim): Promise<string | null> {
  const prepared = await preparedFrom(flags, rim);
  return prepared.ok && prepared.options.backend === 'submitit' ? prepared.options.ssh : null;
}

/** What a place offers: `local`, `slurm`, `modal`, `ssh:HOST`. @throws LlcError where it cannot be asked */
export async function discoverFor(
  place: string,
  rim: AnsweringRim,
  signal: AbortSignal,
): Promise<Offer> {
  const isElsewhere = place.startsWith('ssh:');
  const flags = isElsewhere
    ? ['--backend=slurm', `--ssh=${place.slice(4)}`]
    : place === 'slurm'
      ? ['--backend=slurm', '--ssh=none']
      : [`--backend=${place}`];
  const prepared = await preparedFrom(flags, rim);
  if (!prepared.ok)
    throw new LlcError(78, prepared.issues.map(issueText).join('; '), 'llc config get tells more.');
  const { options, plan } = prepared;
  const discovery = await asking(options, plan.runsDir, rim, (backend) =>
    inTime(place, OFFER_LIMIT, signal, (limit) => backend.discover(limit)),
  );
  return { discovery, place: isElsewhere ? place.slice(4) : '' };
}

/** Whether the place would take these jobs, asked as the supervisor asks before it starts them. */
export async function checkFor(
  flags: readonly string[],
  rim: AnsweringRim,
  signal: AbortSignal,
): Promise<PreflightAnswer> {
  const prepared = await preparedFrom(flags, rim);
  if (!prepared.ok)
    return {
      ok: false,
      error: prepared.issues.map(issueText).join('\n'),
      hint: 'Nothing was submitted.',
    };
  const { plan, options } = prepared;
  try {
    const { jobs, resources } = plan;
    const told = await asking(options, plan.runsDir, rim, (backend) =>
      inTime(options.backend, CHECK_LIMIT, signal, (limit) =>
        backend.preflight({ jobs, resources }, limit),
      ),
    );
    if (told.ok) return { ok: true, notes: told.notes };
    return { ok: false, error: told.failure.error, hint: told.hint };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof LlcError) return { ok: false, error: error.message, hint: error.hint };
    throw error;
  }
}

/** What a file holds, for the wizard to choose from. @throws LlcError 78 where it cannot be read as one */
export async function loadStudy(path: string, rim: AnsweringRim): Promise<StudyAnswer> {
  const text = await readFile(resolve(rim.cwd, path), 'utf8').catch((error: Error) => {
    throw new LlcError(78, `${path} cannot be read: ${error.message}`, 'Type another path.');
  });
  const parsed = parseYaml(text, path);
  if (!parsed.ok) throw new LlcError(78, parsed.issues.map(issueText).join('\n'), 'Mend the file.');
  const { value } = parsed;
  const isPreset = isRecord(value) && Object.keys(value).every((key) => FIELD_NAMES.has(key));
  if (isPreset) return { kind: 'preset', problems: [], samplers: [], seeds: null, options: {} };
  const read = checkStudy(value, path);
  if (!read.ok) throw new LlcError(78, read.issues.map(issueText).join('\n'), 'Mend the file.');
  const { problems, samplers, seeds, options } = read.study;
  const named = (entries: typeof problems): readonly NamedOverrides[] =>
    (entries ?? []).map(({ name, overrides }) => ({
      name,
      overrides: isRecord(overrides) ? overrides : {},
    }));
  return {
    kind: 'study',
    problems: named(problems),
    samplers: named(samplers),
    seeds: typeof seeds === 'object' ? (seeds?.length ?? null) : seeds,
    options,
  };
}

const FIELD_NAMES: ReadonlySet<string> = new Set([...FIELDS.map(({ name }) => name), 'samplers']);

/**
 * A study that plans the same jobs as these flags, whatever its reader remembers.
 *
 * @throws LlcError 78 where the flags plan nothing
 */
export async function studyText(flags: readonly string[], rim: AnsweringRim): Promise<string> {
  const prepared = await preparedFrom(flags, rim);
  if (!prepared.ok)
    throw new LlcError(78, prepared.issues.map(issueText).join('\n'), 'Nothing was written.');
  const { plan, options } = prepared;
  return stringify({
    backend: options.backend,
    gpu_mode: options.gpuMode,
    ...(options.gpuMode === 'off' || options.gpuTypes.length === 0
      ? {}
      : { gpu_types: options.gpuTypes }),
    ...matrixOf(plan.jobs),
  });
}

function preparedFrom(flags: readonly string[], rim: AnsweringRim): Promise<Prepared> {
  return prepareFromFlags('sweep', flagsOfArgv(flags), rim);
}
