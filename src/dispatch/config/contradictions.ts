import { budgetOf } from './budget.ts';
import { below, type Issue, shown } from './issue.ts';
import type { Config, FieldName } from './schema.ts';
import { targetShape } from './target-shape.ts';

/** The fewest recorded losses a chain from which diagnostics can be made: two a half. */
const FEWEST_RECORDED = 4;
/** What the chains, the data or the traces of a job may take each, bytes. */
const MOST_BYTES = 2e9;
const BYTES_A_NUMBER = 8;

/**
 * Faults between fields that are each right by themselves, for the target and the sampler that run. All
 * are told at once. A configuration without any describes a job that can start.
 */
export function contradictions(config: Config, at = ''): Issue[] {
  const issues: Issue[] = [];
  const refuse = (field: FieldName, expected: string, hint = '', got: unknown = config[field]) =>
    issues.push({ path: below(at, field), got: shown(got), expected, hint });
  checkTarget(config, refuse);
  checkPosterior(config, refuse);
  checkBudget(config, refuse);
  checkSizes(config, refuse);
  return issues;
}

type Refuse = (field: FieldName, expected: string, hint?: string, got?: unknown) => unknown;

const NEEDED = {
  dln: ['dln_widths', 'its layers’ widths, input first, for target dln'],
  crossing: ['crossing_powers', 'a power for each coordinate, for target crossing'],
  power: ['power_exponents', 'an exponent for each coordinate, for target power'],
  tanh: ['tanh_hidden', 'a number of hidden units, for target tanh'],
} as const;

function checkTarget(config: Config, refuse: Refuse): void {
  const { target, dln_widths, dln_rank, quad_dim, quad_spectrum } = config;
  if (target in NEEDED) {
    const [field, expected] = NEEDED[target as keyof typeof NEEDED];
    if (config[field] === null) refuse(field, expected);
  }
  if (target === 'dln' && dln_widths !== null) {
    if (dln_widths.length < 2) refuse('dln_widths', 'at least an input and an output width');
    const narrowest = Math.min(...dln_widths);
    if (dln_rank > narrowest) {
      refuse('dln_rank', `at most ${narrowest}, the narrowest of dln_widths`);
    }
  }
  if (target === 'quadratic' && quad_dim !== null && quad_spectrum !== null) {
    if (quad_dim !== quad_spectrum.length) {
      refuse(
        'quad_dim',
        `${quad_spectrum.length}, the number of values in quad_spectrum`,
        'leave quad_dim out: the spectrum says it',
      );
    }
  }
  if (target === 'mlp') checkNetwork(config, refuse);
}

function checkNetwork(config: Config, refuse: Refuse): void {
  const { widths, depth, teacher_widths, teacher_depth, likelihood, loss, noise_scale } = config;
  if (widths !== null && depth !== widths.length) {
    refuse('depth', `${widths.length}, the number of widths`, 'leave depth out: widths says it');
  }
  if (teacher_widths !== null && teacher_depth !== null) {
    if (teacher_depth !== teacher_widths.length) {
      refuse(
        'teacher_depth',
        `${teacher_widths.length}, the number of teacher_widths`,
        'leave teacher_depth out: teacher_widths says it',
      );
    }
  }
  if (noise_scale === 0 && (likelihood === 'nll' || loss === 't_regression')) {
    const why =
      likelihood === 'nll' ? 'likelihood nll divides by it' : 't_regression divides by it';
    refuse('noise_scale', 'a number above 0', why);
  }
}

function checkPosterior(config: Config, refuse: Refuse): void {
  const { target, gamma, prior_radius } = config;
  if (gamma !== 0 || prior_radius !== null) return;
  const flat = flatBecause(config);
  if (flat !== null) {
    refuse(
      'gamma',
      `a number above 0 for target ${target}`,
      `${flat}, so without localisation the posterior has no finite mass`,
    );
  }
}

/** Why the loss stays bounded towards infinity; null where it grows in every direction. */
function flatBecause({
  target,
  quad_spectrum,
  crossing_powers,
  dln_widths,
}: Config): string | null {
  switch (target) {
    case 'quadratic':
      return quad_spectrum?.includes(0) ? 'quad_spectrum has a 0' : null;
    case 'power':
      return null;
    case 'crossing':
      return (crossing_powers?.length ?? 0) > 1 ? 'the loss is 0 along the axes' : null;
    case 'dln':
      return (dln_widths?.length ?? 0) > 2 ? 'layers can be rescaled against each other' : null;
    case 'tanh':
      return 'the loss is 0 where the outer weights are 0';
    case 'mlp':
      return 'the network has directions along which the loss does not grow';
  }
}

function checkBudget(config: Config, refuse: Refuse): void {
  const { sampler, target, n_data } = config;
  const { steps, warmup, recorded, batch, names } = budgetOf(config);
  const length = names.length as FieldName;
  const every = `${sampler}_eval_every` as const;
  const stepsIncludeWarmup = sampler === 'sgld' || sampler === 'sghmc';
  if (stepsIncludeWarmup && steps <= warmup) {
    refuse(length, `more than ${names.warmup} (${warmup})`, 'steps include warm-up');
  } else if (recorded < FEWEST_RECORDED) {
    refuse(
      length,
      `at least ${FEWEST_RECORDED * config[every] + (stepsIncludeWarmup ? warmup : 0)}`,
      `with ${every} ${config[every]} only ${recorded} losses a chain are recorded, too few to judge; ` +
        `raise ${length} or lower ${every}`,
    );
  }
  if (target === 'mlp' && batch !== null && batch > n_data) {
    refuse(names.batch as FieldName, `at most n_data (${n_data})`);
  }
  if (sampler === 'mclmc' && targetShape(config).dim === 1) {
    refuse('sampler', 'sgld, sghmc or hmc', 'mclmc needs at least 2 parameters; this target has 1');
  }
}

function checkSizes(config: Config, refuse: Refuse): void {
  const { target, chains, n_data, in_dim, out_dim, diag_mode, diag_k } = config;
  const dim = targetShape(config).dim ?? 0;
  const tooBig = (field: FieldName, numbers: number, what: string) => {
    const bytes = numbers * BYTES_A_NUMBER;
    if (bytes <= MOST_BYTES) return false;
    refuse(
      field,
      'less',
      `${what} would take ${gigabytes(bytes)} (limit ${gigabytes(MOST_BYTES)})`,
    );
    return true;
  };
  const sizeField = SIZE_FIELD[target];
  const size = target === 'mlp' && config.widths !== null ? 'widths' : sizeField;
  const manyParameters = tooBig(size, dim, `${dim} parameters`);
  if (!manyParameters) {
    tooBig('chains', dim * chains, `positions of ${chains} chains of ${dim} parameters`);
  }
  if (target === 'mlp') tooBig('n_data', n_data * (in_dim + out_dim), `${n_data} data points`);
  const { recorded, stored, names } = budgetOf(config);
  const length = names.length as FieldName;
  if (tooBig(length, 2 * recorded * chains, `${recorded} recorded losses a chain`)) return;
  if (diag_mode === 'none' || manyParameters) return;
  const kept = Math.min(diag_k, dim);
  if (tooBig('diag_k', stored * chains * kept, `${stored} stored positions a chain`)) return;
  if (diag_mode === 'proj') tooBig('diag_k', kept * dim, `${kept} directions of ${dim} parameters`);
}

/** Where the number of parameters comes from. */
const SIZE_FIELD = {
  mlp: 'target_params',
  quadratic: 'quad_dim',
  dln: 'dln_widths',
  crossing: 'crossing_powers',
  power: 'power_exponents',
  tanh: 'tanh_hidden',
} as const satisfies Record<Config['target'], FieldName>;

function gigabytes(bytes: number): string {
  return `${Number((bytes / 1e9).toPrecision(3))} GB`;
}
