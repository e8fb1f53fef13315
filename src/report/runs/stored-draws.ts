import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Draws, isFiniteChain } from '../../compute/diagnostics/draws.ts';
import { type SortedDraws, sortDraws } from '../../compute/diagnostics/sorted-draws.ts';
import type { SamplerName } from '../../compute/settings.ts';
import { RUN_FILES } from '../../dispatch/artifacts/layout.ts';
import { parseLenientJson } from '../../dispatch/artifacts/lenient-json.ts';
import { readDraws, type ThetaDraws } from '../../dispatch/artifacts/netcdf/read-draws.ts';

/** The draws of one sampler of a run, checked, and what is to be known beside them. */
export interface StoredDraws {
  readonly sampler: SamplerName;
  /** nβ(L − L0): chains x draws, all finite; chains that are not were left out. */
  readonly llc: Draws;
  /** The same from the least to the greatest: most diagnostics need it. */
  readonly sorted: SortedDraws;
  /** Chains left out because a value is not finite. */
  readonly divergedChains: number;
  /** Those of `energy`, `acceptance_rate`, `step_size` that are stored, of the same chains. */
  readonly stats: Readonly<Record<string, Draws>>;
  readonly theta: ThetaDraws | null;
  /** What the estimator should give; null where it is not known. */
  readonly exact: number | null;
  /** `metrics.json`; empty where there is none. */
  readonly metrics: Readonly<Record<string, unknown>>;
}

/** What of the folder is no file of draws but tells of it. Both are empty where a file is not there. */
export interface RunNotes {
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly config: Readonly<Record<string, unknown>>;
}

/** @throws Error in words where one of the files is no JSON object. */
export async function readRunNotes(dir: string): Promise<RunNotes> {
  return {
    metrics: await readMetrics(dir),
    config: await readRecord(join(dir, RUN_FILES.config)),
  };
}

/** `metrics.json` of a run; empty where there is none. @throws Error in words where it is no JSON object. */
export async function readMetrics(dir: string): Promise<RunNotes['metrics']> {
  return readRecord(join(dir, RUN_FILES.metrics));
}

/** Dimensions of theta that are drawn where the configuration does not say. */
const THETA_DIMS = 8;
/** With fewer there is nothing to compare. */
const FEWEST_DRAWS = 4;

/** @throws Error in words where the file is broken or holds no draws of the coefficient. */
export async function readStoredDraws(
  dir: string,
  sampler: SamplerName,
  { metrics, config }: RunNotes,
): Promise<StoredDraws> {
  const asked = Number(config['max_theta_plot_dims'] ?? THETA_DIMS);
  const file = await readDraws(join(dir, RUN_FILES.draws(sampler)), {
    posterior: ['llc', 'L'],
    stats: ['energy', 'acceptance_rate', 'step_size'],
    thetaDims: Number.isInteger(asked) && asked > 0 ? asked : THETA_DIMS,
  });
  const all = file.posterior['llc'] ?? fromLosses(file.posterior['L'], file.attrs);
  const [chains, draws] = [all.length, all[0]?.length ?? 0];
  if (chains === 0 || draws < FEWEST_DRAWS)
    throw new Error(`it has ${chains} chains of ${draws} draws: too few to look at`);
  const finite = all.map(isFiniteChain);
  if (!finite.includes(true)) throw new Error('no chain is finite from its first draw to its last');
  const used = (tables: Draws) => tables.filter((_, chain) => finite[chain]);
  const stats = Object.entries(file.stats).filter(
    ([, table]) => table.length === chains && table[0]?.length === draws,
  );
  const { theta } = file;
  const exact = metrics['llc_exact'];
  const llc = used(all);
  return {
    sampler,
    llc,
    sorted: sortDraws(llc),
    divergedChains: finite.filter((well) => !well).length,
    stats: Object.fromEntries(stats.map(([name, table]) => [name, used(table)])),
    theta:
      theta === null || theta.values[0]?.length !== chains
        ? null
        : { ...theta, values: theta.values.map(used) },
    exact: typeof exact === 'number' && Number.isFinite(exact) ? exact : null,
    metrics,
  };
}

/** Of a file that has only losses: nβ(L − L0) with the numbers at its top. */
function fromLosses(
  losses: Draws | undefined,
  attrs: Readonly<Record<string, string | number>>,
): Draws {
  if (losses === undefined) throw new Error('it has neither `llc` nor `L` by chain and draw');
  const { L0: baseline, n_data: n, beta } = attrs;
  const nbeta = attrs['nbeta'] ?? Number(n) * Number(beta);
  if (typeof baseline !== 'number' || typeof nbeta !== 'number' || !Number.isFinite(nbeta))
    throw new Error('it has `L` but not L0, n_data and beta to make the coefficient of');
  return losses.map((chain) => chain.map((loss) => nbeta * (loss - baseline)));
}

const MOST_BYTES = 16 * 2 ** 20;

async function readRecord(path: string): Promise<Readonly<Record<string, unknown>>> {
  let text: string;
  try {
    if ((await stat(path)).size > MOST_BYTES)
      throw new Error(`${path} is too large for what it is`);
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  let value: unknown;
  try {
    value = parseLenientJson(text);
  } catch {
    throw new Error(`${path} is no JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${path} is no JSON object`);
  return value as Record<string, unknown>;
}
