import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { FIELDS, type Field, valueText } from '../../dispatch/config/fields.ts';
import type { Config, FieldName } from '../../dispatch/config/schema.ts';
import type { JobSpec } from '../../dispatch/job/job-spec.ts';
import { isRelevant } from '../../dispatch/plan/identity.ts';
import type { SweepFile } from '../../dispatch/plan/sweep-file.ts';
import { type Line, line } from '../../ui/line.ts';
import { cutEnd, padEnd } from '../../ui/text/cut.ts';
import { caretText } from '../sweep/caret-text.ts';
import type { JobSeen } from './job-seen.ts';

/** The configuration: first what differs from the other samplers of its problem and seed, then the rest. */
export function configTab(seen: JobSeen, filter: string): Line[] {
  const { spec, watched, width, theme } = seen;
  const { plan } = watched;
  if (plan === null || spec === null) return [line(''), line('The plan is being read.')];
  const { ellipsis } = theme.glyphs;
  const matches = (name: string, value: string): boolean =>
    filter
      .toLowerCase()
      .split(/\s+/)
      .every((word) => `${name} ${value}`.toLowerCase().includes(word));
  const differing = differences(plan.jobs, spec).filter(({ name, own }) => matches(name, own));
  const names = new Set(differing.map(({ name }) => name));
  const rest = FIELDS.filter(({ name }) => !names.has(name))
    .map((field) => ({ field, value: shown(spec.config[field.name]) }))
    .filter(({ field, value }) => matches(field.name, value));
  const told = rest.filter(({ field }) => tells(field, spec));
  const idle = rest.filter(({ field }) => !tells(field, spec));
  const count = `${differing.length} ${differing.length === 1 ? 'field' : 'fields'}`;
  const title =
    filter === ''
      ? `differs from its family in ${count}`
      : `${differing.length + rest.length} of ${FIELDS.length} fields match, ${differing.length} of them differ`;
  const fieldLine = ({ field, value }: (typeof rest)[number]): Line =>
    line(
      cutEnd(`  ${padEnd(field.name, NAME)} ${value}`, width, ellipsis),
      ...(isDeepStrictEqual(field.default, spec.config[field.name]) ? (['quiet'] as const) : []),
    );
  const none = differing.length + rest.length === 0;
  return [
    line(''),
    line(
      none
        ? cutEnd(`Nothing matches "${caretText(filter)}". esc clears the filter.`, width, ellipsis)
        : title,
      'title',
    ),
    ...differing.map(({ name, family, own }) =>
      line(cutEnd(`  ${padEnd(name, NAME)} ${family} > ${own}   ${origin(plan)}`, width, ellipsis)),
    ),
    ...(told.length > 0 && differing.length > 0 ? [line('')] : []),
    ...told.map(fieldLine),
    ...(idle.length === 0 ? [] : [line(''), line(`without effect on ${spec.sampler}`, 'title')]),
    ...idle.map(fieldLine),
  ];
}

/** Whether its value makes a difference to the job, or to what is kept of it. */
function tells(field: Field, { config }: JobSpec): boolean {
  return !field.matters || isRelevant(field, config);
}

const NAME = 28;

interface Difference {
  readonly name: FieldName;
  /** What most of its family have. */
  readonly family: string;
  readonly own: string;
}

/**
 * Fields in which a job is unlike the others of its problem and seed. The sampler's own name is no difference: it is
 * what a family's jobs are told apart by.
 */
function differences(
  jobs: readonly Pick<JobSpec, 'jobId' | 'problem' | 'seed' | 'config'>[],
  of: Pick<JobSpec, 'jobId' | 'problem' | 'seed' | 'config'>,
): readonly Difference[] {
  const others = jobs.filter(
    ({ jobId, problem, seed }) => jobId !== of.jobId && problem === of.problem && seed === of.seed,
  );
  if (others.length === 0) return [];
  const telling = FIELDS.filter(
    (field) => field.name !== 'sampler' && isRelevant(field, of.config),
  );
  return telling.flatMap(({ name }) => {
    const own = shown(of.config[name]);
    const family = commonest(others.map(({ config }) => shown(config[name])));
    return own === family ? [] : [{ name, family, own }];
  });
}

function commonest(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [first] = [...counts].sort(([, a], [, b]) => b - a);
  return first?.[0] ?? '';
}

/** What can make one sampler's jobs unlike the others': the plan keeps values, not where each came from. */
function origin({ options }: SweepFile): string {
  if (options.samplerGrid !== null) return 'from --sampler-grid';
  return options.study === null ? '' : `from ${caretText(basename(options.study))}`;
}

function shown(value: Config[FieldName]): string {
  return caretText(typeof value === 'number' ? grouped(value) : valueText(value));
}

/** `5,000`, `0.001`. */
function grouped(value: number): string {
  return Number.isInteger(value) && Math.abs(value) >= 1000 && Math.abs(value) < 1e15
    ? String(value).replace(/\B(?=(\d{3})+$)/g, ',')
    : String(value);
}
