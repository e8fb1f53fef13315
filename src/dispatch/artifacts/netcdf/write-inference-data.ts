import type { Dataset, Group } from 'h5wasm';
import { writeWhole } from '../atomic-write.ts';
import { hdf5Bytes } from './hdf5-in-memory.ts';
import type {
  Attributes,
  InferenceData,
  InferenceGroup,
  InferenceVariable,
} from './inference-data.ts';

/** Writes a netCDF-4 file that `arviz.from_netcdf` opens, whole or not at all. */
export async function writeInferenceData(path: string, data: InferenceData): Promise<void> {
  await writeWhole(path, await encodeInferenceData(data));
}

/**
 * The bytes of a netCDF-4 file: HDF5 with dimension scales (Unidata, "NetCDF-4 format"). Equal data give
 * equal bytes.
 */
export function encodeInferenceData(data: InferenceData): Promise<Uint8Array> {
  return hdf5Bytes((file) => {
    writeAttributes(file, data.attrs);
    for (const [name, group] of Object.entries(data.groups)) {
      writeGroup(file.create_group(name), name, group);
    }
  });
}

function writeGroup(into: Group, name: string, { attrs, coords, variables }: InferenceGroup): void {
  writeAttributes(into, attrs);
  // A group's dimensions are its own coordinates, made before what uses them; where a variable is not
  // attached to them, netCDF invents dimensions by size and ArviZ fails.
  for (const [dimension, values] of Object.entries(coords)) {
    const coordinate = into.create_dataset({
      name: dimension,
      shape: [values.length],
      data: isNames(values) ? [...values] : BigInt64Array.from(values, BigInt),
    });
    coordinate.make_scale(dimension);
  }
  for (const [variable, content] of Object.entries(variables)) {
    const shape = content.dims.map((dimension) => coords[dimension].length);
    const dataset = into.create_dataset({
      name: variable,
      data: stored(content),
      shape,
      chunks: chunkShape(shape),
      compression: 'gzip',
    });
    content.dims.forEach((dimension, axis) => {
      dataset.attach_scale(axis, `/${name}/${dimension}`);
    });
    if (content.kind === 'bool') dataset.create_attribute('dtype', 'bool');
    if (content.kind === 'f64') {
      dataset.create_attribute('_FillValue', Float64Array.of(Number.NaN), [1], '<d');
    }
  }
}

function isNames(values: readonly number[] | readonly string[]): values is readonly string[] {
  return typeof values[0] === 'string';
}

function stored({ kind, data }: InferenceVariable): Float64Array | BigInt64Array | Int8Array {
  if (kind === 'i64') return BigInt64Array.from(data, BigInt);
  return kind === 'bool' ? Int8Array.from(data) : data;
}

const CHUNK_ELEMENTS = 65_536;

/** One chain a chunk, as many draws as fit, all of what lies below a draw. */
function chunkShape([chains, draws, ...rest]: readonly number[]): number[] {
  const perDraw = rest.reduce((product, length) => product * length, 1);
  const together = Math.max(1, Math.floor(CHUNK_ELEMENTS / perDraw));
  return [Math.min(chains, 1), Math.min(draws, together), ...rest];
}

function writeAttributes(into: Group | Dataset, attrs: Attributes): void {
  for (const [name, value] of Object.entries(attrs)) {
    if (typeof value === 'string') into.create_attribute(name, value);
    else if (typeof value === 'bigint') {
      into.create_attribute(name, BigInt64Array.of(value), [], '<q');
    } else into.create_attribute(name, Float64Array.of(value), [], '<d');
  }
}
