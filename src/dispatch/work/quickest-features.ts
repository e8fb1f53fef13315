import { setFlagsFromString } from 'node:v8';
import type { WasmFeatures } from '../../compute/engines/wasm/features.ts';
import { tryFeatures } from '../../compute/engines/wasm/trial.ts';
import type { Dtype } from '../../compute/settings.ts';

/** Lets V8 make one 256-bit instruction of two of 128 bits; off by default, and experimental. */
const PAIRING = 'experimental-wasm-revectorize';

/** How much of the usual time has to remain at most for an experiment to be worth it. */
const CLEARLY_FASTER = 0.9;

/**
 * The features with which engines of this process are to be made. Pairs of vectors are used where a trial
 * gives the same bytes as without, clearly faster; V8's flag stays set for the whole process then.
 */
export async function quickestFeatures(usual: WasmFeatures, dtype: Dtype): Promise<WasmFeatures> {
  const clock = () => performance.now() / 1000;
  const expected = await tryFeatures(usual, dtype, clock);
  const paired = { ...usual, paired: true };
  setFlagsFromString(`--${PAIRING}`);
  const trial = await tryFeatures(paired, dtype, clock);
  const same = trial.numbers.every((values, index) =>
    values.every((value, i) => Object.is(value, expected.numbers[index][i])),
  );
  if (same && trial.seconds < CLEARLY_FASTER * expected.seconds) return paired;
  setFlagsFromString(`--no-${PAIRING}`);
  return usual;
}

/**
 * Whether V8 compiles WebAssembly quickly first and well later, as it does by default. Without, what is compiled
 * from now on is at its best from the first call on: right for kernels, slow for large libraries.
 */
export function allowFirstCompiler(yes: boolean): void {
  setFlagsFromString(yes ? '--liftoff' : '--no-liftoff');
}
