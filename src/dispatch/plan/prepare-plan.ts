import type { GivenFlags } from '../config/flags.ts';
import { readGrid } from '../config/grid.ts';
import { type Issue, shown } from '../config/issue.ts';
import { didYouMean } from '../config/nearest-name.ts';
import { isPresetName, PRESETS } from '../config/presets.ts';
import { resolveRunOptions } from '../config/resolve-run-options.ts';
import type { RunOptions } from '../config/run-options.ts';
import { type Entry, readStudy, type Study } from '../config/study.ts';
import { parseYaml } from '../config/yaml-file.ts';
import { makePlan, type Plan, type Preset } from './plan.ts';
import { coresOfAJob } from './share-cores.ts';
import { sweepId } from './sweep-id.ts';

/** What `run` and `sweep` are told, and where they read files. */
export interface Intent {
  readonly command: 'run' | 'sweep';
  readonly flags: GivenFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Remembered defaults, snake_case. */
  readonly remembered: Readonly<Record<string, unknown>>;
  readonly now: Date;
  /** Of this machine: jobs that run here share them, where nobody says how many one takes. */
  readonly cores: number;
  readonly codeVersion: string;
  /** Reads a study or a preset file; rejects where it cannot. */
  readonly readText: (path: string) => Promise<string>;
  /** What the sweep is named after. Default: its study, its preset or the command. */
  readonly label?: string;
  /** Whether a sweep of that name exists. Default: none does. */
  readonly isTaken?: (sweepId: string) => boolean;
}

export type Prepared =
  | {
      readonly ok: true;
      readonly plan: Plan;
      readonly options: RunOptions;
      readonly notes: readonly string[];
    }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** From flags, environment, remembered defaults and files to a plan, or everything that is wrong. */
export async function preparePlan(intent: Intent): Promise<Prepared> {
  const { command, flags, env, remembered, now, codeVersion } = intent;
  const issues: Issue[] = [];
  const study = await studyOf(intent, issues);
  const resolved = resolveRunOptions({
    flags: flags.options,
    study: study?.options,
    studyAt: study?.at,
    env,
    remembered,
  });
  if (!resolved.ok) issues.push(...resolved.issues);
  let { options } = resolved;
  const preset = await presetOf(options.preset, intent, issues);
  const problemGrid = gridOf(options.problemGrid, '--problem-grid', issues);
  const samplerGrid = gridOf(options.samplerGrid, '--sampler-grid', issues);
  const made = makePlan({
    command,
    sweepId: sweepId(
      now,
      intent.label ?? options.study ?? options.preset ?? command,
      intent.isTaken,
    ),
    fields: flags.fields,
    options,
    preset,
    study,
    problemGrid,
    samplerGrid,
    codeVersion,
  });
  if (!made.ok) return { ok: false, issues: [...issues, ...made.issues] };
  if (!resolved.ok || issues.length > 0) return { ok: false, issues };
  const jobs = made.plan.jobs.length;
  if (options.backend === 'local' && options.gpuMode === 'off' && !resolved.given.has('cpus')) {
    const { workers, cpus: most } = options;
    options = { ...options, cpus: coresOfAJob({ cores: intent.cores, jobs, workers, most }) };
  }
  const resources = { ...made.plan.resources, cpus: options.cpus };
  const plan = { ...made.plan, resources, notes: [...resolved.notes, ...made.plan.notes] };
  return { ok: true, plan, options, notes: plan.notes };
}

async function studyOf(intent: Intent, issues: Issue[]): Promise<Study | null> {
  const path = intent.flags.options.study;
  if (typeof path !== 'string') return null;
  const text = await textOf(path, '--study', [], intent, issues);
  if (text === null) return null;
  const read = readStudy(text, path);
  if (read.ok) return read.study;
  issues.push(...read.issues);
  return null;
}

async function presetOf(
  name: string | null,
  intent: Intent,
  issues: Issue[],
): Promise<Preset | null> {
  if (name === null) return null;
  if (isPresetName(name)) return { name };
  const text = await textOf(name, '--preset', PRESETS, intent, issues);
  if (text === null) return null;
  const parsed = parseYaml(text, name);
  if (parsed.ok) return { name: null, at: name, raw: parsed.value };
  issues.push(...parsed.issues);
  return null;
}

async function textOf(
  path: string,
  flag: string,
  others: readonly string[],
  { readText }: Intent,
  issues: Issue[],
): Promise<string | null> {
  try {
    return await readText(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    issues.push({
      path: flag,
      got: shown(path),
      expected: [...others, 'a file that can be read'].join(' or '),
      hint: didYouMean(path, others) || why,
    });
    return null;
  }
}

function gridOf(raw: unknown, flag: string, issues: Issue[]): readonly Entry[] | null {
  if (raw === null) return null;
  const read = readGrid(raw, flag);
  if (read.ok) return read.entries;
  issues.push(...read.issues);
  return null;
}
