import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type RunOptionSources,
  resolveRunOptions,
} from '../../../src/dispatch/config/resolve-run-options.ts';
import {
  REMEMBERED_NAMES,
  RUN_OPTION_NAMES,
  RUN_OPTIONS,
} from '../../../src/dispatch/config/run-options.ts';

const resolve = (sources: Partial<RunOptionSources>) =>
  resolveRunOptions({ flags: {}, env: {}, remembered: {}, ...sources });

function optionsOf(sources: Partial<RunOptionSources>) {
  const resolved = resolve(sources);
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.issues));
  return resolved.options;
}

test('nothing given is the built-in defaults', () => {
  expect(optionsOf({})).toMatchObject({
    backend: 'local',
    preset: null,
    gpuMode: 'off',
    gpuTypes: ['L40S'],
    timeoutMin: 180,
    timeoutGiven: false,
    cpus: 4,
    memGb: 16,
    slurmSignalDelayS: 120,
    remoteDir: '~/llc',
    skip: true,
    nSeeds: null,
    maxRetries: 3,
    backoff: 2,
    initialDelayS: 10,
    hangTimeoutS: null,
    artifacts: true,
  });
});

describe('a flag wins over the environment, which wins over what is remembered', () => {
  const origins = fc.record({
    flag: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
    env: fc.option(fc.integer({ min: 10, max: 19 }), { nil: undefined }),
    remembered: fc.option(fc.integer({ min: 20, max: 29 }), { nil: undefined }),
  });
  test('on every backend', () => {
    fc.assert(
      fc.property(
        origins,
        fc.constantFrom('local', 'slurm', 'modal'),
        ({ flag, env, remembered }, backend) => {
          const { maxRetries } = optionsOf({
            flags: { backend, ...(flag === undefined ? {} : { maxRetries: `${flag}` }) },
            env: { LLC_MODAL_MAX_RETRIES: env?.toString() },
            remembered: { max_retries: remembered },
          });
          expect(maxRetries).toBe(flag ?? env ?? remembered ?? 3);
        },
      ),
    );
  });
});

test('a study’s backend wins over a remembered one and gives way to a flag', () => {
  const study = { backend: 'modal', gpu_mode: 'vectorized', gpu_types: ['A100'] };
  const remembered = { backend: 'slurm' };
  expect(optionsOf({ study, remembered })).toMatchObject({
    backend: 'modal',
    gpuMode: 'vectorized',
    gpuTypes: ['A100'],
  });
  expect(optionsOf({ study, flags: { backend: 'local' } }).backend).toBe('local');
});

test('slurm is the same as submitit', () => {
  expect(optionsOf({ flags: { backend: 'slurm' } }).backend).toBe('submitit');
});

test('only Modal has a limit for the scheduler’s wait without being asked', () => {
  expect(optionsOf({ flags: { backend: 'modal' } }).hangTimeoutS).toBe(180);
  expect(optionsOf({ flags: { backend: 'slurm' } }).hangTimeoutS).toBeNull();
  expect(optionsOf({ flags: { backend: 'slurm', hangTimeoutS: '9' } }).hangTimeoutS).toBe(9);
});

test('Modal’s time limits in the environment are heard on Modal alone', () => {
  const env = { LLC_MODAL_CLIENT_HANG_TIMEOUT_S: '7', LLC_MODAL_TIMEOUT_S: 'no number' };
  expect(optionsOf({ env, flags: { backend: 'slurm' } })).toEqual(
    optionsOf({ flags: { backend: 'slurm' } }),
  );
  const { LLC_MODAL_TIMEOUT_S: _, ...hang } = env;
  expect(optionsOf({ env: hang, remembered: { backend: 'modal' } }).hangTimeoutS).toBe(7);
  expect(resolve({ env, flags: { backend: 'modal' } }).ok).toBe(false);
});

test('the environment’s timeout is in seconds', () => {
  const flags = { backend: 'modal' };
  expect(optionsOf({ flags, env: { LLC_MODAL_TIMEOUT_S: '5400' } })).toMatchObject({
    timeoutMin: 90,
    timeoutGiven: true,
  });
});

test('on a cluster the partition decides on the GPU, unless a flag or the study asks for types', () => {
  const flags = { backend: 'slurm' };
  const elsewhere = { env: { LLC_MODAL_GPU_LIST: 'H100' }, remembered: { gpu_types: ['A100'] } };
  expect(optionsOf({ flags, ...elsewhere }).gpuTypes).toEqual([]);
  expect(optionsOf({ flags: { ...flags, gpuTypes: 'T4' }, ...elsewhere }).gpuTypes).toEqual(['T4']);
  expect(optionsOf({ flags, study: { gpu_types: ['L40S'] } }).gpuTypes).toEqual(['L40S']);
});

test('an unknown GPU type becomes L40S with a note, once', () => {
  const resolved = resolve({ env: { LLC_MODAL_GPU_LIST: 'h100, B300,L40S' } });
  expect(resolved).toMatchObject({ ok: true, options: { gpuTypes: ['H100', 'L40S'] } });
  expect(resolved.ok && resolved.notes).toEqual([expect.stringContaining('B300')]);
});

test('every fault is told with where it came from', () => {
  const resolved = resolve({
    flags: { backend: 'modul', cpus: '0', slurmExtra: ['oops'], problemGrid: '{' },
    env: { LLC_MODAL_BACKOFF: 'fast' },
    remembered: { mem_gb: -1, slurm_partition: '--wrap=x' },
  });
  expect(resolved.ok ? [] : resolved.issues.map(({ path }) => path)).toEqual([
    '--backend',
    'remembered slurm_partition',
    '--slurm-extra',
    '--cpus',
    'remembered mem_gb',
    '--problem-grid',
    'LLC_MODAL_BACKOFF',
  ]);
  expect(resolved.ok ? '' : resolved.issues[0].hint).toBe('did you mean modal?');
});

test('whatever is given, there are options or issues', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('0', '1e9', 'none', 'true', '{}', '-1'));
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...RUN_OPTION_NAMES), text),
      fc.dictionary(
        fc.constantFrom(...Object.values(RUN_OPTIONS).flatMap(({ env }) => env ?? [])),
        text,
      ),
      fc.dictionary(fc.constantFrom(...REMEMBERED_NAMES), fc.jsonValue()),
      (flags, env, remembered) => {
        const resolved = resolve({ flags, env, remembered });
        if (!resolved.ok) expect(resolved.issues.length).toBeGreaterThan(0);
      },
    ),
  );
});
