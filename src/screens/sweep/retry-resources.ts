import { GPU_TYPES } from '../../dispatch/config/run-options.ts';
import type { Resources } from '../../dispatch/job/job-spec.ts';

/** What a retry changes, or why it cannot be so, in a sentence. */
export type RetryResources =
  | { readonly ok: true; readonly resources: Partial<Resources> }
  | { readonly ok: false; readonly why: string };

const NUMBERS: Readonly<
  Record<string, { readonly field: keyof Resources; readonly max: number; readonly whole: boolean }>
> = {
  'mem-gb': { field: 'memoryGb', max: 1e5, whole: false },
  cpus: { field: 'cpus', max: 1024, whole: true },
  'timeout-min': { field: 'timeoutMin', max: 1e7, whole: false },
};

/**
 * Reads `mem-gb=32 cpus=8 timeout-min=240 gpu-types=H100,A100` behind `:retry`.
 *
 * @param backend - GPU types have fixed names on Modal alone
 */
export function readRetryResources(
  options: Readonly<Record<string, string>>,
  backend: string,
): RetryResources {
  const resources: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(options)) {
    const number = NUMBERS[name];
    if (number !== undefined) {
      const value = text.trim() === '' ? Number.NaN : Number(text);
      const { field, max, whole } = number;
      if (!(value > 0) || value > max || (whole && !Number.isInteger(value)))
        return bad(
          `${name} is ${whole ? 'a whole number from 1' : 'a number above 0'} to ${max}; "${text}" is not.`,
        );
      resources[field] = value;
    } else if (name === 'gpu-types') {
      const types = text.split(',').map((type) => type.trim());
      if (types.includes('')) return bad('gpu-types is a list like H100,A100.');
      const known: readonly string[] = GPU_TYPES;
      const upper = backend === 'modal' ? types.map((type) => type.toUpperCase()) : types;
      const stranger =
        backend === 'modal' ? upper.find((type) => !known.includes(type)) : undefined;
      if (stranger !== undefined)
        return bad(`${stranger} is not a type here (${known.join(', ')}).`);
      resources['gpuTypes'] = [...new Set(upper)];
    } else return bad(`retry knows mem-gb, cpus, timeout-min and gpu-types, not ${name}.`);
  }
  return { ok: true, resources: resources as Partial<Resources> };
}

function bad(why: string): RetryResources {
  return { ok: false, why };
}
