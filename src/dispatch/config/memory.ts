import { mlpLayout } from '../../compute/targets/mlp-layout.ts';
import { teacherShape } from '../../compute/targets/teacher.ts';
import { budgetOf } from './budget.ts';
import type { Refuse } from './issue.ts';
import type { Config, FieldName } from './schema.ts';
import { targetShape } from './target-shape.ts';

/** What the chains, the data or the traces of a job may take each, bytes. */
const MOST_BYTES = 2e9;
/** What training may take, bytes: it is over before the chains begin. */
const MOST_TRAINING_BYTES = 16e9;
/** Vectors of all parameters that training holds: L-BFGS keeps two for each of 30 steps. */
const TRAINING_VECTORS = 64;
const BYTES_A_NUMBER = 8;

/** Where the number of parameters comes from. */
const SIZE_FIELD = {
  mlp: 'target_params',
  quadratic: 'quad_dim',
  dln: 'dln_widths',
  crossing: 'crossing_powers',
  power: 'power_exponents',
  tanh: 'tanh_hidden',
} as const satisfies Record<Config['target'], FieldName>;

/** Refuses sizes that would exhaust the memory of any job, with what they would take. */
export function refuseWhatNoMemoryHolds(config: Config, refuse: Refuse): void {
  const tooBig: TooBig = (field, numbers, what, limit = MOST_BYTES) => {
    const bytes = numbers * BYTES_A_NUMBER;
    if (bytes <= limit) return false;
    refuse(field, 'less', `${what} would take ${gigabytes(bytes)} (limit ${gigabytes(limit)})`);
    return true;
  };
  const isSampled = checkParameters(config, tooBig);
  if (config.target === 'mlp') checkData(config, tooBig);
  checkTraces(config, isSampled, tooBig);
}

/** Refuses so many numbers, and tells whether it did. */
type TooBig = (field: FieldName, numbers: number, what: string, limit?: number) => boolean;

/** Whether so many parameters can be sampled at all. */
function checkParameters(config: Config, tooBig: TooBig): boolean {
  const { target, chains, dln_widths } = config;
  const dim = targetShape(config).dim ?? 0;
  const field = target === 'mlp' && config.widths !== null ? 'widths' : SIZE_FIELD[target];
  if (tooBig(field, dim, `${dim} parameters`)) return false;
  tooBig('chains', dim * chains, `positions of ${chains} chains of ${dim} parameters`);
  if (target === 'mlp') {
    const vectors = TRAINING_VECTORS * dim;
    tooBig(field, vectors, `training ${dim} parameters`, MOST_TRAINING_BYTES);
  }
  if (dln_widths !== null && target === 'dln') {
    // The product of the first layers is inputs wide after each of them, forward and back.
    const products = dln_widths.reduce((sum, width) => sum + 2 * width * dln_widths[0], 0);
    tooBig('dln_widths', products, 'products of the layers');
  }
  return true;
}

function checkData(config: Config, tooBig: TooBig): void {
  const { n_data, in_dim, out_dim, x_dist, mixture_k, x_dim_latent } = config;
  const { teacher_widths, teacher_depth } = config;
  if (tooBig('n_data', n_data * (in_dim + out_dim), `${n_data} data points`)) return;
  if (x_dist === 'mixture') tooBig('mixture_k', mixture_k * in_dim, `${mixture_k} centres`);
  if (x_dist === 'lowdim_manifold') {
    const latent = x_dim_latent * (n_data + in_dim);
    tooBig('x_dim_latent', latent, `${x_dim_latent} latent dimensions`);
  }
  if (teacher_widths === null && teacher_depth === null) return;
  const { dim } = mlpLayout(teacherShape(config).widths, false);
  const field = teacher_widths === null ? 'teacher_depth' : 'teacher_widths';
  tooBig(field, dim, `a teacher of ${dim} parameters`);
}

function checkTraces(config: Config, isSampled: boolean, tooBig: TooBig): void {
  const { chains, diag_mode, diag_k } = config;
  const { recorded, stored, names } = budgetOf(config);
  const length = names.length as FieldName;
  if (tooBig(length, 2 * recorded * chains, `${recorded} recorded losses a chain`)) return;
  if (diag_mode === 'none' || !isSampled) return;
  const dim = targetShape(config).dim ?? 0;
  const kept = Math.min(diag_k, dim);
  if (tooBig('diag_k', stored * chains * kept, `${stored} stored positions a chain`)) return;
  if (diag_mode === 'proj') tooBig('diag_k', kept * dim, `${kept} directions of ${dim} parameters`);
}

function gigabytes(bytes: number): string {
  return `${Number((bytes / 1e9).toPrecision(3))} GB`;
}
