import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeInferenceData } from '../../../../src/dispatch/artifacts/netcdf/write-inference-data.ts';
import { exampleData } from './example-data.ts';
import { findPython } from './find-python.ts';

async function withExample(use: (path: string) => void): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'llc-python-'));
  try {
    const path = join(dir, 'example.nc');
    await writeInferenceData(path, exampleData());
    use(path);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

const { posterior, sample_stats } = exampleData().groups;

const xarray = findPython(['netCDF4', 'xarray'], ['python3-netcdf4', 'python3-xarray']);
describe.skipIf(xarray.run === null)(
  `xarray with netCDF4 ${'reason' in xarray ? xarray.reason : ''}`,
  () => {
    test('reads names, dimensions, types and numbers', async () => {
      await withExample((path) => {
        const read = JSON.parse(
          xarray.run?.(
            `
import sys, json, xarray as xr
p = xr.open_dataset(sys.argv[1], group="posterior", engine="netcdf4")
s = xr.open_dataset(sys.argv[1], group="sample_stats", engine="netcdf4")
print(json.dumps(dict(sizes={str(k): int(v) for k, v in p.sizes.items()},
  dims={str(k): list(v.dims) for k, v in p.data_vars.items()},
  theta_dim=[str(v) for v in p.theta_dim.values],
  llc=p.llc.values.ravel().tolist(), tuning_steps=int(p.attrs["tuning_steps"]),
  types={str(k): str(v.dtype) for k, v in s.data_vars.items()}, diverging=int(s.diverging.sum()))))`,
            path,
          ) ?? '',
        );
        expect(read).toEqual({
          sizes: { chain: 2, draw: 7, theta_dim: 4 },
          dims: {
            L: ['chain', 'draw'],
            llc: ['chain', 'draw'],
            theta: ['chain', 'draw', 'theta_dim'],
          },
          theta_dim: posterior.coords['theta_dim'],
          llc: [...posterior.variables['llc'].data],
          tuning_steps: 100,
          types: {
            acceptance_rate: 'float64',
            diverging: 'bool',
            energy: 'float64',
            n_steps: 'int64',
          },
          diverging: 1,
        });
      });
    });
  },
);

// Debian has no package of it.
const arviz = findPython(['arviz'], []);
describe.skipIf(arviz.run === null)(
  `arviz.from_netcdf ${'reason' in arviz ? arviz.reason : ''}`,
  () => {
    test('opens the file, and summarises and diagnoses it', async () => {
      await withExample((path) => {
        const [groups, mean, bfmi] = JSON.parse(
          arviz.run?.(
            `
import sys, json, arviz as az
i = az.from_netcdf(sys.argv[1])
s = az.summary(i, round_to="none")
print(json.dumps([list(i.groups()), float(s["mean"]["llc"]), [float(v) for v in az.bfmi(i)]]))`,
            path,
          ) ?? '',
        );
        const llc = posterior.variables['llc'].data;
        expect(groups).toEqual(['posterior', 'sample_stats']);
        expect(mean).toBeCloseTo(llc.reduce((sum, value) => sum + value, 0) / llc.length, 12);
        const energy = sample_stats.variables['energy'].data;
        expect(bfmi).toHaveLength(2);
        expect(bfmi[0]).toBeCloseTo(fractionOfMissingInformation(energy.slice(0, 7)), 10);
      });
    });
  },
);

/** Mean squared change of the energy over its variance (Betancourt 2016). */
function fractionOfMissingInformation(energy: Float64Array): number {
  const mean = energy.reduce((sum, value) => sum + value, 0) / energy.length;
  const spread = energy.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  let changes = 0;
  for (let i = 1; i < energy.length; i++) changes += (energy[i] - energy[i - 1]) ** 2;
  return changes / spread;
}
