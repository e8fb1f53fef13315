import { budgetOf } from '../config/budget.ts';
import { FIELDS } from '../config/fields.ts';
import { type Config, configSchema } from '../config/schema.ts';
import { isRelevant } from '../plan/identity.ts';
import { SAMPLERS } from '../plan/matrix.ts';
import type { Recommendation } from './advise.ts';
import type { StepSearch } from './calibration-file.ts';
import { includesWarmup, stepField } from './map-plan.ts';

/** What a preset file tells besides its settings. */
export interface PresetStory {
  readonly sweepId: string;
  /** `2026-11-26`. */
  readonly date: string;
  readonly version: string;
  /** The file's own name, for the example. */
  readonly name: string;
  readonly warnings: readonly string[];
  /** Why this beta and gamma. */
  readonly ground: string;
  /** How the step was found; null where nobody looked for it. */
  readonly search: StepSearch | null;
}

const DEFAULTS: Config = configSchema.parse({});
/** Always told, also where they are as built in. */
const TOLD: ReadonlySet<string> = new Set([
  'target',
  'n_data',
  'beta_mode',
  'beta0',
  'gamma',
  'sampler',
  'chains',
]);

/** The fields of the recommended settings: the job of the place, with the recommended length. */
export function recommendedFields(job: Config, advice: Recommendation): Partial<Config> {
  const { names, warmup } = budgetOf(job);
  const settled = Math.ceil((advice.moreWarmup ? 2 : 1) * warmup);
  const length = {
    [names.warmup]: settled,
    [names.length]: advice.transitions + (includesWarmup(job) ? settled : 0),
  };
  const config: Config = { ...job, ...length };
  const fields = FIELDS.filter(
    (field) => field.matters && (isRelevant(field, config) || isOfAnother(field, config)),
  ).filter(
    ({ name, group }) =>
      name !== 'seed' &&
      (config[name] !== null || DEFAULTS[name] !== null) &&
      (TOLD.has(name) ||
        group === config.sampler ||
        JSON.stringify(config[name]) !== JSON.stringify(DEFAULTS[name])),
  );
  return Object.fromEntries(fields.map(({ name }) => [name, config[name]]));
}

/** Other samplers keep the settings that they had, so that `--sampler=hmc` compares with the same problem. */
function isOfAnother({ group }: (typeof FIELDS)[number], { sampler }: Config): boolean {
  return group !== sampler && SAMPLERS.some((other) => other === group);
}

/**
 * A preset file: settings that `--preset FILE` takes as they are, and in its comments why they are these and
 * what a run of them is to give.
 */
export function presetText(job: Config, advice: Recommendation, story: PresetStory): string {
  const fields = recommendedFields(job, advice);
  const reasons: Readonly<Record<string, readonly string[]>> = {
    gamma: [story.ground],
    [stepField(job.sampler) ?? '']: stepReasons(advice, story.search),
    [budgetOf(job).names.length]: lengthReasons(advice),
  };
  const lines = [
    `# Settings that llc calibrate recommends: ${story.date}, llc ${story.version}, from the map ${story.sweepId}.`,
    `# Use: llc run --preset=${story.name} --seed=7`,
    ...expectations(advice).flatMap(comment),
    ...story.warnings.flatMap((warning) => comment(`WARNING: ${warning}.`)),
    '',
    ...Object.entries(fields).flatMap(([name, value]) => [
      ...(reasons[name] ?? []).flatMap(comment),
      `${name}: ${JSON.stringify(value)}`,
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

function expectations({ site, expectedSe, bias, within }: Recommendation): string[] {
  const own =
    bias === 0
      ? 'the sampler has no error of its own'
      : Number.isFinite(bias)
        ? `the sampler's own error is at most ${percent(bias)}`
        : "the sampler's own error is not known";
  return [
    `In the map: ${site.llc.toPrecision(5)} +- ${site.se.toPrecision(2)}.`,
    `A run of these settings is to have a standard error of ${percent(expectedSe)}; ${own}. So 19 of 20 runs are ` +
      `within ${percent(within)} of E[nbeta(L - L0)] at this n, beta and gamma.`,
  ];
}

function stepReasons({ site, stepSize }: Recommendation, search: StepSearch | null): string[] {
  const k = site.readings.length;
  const mean = (of: (one: (typeof site.readings)[number]) => number) =>
    site.readings.reduce((sum, one) => sum + of(one), 0) / k;
  const virial = mean((one) => one.virial);
  const seen = `At this step: virial ${virial.toFixed(4)}${heatText(mean((one) => one.heat))}, ${Math.round(mean((one) => one.ess))} effective draws`;
  if (search === null || stepSize === null) return [`${seen}.`];
  const witness = search.tried.find(({ probe }) => probe.stepSize === search.stepSize)?.probe;
  const at = search.stepSize.toPrecision(3);
  return [
    `Searched with ${search.tried.length} probes: ${at} is the largest step with virial < 1.03 and acceptance >= .9` +
      `${witness === undefined ? '' : ` (virial ${witness.virial.toFixed(4)}, acceptance ${witness.acceptance.toFixed(3)})`}.`,
    `${seen}.`,
  ];
}

function heatText(heat: number): string {
  return Number.isFinite(heat) ? ` (${(1 + heat).toFixed(4)} by its gradients)` : '';
}

function lengthReasons({ longer, expectedSe, moreWarmup }: Recommendation): string[] {
  const warmup = moreWarmup ? ', warm-up twice: chains of neighbouring places had not arrived' : '';
  return [
    `${Number(longer.toPrecision(2))} times the map's length for a standard error of ${percent(expectedSe)} ` +
      `and 400 effective draws${warmup}.`,
  ];
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}

const WIDTH = 116;

/** A text as comment lines. */
function comment(text: string): string[] {
  const lines: string[] = [];
  let line = '#';
  for (const word of text.split(/\s+/)) {
    if (line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = '#  ';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
