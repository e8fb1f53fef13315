import { readFile } from 'node:fs/promises';
import type { Dataset, Group } from 'h5wasm';
import { readHdf5 } from './hdf5-in-memory.ts';
import type {
  Attributes,
  InferenceData,
  InferenceGroup,
  InferenceVariable,
} from './inference-data.ts';

/** Reads what `writeInferenceData` wrote, or what ArviZ itself wrote with the same kinds of variables. */
export async function readInferenceData(path: string): Promise<InferenceData> {
  return readHdf5(await readFile(path), (file) => ({
    attrs: attributesOf(file),
    groups: Object.fromEntries(
      file.keys().map((name) => [name, groupOf(file.get(name) as Group)] as const),
    ),
  }));
}

function groupOf(group: Group): InferenceGroup {
  const members = group.keys().map((name) => [name, group.get(name) as Dataset] as const);
  const isCoordinate = (dataset: Dataset) => dataset.get_scale_name() !== null;
  return {
    attrs: attributesOf(group),
    coords: Object.fromEntries(
      members
        .filter(([, dataset]) => isCoordinate(dataset))
        .map(([name, dataset]) => [name, coordinateOf(dataset)]),
    ),
    variables: Object.fromEntries(
      members
        .filter(([, dataset]) => !isCoordinate(dataset))
        .map(([name, dataset]) => [name, variableOf(dataset)]),
    ),
  };
}

function coordinateOf(dataset: Dataset): number[] | string[] {
  const value = dataset.value;
  return value instanceof BigInt64Array ? Array.from(value, Number) : (value as string[]);
}

function variableOf(dataset: Dataset): InferenceVariable {
  const value = dataset.value as Float64Array | BigInt64Array | Int8Array;
  return {
    dims: (dataset.shape ?? []).map((_, axis) => {
      const scale = dataset.get_attached_scales(axis)[0];
      if (scale === undefined) throw new Error(`${dataset.path} has no name for axis ${axis}`);
      return scale.slice(scale.lastIndexOf('/') + 1);
    }),
    kind: value instanceof BigInt64Array ? 'i64' : value instanceof Int8Array ? 'bool' : 'f64',
    data: Float64Array.from(value as ArrayLike<number | bigint>, Number),
  };
}

function attributesOf(holder: Group | Dataset): Attributes {
  return Object.fromEntries(
    Object.entries(holder.attrs).map(([name, attribute]) => {
      const value = attribute.value;
      const scalar = ArrayBuffer.isView(value) ? (value as Float64Array | BigInt64Array)[0] : value;
      return [name, scalar as string | number | bigint];
    }),
  );
}
