import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InferenceData } from '../../../../src/dispatch/artifacts/netcdf/inference-data.ts';
import { readInferenceData } from '../../../../src/dispatch/artifacts/netcdf/read-inference-data.ts';
import {
  encodeInferenceData,
  writeInferenceData,
} from '../../../../src/dispatch/artifacts/netcdf/write-inference-data.ts';
import { exampleData } from './example-data.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'llc-netcdf-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('an InferenceData file', () => {
  test('gives back what was written, positions that were not kept as NaN', async () => {
    const path = join(dir, 'example.nc');
    const data = exampleData();
    await writeInferenceData(path, data);
    expect(await readInferenceData(path)).toEqual(data);
    expect(await readdir(dir)).toEqual(['example.nc']);
  });

  test('keeps a coordinate apart from another of the same length', async () => {
    const path = join(dir, 'square.nc');
    const data = exampleData({ chains: 3, draws: 3, dims: 3 });
    await writeInferenceData(path, data);
    const { posterior } = (await readInferenceData(path)).groups;
    expect(posterior.variables['theta'].dims).toEqual(['chain', 'draw', 'theta_dim']);
    expect(posterior.variables['llc'].dims).toEqual(['chain', 'draw']);
  });

  test('has the same bytes for the same data at another time', async () => {
    const first = await encodeInferenceData(exampleData());
    const clock = Date.now;
    try {
      Date.now = () => clock() + 7_200_000;
      expect(Buffer.compare(first, await encodeInferenceData(exampleData()))).toBe(0);
    } finally {
      Date.now = clock;
    }
  });

  test('leaves the clock running, also after a fault', async () => {
    const broken = exampleData();
    const shapeless: InferenceData = {
      ...broken,
      groups: {
        posterior: {
          ...broken.groups['posterior'],
          variables: { llc: { dims: ['chain'], kind: 'i64', data: Float64Array.of(0.5) } },
        },
      },
    };
    await expect(encodeInferenceData(shapeless)).rejects.toThrow();
    expect(Date.now()).toBeGreaterThan(1_600_000_000_000);
    await expect(encodeInferenceData(broken)).resolves.toBeInstanceOf(Uint8Array);
  });

  test('keeps every double, whatever its bits', async () => {
    const path = join(dir, 'doubles.nc');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double(), { minLength: 1, maxLength: 40 }),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }).filter((s) => !s.includes('\0')),
        async (values, name) => {
          const data: InferenceData = {
            attrs: {},
            groups: {
              posterior: {
                attrs: { note: `${name}.` },
                coords: { chain: [0], draw: values.map((_, i) => i), theta_dim: [name] },
                variables: {
                  theta: {
                    dims: ['chain', 'draw', 'theta_dim'],
                    kind: 'f64',
                    data: Float64Array.from(values),
                  },
                },
              },
            },
          };
          await writeInferenceData(path, data);
          expect(await readInferenceData(path)).toEqual(data);
        },
      ),
      { numRuns: 30 },
    );
  });
});
