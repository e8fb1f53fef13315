import { readFile } from 'node:fs/promises';
import type { Dataset, Group } from 'h5wasm';
import type { Draws } from '../../../compute/diagnostics/draws.ts';
import { readForeignHdf5 } from './hdf5-in-memory.ts';
import { unpacked } from './unpacked.ts';

/** The draws in a netCDF file of ArviZ's layout, whoever wrote it. Nothing else of it is read. */
export interface DrawsFile {
  /** Numbers and words at the top of the file and of its group `posterior`. */
  readonly attrs: Readonly<Record<string, string | number>>;
  /** Of `posterior`: the first of those wanted that is there by chain x draw, under its name. */
  readonly posterior: Readonly<Record<string, Draws>>;
  /** The same of `sample_stats`. */
  readonly stats: Readonly<Record<string, Draws>>;
  /** Null where no positions are stored. */
  readonly theta: ThetaDraws | null;
}

export interface ThetaDraws {
  readonly names: readonly string[];
  /** How many are stored; `names` may be fewer. */
  readonly stored: number;
  /** Which draws have their position kept, rising. */
  readonly draws: readonly number[];
  /** A table a name: chains x kept draws. */
  readonly values: readonly Draws[];
}

export interface WantedDraws {
  /** One of these is enough, in this order. */
  readonly posterior: readonly string[];
  readonly stats: readonly string[];
  /** The first so many coordinates of `theta`. */
  readonly thetaDims: number;
}

/** Far more than any run has: a shape that asks for more is a broken file. */
const MOST_NUMBERS = 2 ** 28;

/**
 * Reads what is wanted of a file and there in it.
 *
 * @throws Error in words where the file is broken or of another layout.
 */
export async function readDraws(path: string, wanted: WantedDraws): Promise<DrawsFile> {
  return readForeignHdf5(await readFile(path), (file) => {
    const posterior = groupOf(file, 'posterior');
    if (posterior === null) throw new Error('it has no group `posterior`');
    const stats = groupOf(file, 'sample_stats');
    return {
      attrs: { ...attributesOf(file), ...attributesOf(posterior) },
      posterior: firstTableOf(posterior, wanted.posterior),
      stats: stats === null ? {} : tablesOf(stats, wanted.stats),
      theta: thetaOf(posterior, wanted.thetaDims) ?? scalarTheta(posterior, wanted.thetaDims),
    };
  });
}

function groupOf(file: Group, name: string): Group | null {
  return file.keys().includes(name) ? (file.get(name) as Group) : null;
}

function datasetOf(group: Group, name: string): Dataset | null {
  if (!group.keys().includes(name)) return null;
  const found = group.get(name) as Dataset;
  return found.type === 'Dataset' ? found : null;
}

function shapeOf(dataset: Dataset): readonly number[] {
  const shape = dataset.shape ?? [];
  if (shape.reduce((product, length) => product * length, 1) > MOST_NUMBERS)
    throw new Error(`${dataset.path} claims ${shape.join(' x ')} numbers`);
  return shape;
}

function firstTableOf(group: Group, names: readonly string[]): Record<string, Draws> {
  for (const name of names) {
    const found = tablesOf(group, [name]);
    if (name in found) return found;
  }
  return {};
}

function tablesOf(group: Group, names: readonly string[]): Record<string, Draws> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const dataset = datasetOf(group, name);
      if (dataset === null || shapeOf(dataset).length !== 2) return [];
      const [chains, draws] = shapeOf(dataset);
      needChainsFirst(dataset);
      const values = numbersOf(dataset, dataset.value);
      const table = Array.from({ length: chains }, (_, chain) =>
        values.subarray(chain * draws, (chain + 1) * draws),
      );
      return [[name, table] as const];
    }),
  );
}

/** Chain after chain, so that what is not kept is let go of at once. */
function thetaOf(posterior: Group, most: number): ThetaDraws | null {
  const dataset = datasetOf(posterior, 'theta');
  if (dataset === null || shapeOf(dataset).length !== 3) return null;
  const [chains, draws, stored] = shapeOf(dataset);
  const dims = Math.min(stored, most);
  if (chains === 0 || draws === 0 || dims === 0) return null;
  let kept: readonly number[] = [];
  const values = Array.from({ length: dims }, (): Float64Array[] => []);
  for (let chain = 0; chain < chains; chain++) {
    const rows = numbersOf(
      dataset,
      dataset.slice([
        [chain, chain + 1, 1],
        [0, draws, 1],
        [0, dims, 1],
      ]),
    );
    if (chain === 0) kept = keptDraws(rows, dims);
    for (let dim = 0; dim < dims; dim++) {
      const one = new Float64Array(kept.length);
      for (let i = 0; i < one.length; i++) one[i] = rows[kept[i] * dims + dim];
      values[dim].push(one);
    }
  }
  return { names: namesOf(posterior, dims), stored, draws: kept, values };
}

/** The Python original stores a variable a coordinate: `theta_0`, `theta_1`, … of chain x draw. */
function scalarTheta(posterior: Group, most: number): ThetaDraws | null {
  const stored = posterior
    .keys()
    .filter((name) => /^theta_\d+$/.test(name))
    .sort((a, b) => Number(a.slice(6)) - Number(b.slice(6)));
  const names = stored.slice(0, most);
  const tables = tablesOf(posterior, names);
  const values = names.flatMap((name) => (tables[name] === undefined ? [] : [tables[name]]));
  const [chains, draws] = [values[0]?.length ?? 0, values[0]?.[0]?.length ?? 0];
  const alike = values.every((table) => table.length === chains && table[0]?.length === draws);
  if (values.length < names.length || chains === 0 || draws === 0 || !alike) return null;
  return {
    names,
    stored: stored.length,
    draws: Array.from({ length: draws }, (_, t) => t),
    values,
  };
}

function keptDraws(rows: Float64Array, dims: number): number[] {
  const kept: number[] = [];
  for (let t = 0; t * dims < rows.length; t++) if (!Number.isNaN(rows[t * dims])) kept.push(t);
  return kept;
}

function namesOf(posterior: Group, dims: number): string[] {
  const names = datasetOf(posterior, 'theta_dim')?.value;
  return Array.from({ length: dims }, (_, dim) => {
    const name = Array.isArray(names) || ArrayBuffer.isView(names) ? (names as never)[dim] : dim;
    return typeof name === 'string' ? name : `theta[${dim}]`;
  });
}

function numbersOf(dataset: Dataset, value: unknown): Float64Array {
  if (value instanceof Float64Array) return unpacked(dataset, value);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return unpacked(dataset, Float64Array.from(value as unknown as ArrayLike<number>, Number));
  throw new Error(`${dataset.path} holds no numbers`);
}

/** As ArviZ has it; by names where the file gives some. */
function needChainsFirst(dataset: Dataset): void {
  const [first = ''] = dataset.get_attached_scales(0);
  if (first.endsWith('/draw')) throw new Error(`${dataset.path} goes by draw before chain`);
}

function attributesOf(holder: Group): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(holder.attrs).flatMap(([name, { value }]): [string, string | number][] => {
      const one = ArrayBuffer.isView(value) ? (value as unknown as ArrayLike<unknown>)[0] : value;
      if (typeof one === 'string') return [[name, one]];
      const number = Number(one);
      return Number.isFinite(number) ? [[name, number]] : [];
    }),
  );
}
