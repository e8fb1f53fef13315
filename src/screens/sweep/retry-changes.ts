import type { Resources } from '../../dispatch/job/job-spec.ts';

/** What a retry on the command line changes, or why it cannot be read. */
export type RetryChanges =
  | { readonly kind: 'changes'; readonly resources: Partial<Resources> }
  | { readonly kind: 'wrong'; readonly why: string };

const NUMBERS = {
  'mem-gb': { field: 'memoryGb', what: 'a number of GB above 0', whole: false },
  cpus: { field: 'cpus', what: 'a whole number above 0', whole: true },
  'timeout-min': { field: 'timeoutMin', what: 'a number of minutes above 0', whole: false },
} as const;

/** Reads `mem-gb=32 cpus=4 timeout-min=360 gpu-types=H100,A100` of `:retry`. */
export function retryChanges(options: Readonly<Record<string, string>>): RetryChanges {
  const resources: { -readonly [K in keyof Resources]?: Resources[K] } = {};
  for (const [name, text] of Object.entries(options)) {
    if (name === 'gpu-types') {
      const types = text.split(',').filter((type) => type !== '');
      if (types.length === 0) return wrong('gpu-types= needs names, like H100,A100.');
      resources.gpuTypes = types;
    } else if (Object.hasOwn(NUMBERS, name)) {
      const { field, what, whole } = NUMBERS[name as keyof typeof NUMBERS];
      const value = text.trim() === '' ? Number.NaN : Number(text);
      if (!Number.isFinite(value) || value <= 0 || (whole && !Number.isInteger(value)))
        return wrong(`${name}=${text} is wrong: ${what}.`);
      resources[field] = value;
    } else return wrong(`retry has no ${name}. It takes mem-gb, cpus, timeout-min, gpu-types.`);
  }
  return { kind: 'changes', resources };
}

function wrong(why: string): RetryChanges {
  return { kind: 'wrong', why };
}
