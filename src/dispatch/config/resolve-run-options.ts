import { below, type Issue } from './issue.ts';
import { readOption } from './read-option.ts';
import {
  FALLBACK_GPU,
  flagName,
  GPU_TYPES,
  RUN_OPTION_NAMES,
  RUN_OPTIONS,
  type RunOptionName,
  type RunOptions,
  snakeName,
} from './run-options.ts';

export interface RunOptionSources {
  /** What flags gave, by option name. */
  readonly flags: Readonly<Partial<Record<RunOptionName, unknown>>>;
  /** `backend`, `gpu_mode`, `gpu_types` of a study. */
  readonly study?: Readonly<Record<string, unknown>> | undefined;
  /** Where the study stands. */
  readonly studyAt?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Remembered defaults, snake_case; unknown names are left alone. */
  readonly remembered: Readonly<Record<string, unknown>>;
}

export type ResolvedRunOptions = {
  /** Have the built-in values in the place of faulty ones, so that more can be checked. */
  readonly options: RunOptions;
  /** What does not have its built-in value by default. */
  readonly given: ReadonlySet<RunOptionName>;
} & (
  | { readonly ok: true; readonly notes: readonly string[] }
  | { readonly ok: false; readonly issues: readonly Issue[] }
);

/**
 * The options that are in force: a flag wins over the study, which wins over the environment, which wins
 * over remembered defaults, which win over the built-in ones. Only what wins is checked. Modal's time
 * limits in the environment are for Modal alone: elsewhere they would end jobs that wait in a long queue.
 * GPU types that nobody knows become L40S, with a note.
 */
export function resolveRunOptions(sources: RunOptionSources): ResolvedRunOptions {
  const issues: Issue[] = [];
  const notes: string[] = [];
  const found: Record<string, unknown> = {};
  const given = new Set<RunOptionName>();
  for (const name of RUN_OPTION_NAMES) {
    const origin = winner(name, sources, found['backend']);
    found[name] = RUN_OPTIONS[name].default;
    if (origin === null) continue;
    given.add(name);
    const read = readOption(name, origin.value, origin.at);
    if (read.ok) found[name] = read.value;
    else issues.push(read.issue);
  }
  if (found['backend'] === 'slurm') found['backend'] = 'submitit';
  if (found['backend'] === 'modal') found['hangTimeoutS'] ??= 180;
  // On a cluster the partition decides, unless somebody asks otherwise for this sweep.
  if (found['backend'] === 'submitit' && !isAskedFor('gpuTypes', sources)) found['gpuTypes'] = [];
  found['gpuTypes'] = knownGpus(found['gpuTypes'] as readonly string[], notes);
  found['timeoutGiven'] = given.has('timeoutMin');
  const options = found as unknown as RunOptions;
  const resolved = { options, given };
  return issues.length > 0 ? { ...resolved, ok: false, issues } : { ...resolved, ok: true, notes };
}

/** By a flag or the study: neither remembered nor set for another place. */
function isAskedFor(name: RunOptionName, { flags, study = {} }: RunOptionSources): boolean {
  return flags[name] !== undefined || isGiven(study, snakeName(name));
}

function winner(
  name: RunOptionName,
  { flags, study = {}, studyAt = '', env, remembered }: RunOptionSources,
  backend: unknown,
): { value: unknown; at: string } | null {
  const { env: named, envOnly, envInSeconds } = RUN_OPTIONS[name];
  const variable = envOnly === undefined || envOnly === backend ? named : undefined;
  const snake = snakeName(name);
  if (flags[name] !== undefined) return { value: flags[name], at: flagName(name) };
  if (isGiven(study, snake)) return { value: study[snake], at: below(studyAt, snake) };
  const text = variable === undefined ? undefined : env[variable];
  if (variable !== undefined && text !== undefined && text !== '') {
    const seconds = Number(text);
    const value =
      envInSeconds && text.trim() !== '' && !Number.isNaN(seconds) ? seconds / 60 : text;
    return { value, at: variable };
  }
  const isRemembered = RUN_OPTIONS[name].remembered && isGiven(remembered, snake);
  return isRemembered ? { value: remembered[snake], at: `remembered ${snake}` } : null;
}

function isGiven(values: Readonly<Record<string, unknown>>, key: string): boolean {
  return Object.hasOwn(values, key) && values[key] !== undefined && values[key] !== null;
}

function knownGpus(asked: readonly string[], notes: string[]): readonly string[] {
  const known: readonly string[] = GPU_TYPES;
  const types = asked.map((name) => {
    if (known.includes(name.toUpperCase())) return name.toUpperCase();
    notes.push(
      `GPU type ${name.slice(0, 100)} is not known (${known.join(', ')}); ${FALLBACK_GPU} is used instead`,
    );
    return FALLBACK_GPU;
  });
  return [...new Set(types)];
}
