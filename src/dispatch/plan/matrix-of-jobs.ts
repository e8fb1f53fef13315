import { FIELDS } from '../config/fields.ts';
import { LlcError } from '../errors.ts';
import type { JobSpec } from '../job/job-spec.ts';
import { isRelevant } from './identity.ts';

type Values = Readonly<Record<string, unknown>>;

interface NamedValues {
  readonly name: string;
  readonly overrides: Values;
}

/** The matrix of a study file. */
export interface JobMatrix {
  readonly problems: readonly NamedValues[];
  readonly samplers: readonly NamedValues[];
  readonly seeds: readonly number[];
}

/**
 * Problems, samplers and seeds from which these jobs are planned again, without any preset. A field stands with its
 * problem; with its sampler where samplers of one problem differ in it.
 *
 * @throws LlcError 78 where jobs are no full matrix
 */
export function matrixOf(jobs: readonly JobSpec[]): JobMatrix {
  const cells = [...Map.groupBy(jobs, (job) => `${job.problem} ${entryOf(job)}`).values()];
  const seeds = (cells[0] ?? []).map(({ seed }) => seed);
  if (
    cells.some(
      (cell) =>
        !isSame(
          cell.map(({ seed }) => seed),
          seeds,
        ),
    )
  )
    throw noMatrix('seeds');
  const first = cells.flatMap(([job]) => (job === undefined ? [] : [job]));
  const differing = new Set<string>();
  const byProblem = Map.groupBy(first, ({ problem }) => problem);
  for (const group of byProblem.values())
    for (const name of union(group.map(relevant)).differing) differing.add(name);
  const problems = [...byProblem].map(([name, group]) => ({
    name,
    overrides: pick(
      union(group.map(relevant)).values,
      (field, value) => !differing.has(field) && !isSame(value, DEFAULTS[field]),
    ),
  }));
  const samplers = [...Map.groupBy(first, entryOf)].map(([name, group]) => {
    const own = union(group.map((job) => pick(relevant(job), (field) => differing.has(field))));
    const [fault] = own.differing;
    if (fault !== undefined) throw noMatrix(fault);
    const sampler = group[0]?.sampler;
    return { name, overrides: name === sampler ? own.values : { sampler, ...own.values } };
  });
  return { problems, samplers, seeds };
}

/** The name of a job's sampler, which its id has between problem and seed. */
function entryOf({ jobId, problem, seed }: JobSpec): string {
  return jobId.slice(problem.length + 1, jobId.length - String(seed).length - 1);
}

/** Fields that a job depends on or that say where things go; its sampler and seed are told elsewhere. */
function relevant({ config }: JobSpec): Values {
  const fields = FIELDS.filter(({ name }) => name !== 'seed' && name !== 'sampler').filter(
    (field) => !field.matters || isRelevant(field, config),
  );
  return Object.fromEntries(fields.map(({ name }) => [name, config[name]]));
}

function union(all: readonly Values[]): { values: Values; differing: readonly string[] } {
  const values: Record<string, unknown> = {};
  const differing = new Set<string>();
  for (const [name, value] of all.flatMap((one) => Object.entries(one))) {
    if (Object.hasOwn(values, name) && !isSame(values[name], value)) differing.add(name);
    values[name] = value;
  }
  return { values, differing: [...differing] };
}

function pick(values: Values, keep: (name: string, value: unknown) => boolean): Values {
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => keep(name, value)));
}

const DEFAULTS: Values = Object.fromEntries(FIELDS.map((field) => [field.name, field.default]));

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function noMatrix(what: string): LlcError {
  const message = `These jobs differ in ${what} both by problem and by sampler: no study says that.`;
  return new LlcError(78, message, 'Copy the command instead.');
}
