import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readDraws } from '../../../../src/dispatch/artifacts/netcdf/read-draws.ts';
import { writeInferenceData } from '../../../../src/dispatch/artifacts/netcdf/write-inference-data.ts';
import { findPython } from '../../../fixtures/find-python.ts';
import { exampleData } from './example-data.ts';

async function inFolder(use: (dir: string) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'llc-python-'));
  try {
    await use(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function withExample(use: (path: string) => void): Promise<void> {
  return inFolder(async (dir) => {
    const path = join(dir, 'example.nc');
    await writeInferenceData(path, exampleData());
    use(path);
  });
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

const engines = findPython(['arviz', 'h5netcdf', 'netCDF4'], []);
describe.skipIf(engines.run === null)(
  `ArviZ's own files ${'reason' in engines ? engines.reason : ''}`,
  () => {
    test.each(['h5netcdf', 'netcdf4'])(
      'are read, whatever way %s stored their numbers',
      async (engine) => {
        await inFolder(async (dir) => {
          const { told, files } = JSON.parse(
            engines.run?.(
              `
import sys, json, numpy as np, arviz as az
dir, engine = sys.argv[1:]
r = np.random.default_rng(7)
i = az.from_dict(
  posterior=dict(llc=r.normal(size=(2, 9)), theta=r.normal(size=(2, 9, 3))),
  sample_stats=dict(energy=r.normal(size=(2, 9)), diverging=r.uniform(size=(2, 9)) > .5, n_steps=np.full((2, 9), 10)),
  coords=dict(theta_dim=["a", "b", "ü"]), dims=dict(theta=["theta_dim"]))
i.attrs.update(n_data=120, beta=.25, L0=.5, sampler="hmc", names=["x", "y"])
ways = dict(plain=dict(), deflate=dict(zlib=True, shuffle=True), checked=dict(zlib=True, fletcher32=True, chunksizes=(1, 4)),
  big=dict(dtype=">f8"), single=dict(dtype="f4"), packed=dict(dtype="i4", scale_factor=1e-7, _FillValue=-2**31))
files = {}
for way, encoding in ways.items():
  files[way] = f"{dir}/{way}.nc"
  i.to_netcdf(files[way], engine=engine, groups=["sample_stats"])
  i.posterior.to_netcdf(files[way], engine=engine, group="posterior", mode="a",
    encoding=dict(llc=encoding), unlimited_dims=["draw"] if way == "checked" else [])
print(json.dumps(dict(told=i.posterior.llc.values.ravel().tolist(), files=files)))`,
              dir,
              engine,
            ) ?? '',
          );
          expect(Object.keys(files)).toHaveLength(6);
          for (const [way, path] of Object.entries<string>(files)) {
            const wanted = { posterior: ['llc'], stats: ['energy'], thetaDims: 8 };
            const { posterior, stats, theta, attrs } = await readDraws(path, wanted);
            const read = posterior['llc'].flatMap((chain) => [...chain]);
            expect(read, way).toHaveLength(18);
            for (const [at, value] of read.entries())
              expect(Math.abs(value - told[at]), way).toBeLessThan(
                way === 'packed' || way === 'single' ? 3e-7 : 1e-15,
              );
            expect(stats['energy'][1], way).toHaveLength(9);
            expect(theta?.names, way).toEqual(['a', 'b', 'ü']);
            expect(attrs, way).toMatchObject({ n_data: 120, beta: 0.25, L0: 0.5, sampler: 'hmc' });
          }
        });
      },
    );
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
