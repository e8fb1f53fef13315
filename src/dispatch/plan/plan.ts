import { unconcerned } from '../config/check.ts';
import { contradictions } from '../config/contradictions.ts';
import { fieldOf } from '../config/fields.ts';
import { below, type Issue } from '../config/issue.ts';
import { type PresetName, presetValues } from '../config/presets.ts';
import { resolveLayers } from '../config/resolve.ts';
import { DEFAULT_SEEDS, type RunOptions } from '../config/run-options.ts';
import type { Config } from '../config/schema.ts';
import type { Entry, Study } from '../config/study.ts';
import { targetShape } from '../config/target-shape.ts';
import type { JobSpec, Resources } from '../job/job-spec.ts';
import type { PlannedJob } from '../journal/events.ts';
import { type Identity, identityOf, isRelevant } from './identity.ts';
import {
  Findings,
  type OuterLayer,
  problemRows,
  type Row,
  SAMPLERS,
  type SamplerRow,
  samplerRows,
} from './matrix.ts';

/** A preset by name, or a file of fields that has been read. */
export type Preset =
  | { readonly name: PresetName }
  | { readonly name: null; readonly at: string; readonly raw: unknown };

/** All that a plan depends on. */
export interface PlanRequest {
  /** `run` makes exactly one job. */
  readonly command: 'run' | 'sweep';
  readonly sweepId: string;
  /** Fields given by flags, unchecked. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly options: Pick<
    RunOptions,
    'backend' | 'gpuMode' | 'gpuTypes' | 'cpus' | 'memGb' | 'timeoutMin' | 'nSeeds'
  >;
  readonly preset: Preset | null;
  readonly study: Study | null;
  /** They replace a study's. */
  readonly problemGrid: readonly Entry[] | null;
  readonly samplerGrid: readonly Entry[] | null;
  readonly codeVersion: string;
}

/** All jobs, known before anything starts. Plain JSON. */
export interface Plan {
  readonly sweepId: string;
  readonly backend: RunOptions['backend'];
  readonly resources: Resources;
  readonly runsDir: string;
  readonly jobs: readonly JobSpec[];
  /** What tables say of each job, in the same order. */
  readonly planned: readonly PlannedJob[];
  readonly notes: readonly string[];
}

export type MadePlan =
  | { readonly ok: true; readonly plan: Plan }
  | { readonly ok: false; readonly issues: readonly Issue[] };

const MOST_JOBS = 10_000;
const MOST_ISSUES = 100;
const LARGEST_SEED = 2 ** 53 - 1;

/**
 * Problems x samplers x seeds, each job with its complete configuration and its ids, or everything that
 * is wrong. Built-in values < preset < study's base < problem < sampler < flags.
 */
export function makePlan(request: PlanRequest): MadePlan {
  const findings = new Findings();
  const layers = outerLayers(request, findings);
  const { problems, samplers } = matrix(request, layers, findings);
  const combinations = problems.length * samplers.length;
  if (combinations > MOST_JOBS) return tooMany(combinations, findings.issues);
  const cells = problems.flatMap((problem) =>
    samplers.map((sampler) => cell(request, layers, { problem, sampler }, findings)),
  );
  const faults = cells.flatMap(({ problem, sampler, config }) =>
    contradictions(config, cells.length > 1 ? `${problem}-${sampler}` : ''),
  );
  findings.issues.push(...unconcerned(faults, findings.issues));
  const jobCount = cells.reduce((sum, { seeds }) => sum + seeds.length, 0);
  if (jobCount > MOST_JOBS) return tooMany(jobCount, findings.issues);
  if (request.command === 'run' && jobCount !== 1 && findings.issues.length === 0) {
    const hint = 'choose one by --sampler and one seed, or use llc sweep';
    findings.issues.push({
      path: whereMany(request),
      got: `${jobCount} jobs`,
      expected: 'exactly one job',
      hint,
    });
  }
  if (findings.issues.length > 0) return { ok: false, issues: shortened(findings.issues) };
  return finish(request, cells, findings);
}

/** What asks for more than one job. */
function whereMany({ study, options: { nSeeds } }: PlanRequest): string {
  if (nSeeds !== null && nSeeds > 1) return '--n-seeds';
  return study === null ? '--sampler' : study.at;
}

interface OuterLayers {
  readonly preset: OuterLayer;
  readonly base: OuterLayer;
  readonly flags: OuterLayer;
}

function outerLayers({ preset, study, fields }: PlanRequest, findings: Findings): OuterLayers {
  const isFile = preset !== null && preset.name === null;
  return {
    // A named preset depends on the target and is laid down a cell at a time.
    preset: isFile
      ? findings.outerLayer('preset', preset.raw, preset.at)
      : { name: 'preset', values: {}, samplers: null },
    base: findings.outerLayer(
      'base',
      study?.base ?? {},
      study === null ? '' : below(study.at, 'base'),
    ),
    flags: findings.outerLayer('flags', fields, ''),
  };
}

function matrix(
  request: PlanRequest,
  { preset, base, flags }: OuterLayers,
  findings: Findings,
): { problems: readonly Row[]; samplers: readonly SamplerRow[] } {
  const { study, problemGrid, samplerGrid, command } = request;
  const target = flags.values.target ?? base.values.target ?? preset.values.target ?? 'mlp';
  const problems = problemRows(problemGrid ?? study?.problems ?? null, target, findings);
  const asked = flags.samplers;
  const fallback = base.samplers ?? preset.samplers;
  const entries = samplerGrid ?? study?.samplers ?? null;
  const samplers = samplerRows(entries, { asked, fallback }, findings);
  if (command === 'run' && entries === null && (asked ?? fallback) === null) {
    const faulty = findings.issues.some(({ path }) => /\bsamplers?$/.test(path));
    if (!faulty) {
      findings.issues.push({
        path: '--sampler',
        got: 'nothing',
        expected: `one of ${SAMPLERS.join(', ')}`,
        hint: 'a run has exactly one sampler; llc sweep compares them',
      });
    }
    return { problems, samplers: samplers.slice(0, 1) };
  }
  return { problems, samplers };
}

/** One problem with one sampler. */
interface Cell {
  readonly problem: string;
  readonly sampler: string;
  /** With the first seed. */
  readonly config: Config;
  readonly seeds: readonly number[];
}

function cell(
  request: PlanRequest,
  { preset, base, flags }: OuterLayers,
  { problem, sampler }: { problem: Row; sampler: SamplerRow },
  findings: Findings,
): Cell {
  const upper = [base, problem, sampler, flags];
  const { target, n_data } = Object.assign(
    {},
    ...upper.map(({ values }) => values),
  ) as Partial<Config>;
  const named = request.preset?.name ?? null;
  const lowest =
    named === null ? preset : { name: named, values: presetValues(named, { target, n_data }) };
  const { config, notes } = resolveLayers([lowest, ...upper]);
  for (const note of notes) findings.notes.add(note);
  const seeds = seedsOf(request, config.seed, flags.values.seed !== undefined, findings);
  return { problem: problem.name, sampler: sampler.name, config, seeds };
}

/** A study's seeds, unless a flag speaks of seeds; else so many from the configuration's on. */
function seedsOf(
  { command, options, study }: PlanRequest,
  first: number,
  flagSays: boolean,
  findings: Findings,
): readonly number[] {
  const listed = study?.seeds ?? null;
  if (typeof listed === 'object' && listed !== null && options.nSeeds === null && !flagSays) {
    return listed;
  }
  const fromStudy = typeof listed === 'object' ? listed?.length : listed;
  const count = options.nSeeds ?? fromStudy ?? (command === 'run' ? 1 : DEFAULT_SEEDS);
  if (first + count - 1 > LARGEST_SEED && !findings.issues.some(({ path }) => path === 'seed')) {
    const expected = `at most ${LARGEST_SEED - count + 1} with ${count} seeds`;
    findings.issues.push({ path: 'seed', got: String(first), expected, hint: '' });
  }
  return Array.from({ length: count }, (_, i) => first + i);
}

function finish(request: PlanRequest, cells: readonly Cell[], findings: Findings): MadePlan {
  const { options, codeVersion, sweepId } = request;
  const device = options.gpuMode === 'off' ? 'cpu' : 'gpu';
  const jobs: JobSpec[] = [];
  const planned: PlannedJob[] = [];
  const jobIds = new Set<string>();
  const firstOf = new Map<string, string>();
  for (const { problem, sampler: entry, config: common, seeds } of cells) {
    const { dim, depth, activation } = targetShape(common);
    for (const seed of seeds) {
      const config: Config = { ...common, seed };
      const { runId, familyId }: Identity = identityOf(config, { device, codeVersion });
      const { sampler } = config;
      const jobId = `${problem}-${entry}-${seed}`;
      if (jobIds.has(jobId)) return { ok: false, issues: [sameName(jobId)] };
      jobIds.add(jobId);
      const twin = firstOf.get(runId);
      if (twin === undefined) firstOf.set(runId, jobId);
      else findings.notes.add(`${jobId} computes the same as ${twin}`);
      const named = { jobId, problem, sampler, seed, runId, familyId };
      jobs.push({ ...named, config });
      planned.push({ ...named, targetParams: dim, depth, activation });
    }
  }
  const resources: Resources = {
    cpus: options.cpus,
    memoryGb: options.memGb,
    timeoutMin: options.timeoutMin,
    gpuMode: options.gpuMode,
    gpuTypes: options.gpuMode === 'off' ? [] : options.gpuTypes,
  };
  const runsDir = jobs[0].config.runs_dir;
  if (jobs.some(({ config }) => config.runs_dir !== runsDir)) {
    const hint = 'give runs_dir under base or as a flag';
    const issue = { path: 'runs_dir', got: 'several', expected: 'one for all jobs', hint };
    return { ok: false, issues: [issue] };
  }
  const idle = idleFlags(request, cells);
  if (idle.length > 0) {
    findings.notes.add(`${idle.join(', ')}: without effect for this target and these samplers`);
  }
  const notes = [...findings.notes];
  return {
    ok: true,
    plan: { sweepId, backend: options.backend, resources, runsDir, jobs, planned, notes },
  };
}

/** Flags of fields that no job depends on. */
function idleFlags({ fields }: PlanRequest, cells: readonly Cell[]): readonly string[] {
  return Object.keys(fields)
    .map(fieldOf)
    .filter((field) => field?.matters && !cells.some(({ config }) => isRelevant(field, config)))
    .map((field) => field?.flag ?? '');
}

function sameName(jobId: string): Issue {
  const expected = 'a name for each job';
  return {
    path: 'problems',
    got: `two jobs ${jobId}`,
    expected,
    hint: 'rename a problem or a sampler',
  };
}

function tooMany(count: number, issues: readonly Issue[]): MadePlan {
  const issue = { path: '', got: `${count} jobs`, expected: `at most ${MOST_JOBS}`, hint: '' };
  return { ok: false, issues: shortened([...issues, issue]) };
}

function shortened(issues: readonly Issue[]): readonly Issue[] {
  if (issues.length <= MOST_ISSUES) return issues;
  const more = issues.length - MOST_ISSUES;
  const rest = { path: '', got: `${more} further faults`, expected: 'none', hint: '' };
  return [...issues.slice(0, MOST_ISSUES), rest];
}
