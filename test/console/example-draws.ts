import { encodeInferenceData } from '../../src/dispatch/artifacts/netcdf/write-inference-data.ts';
import { noise } from './example-course.ts';

const CHAINS = 4;
const DRAWS = 6000;

/** A small netCDF file as a worker writes it: 4 chains of losses, about 200 kB, since noise cannot be packed. */
export function exampleDraws(): Promise<Uint8Array> {
  const attrs = { inference_library: 'llc' };
  const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);
  const data = Float64Array.from(numbers(CHAINS * DRAWS), (at) => noise(`draw ${at}`));
  return encodeInferenceData({
    attrs,
    groups: {
      posterior: {
        attrs,
        coords: { chain: numbers(CHAINS), draw: numbers(DRAWS) },
        variables: { L: { dims: ['chain', 'draw'], kind: 'f64', data } },
      },
    },
  });
}
