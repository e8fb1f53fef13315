import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runExists } from '../../src/dispatch/artifacts/manifest.ts';
import { configSchema } from '../../src/dispatch/config/schema.ts';
import { emptyFolder, llc } from './llc.ts';

const RUNS = 200;
const AT_ONCE = 4;

/** Quick whatever the sampler, and valid. */
const TINY = {
  target: 'quadratic',
  quad_dim: 3,
  n_data: 50,
  chains: 2,
  sgld_steps: 60,
  sgld_warmup: 20,
  sgld_batch_size: 10,
  sghmc_steps: 60,
  sghmc_warmup: 20,
  sghmc_batch_size: 10,
  hmc_draws: 20,
  hmc_warmup: 10,
  mclmc_draws: 40,
  mclmc_tune_steps: 20,
  erm_max_steps: 20,
};

/** Values that a person or a script could write by mistake, and a few that are right. */
const value = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, '', 'auto', 'none', 'mlp', 'dln', 'relu', 'float64'),
  fc.integer({ min: -3, max: 12 }),
  fc.double({ noNaN: true, min: -2, max: 2 }),
  fc.constantFrom<unknown>(1e308, -1e308, 2 ** 60, 1e-320),
  fc.array(fc.integer({ min: -1, max: 4 }), { maxLength: 4 }),
  fc.string({ maxLength: 12, unit: 'binary' }),
  fc.jsonValue({ maxDepth: 2 }),
);
const field = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...Object.keys(configSchema.shape)) },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
);
const faulty = fc.record({
  sampler: fc.constantFrom('sgld', 'sghmc', 'hmc', 'mclmc'),
  changes: fc.array(fc.tuple(field, value), { maxLength: 4 }),
  /** Cuts the file here: malformed JSON. */
  torn: fc.option(fc.integer({ min: 0, max: 400 }), { freq: 8 }),
});

test('no configuration gives a stack trace, a hang or half a run', {
  timeout: 600_000,
}, async () => {
  // Fixed: the same files on every machine.
  const cases = fc.sample(faulty, { numRuns: RUNS, seed: 20261123 });
  const queue = cases.entries();
  const codes = new Map<number | undefined, number>();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const [, { sampler, changes, torn }] of queue) {
        const folder = emptyFolder();
        const text = JSON.stringify({ ...TINY, ...Object.fromEntries(changes), runs_dir: 'runs' });
        writeFileSync(join(folder, 'fuzz.json'), text.slice(0, torn ?? undefined));
        const { exitCode, stderr, stdout } = await llc(folder, [
          'run',
          `--sampler=${sampler}`,
          '--preset=fuzz.json',
          '--cpus=1',
          '--max-retries=0',
        ]);
        codes.set(exitCode, (codes.get(exitCode) ?? 0) + 1);
        expect([0, 1, 78], `${text}\n${stdout}\n${stderr}`).toContain(exitCode);
        expect(`${stdout}${stderr}`, text).not.toMatch(/\n\s+at .*:\d+|bug in llc/);
        const runs = join(folder, 'runs');
        for (const run of existsSync(runs) ? readdirSync(runs) : []) {
          expect(await runExists(join(runs, run)), text).toBe(true);
        }
      }
    }),
  );
  // The sample must hold both kinds, or it shows nothing.
  expect(codes.get(0)).toBeGreaterThan(10);
  expect(codes.get(78)).toBeGreaterThan(50);
});
