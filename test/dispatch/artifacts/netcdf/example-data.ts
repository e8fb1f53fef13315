import type { InferenceData } from '../../../../src/dispatch/artifacts/netcdf/inference-data.ts';

/** A small file with every kind of variable; the positions of every second draw were not kept. */
export function exampleData(
  { chains, draws, dims } = { chains: 2, draws: 7, dims: 4 },
): InferenceData {
  const counted = (length: number) => Array.from({ length }, (_, i) => i);
  const series = (length: number, shift: number) =>
    Float64Array.from({ length }, (_, i) => Math.sin(i + shift) * 10);
  const attrs = { created_at: '2026-01-01T00:00:00.000Z', arviz_version: '0.23.4' };
  return {
    attrs: { n_data: 1000n, beta: 1 / Math.log(1000), L0: 0.25, sampler: 'hmc' },
    groups: {
      posterior: {
        attrs: { ...attrs, sampling_time: 1.25, tuning_steps: 100n },
        coords: {
          chain: counted(chains),
          draw: counted(draws),
          theta_dim: counted(dims).map((i) => `proj[${i}] — ü`),
        },
        variables: {
          L: { dims: ['chain', 'draw'], kind: 'f64', data: series(chains * draws, 0) },
          llc: { dims: ['chain', 'draw'], kind: 'f64', data: series(chains * draws, 1) },
          theta: {
            dims: ['chain', 'draw', 'theta_dim'],
            kind: 'f64',
            data: series(chains * draws * dims, 2).map((value, i) =>
              Math.floor(i / dims) % 2 === 0 ? value : Number.NaN,
            ),
          },
        },
      },
      sample_stats: {
        attrs,
        coords: { chain: counted(chains), draw: counted(draws) },
        variables: {
          acceptance_rate: {
            dims: ['chain', 'draw'],
            kind: 'f64',
            data: series(chains * draws, 3).map(Math.abs),
          },
          diverging: {
            dims: ['chain', 'draw'],
            kind: 'bool',
            data: Float64Array.from({ length: chains * draws }, (_, i) => (i === 5 ? 1 : 0)),
          },
          energy: { dims: ['chain', 'draw'], kind: 'f64', data: series(chains * draws, 4) },
          n_steps: {
            dims: ['chain', 'draw'],
            kind: 'i64',
            data: Float64Array.from({ length: chains * draws }, (_, i) => 10 + (i % 3)),
          },
        },
      },
    },
  };
}
