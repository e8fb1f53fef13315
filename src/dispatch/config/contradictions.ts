import { budgetOf } from './budget.ts';
import { below, type Issue, type Refuse, shown } from './issue.ts';
import { refuseWhatNoMemoryHolds } from './memory.ts';
import { refuseWhatIsNoPosterior } from './proper-posterior.ts';
import type { Config, FieldName } from './schema.ts';
import { targetShape } from './target-shape.ts';

/** The fewest recorded losses a chain from which diagnostics can be made: two a half. */
const FEWEST_RECORDED = 4;

/**
 * Faults between fields that are each right by themselves, for the target and the sampler that run. All
 * are told at once. A configuration without any describes a job that can start.
 */
export function contradictions(config: Config, at = ''): Issue[] {
  const issues: Issue[] = [];
  const refuse: Refuse = (field, expected, hint = '', got = config[field]) => {
    issues.push({ path: below(at, field), got: shown(got), expected, hint });
  };
  checkTarget(config, refuse);
  refuseWhatIsNoPosterior(config, refuse);
  checkBudget(config, refuse);
  refuseWhatNoMemoryHolds(config, refuse);
  return issues;
}

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
      `at least ${(FEWEST_RECORDED - 1) * config[every] + 1 + (stepsIncludeWarmup ? warmup : 0)}`,
      `with ${every} ${config[every]} only ${recorded} losses a chain are recorded, too few to judge; ` +
        `raise ${length} or lower ${every}`,
    );
  }
  if (target === 'mlp' && batch !== null && batch > n_data) {
    refuse(
      names.batch as FieldName,
      `at most n_data (${n_data})`,
      `give ${names.batch}, or more data`,
    );
  }
  if (sampler === 'mclmc' && targetShape(config).dim === 1) {
    refuse('sampler', 'sgld, sghmc or hmc', 'mclmc needs at least 2 parameters; this target has 1');
  }
}
