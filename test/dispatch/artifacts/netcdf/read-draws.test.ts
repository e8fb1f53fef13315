import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dataset, Group } from 'h5wasm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hdf5Bytes } from '../../../../src/dispatch/artifacts/netcdf/hdf5-in-memory.ts';
import { readDraws } from '../../../../src/dispatch/artifacts/netcdf/read-draws.ts';

let path: string;
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'llc-draws-')), 'foreign.nc');
});
afterEach(() => rmSync(join(path, '..'), { recursive: true }));

const WANTED = { posterior: ['llc', 'L'], stats: ['energy'], thetaDims: 2 };

/** A file whose group `posterior` is filled so. */
async function withPosterior(fill: (posterior: Group) => void) {
  const bytes = await hdf5Bytes((file) => fill(file.create_group('posterior')));
  writeFileSync(path, bytes);
  return readDraws(path, WANTED);
}

function table(group: Group, name: string, data: Int32Array | Float64Array): Dataset {
  return group.create_dataset({ name, shape: [2, data.length / 2], data });
}

test('numbers that are packed into integers are unpacked, and those that stand for none are NaN', async () => {
  const { posterior } = await withPosterior((group) => {
    const llc = table(group, 'llc', Int32Array.of(10, 20, -999, 40, 50, 60));
    llc.create_attribute('scale_factor', Float64Array.of(0.5), [1], '<d');
    llc.create_attribute('add_offset', Float64Array.of(1), [1], '<d');
    llc.create_attribute('_FillValue', Int32Array.of(-999), [1], '<i');
  });
  expect(posterior['llc'].map((chain) => [...chain])).toEqual([
    [6, 11, Number.NaN],
    [21, 26, 31],
  ]);
});

test('a table that goes by draw before chain is refused by name', async () => {
  const reading = withPosterior((group) => {
    group.create_dataset({ name: 'draw', shape: [2], data: Int32Array.of(0, 1) }).make_scale();
    table(group, 'L', Float64Array.of(1, 2, 3, 4)).attach_scale(0, '/posterior/draw');
  });
  await expect(reading).rejects.toThrow('/posterior/L goes by draw before chain');
});

test('coordinates of theta come in their order, as many as are wanted', async () => {
  const { theta } = await withPosterior((group) => {
    for (const name of ['theta_10', 'theta_2', 'theta_0', 'theta_dim', 'theta_x'])
      table(group, name, Float64Array.of(1, 2, 3, 4, 5, Number(name.slice(6)) || 6));
  });
  expect(theta).toMatchObject({ names: ['theta_0', 'theta_2'], stored: 3, draws: [0, 1, 2] });
  expect(theta?.values[1].map((chain) => [...chain])).toEqual([
    [1, 2, 3],
    [4, 5, 2],
  ]);
});

test('coordinates of theta of unlike lengths are none', async () => {
  const { theta } = await withPosterior((group) => {
    table(group, 'theta_0', Float64Array.of(1, 2, 3, 4));
    table(group, 'theta_1', Float64Array.of(1, 2, 3, 4, 5, 6));
  });
  expect(theta).toBeNull();
});
