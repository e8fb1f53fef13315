import { globSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { GivenFlags } from '../../../src/dispatch/config/flags.ts';
import { preparePlan } from '../../../src/dispatch/plan/prepare-plan.ts';

function prepare(
  options: GivenFlags['options'],
  readText = (path: string) => readFile(path, 'utf8'),
) {
  return preparePlan({
    command: 'sweep',
    flags: { fields: {}, options },
    env: {},
    remembered: {},
    now: new Date(2026, 10, 23, 14, 31),
    cores: 8,
    codeVersion: 'abc',
    readText,
  });
}

describe('every example is planned as its own first lines say', () => {
  const [forMaps, studies] = [globSync('examples/calibrate-*.yaml'), globSync('examples/*.yaml')];
  for (const path of studies.filter((each) => !forMaps.includes(each))) {
    test(path, async () => {
      expect(readFileSync(path, 'utf8')).toContain(`--preset quick --study ${path}`);
      const prepared = await prepare({ preset: 'quick', study: path });
      expect(prepared).toMatchObject({ ok: true, notes: [] });
    });
  }
  for (const path of forMaps) {
    test(path, async () => {
      expect(readFileSync(path, 'utf8')).toContain(`llc calibrate --preset ${path}`);
      const prepared = await prepare({ preset: path, nSeeds: 1 });
      expect(prepared).toMatchObject({ ok: true, notes: [] });
      // Calibrate searches the step of the one sampler that the file names.
      const jobs = prepared.ok ? prepared.plan.jobs : [];
      expect(jobs.map(({ config }) => [config.sampler, config.sgld_step_size])).toEqual([
        ['sgld', 'auto'],
      ]);
    });
  }
});

test('a file that cannot be read is an issue of its flag', async () => {
  const prepared = await prepare({ preset: 'quik', study: 'nowhere.yaml' }, async (path) => {
    throw new Error(`no such file: ${path}`);
  });
  expect(prepared).toMatchObject({
    ok: false,
    issues: [{ path: '--study' }, { path: '--preset', hint: 'did you mean quick?' }],
  });
});

test('faults of options, grids and fields are told together', async () => {
  const prepared = await prepare({ problemGrid: '3', samplerGrid: '{"chains": []}' });
  expect(prepared.ok ? [] : prepared.issues.map(({ path }) => path)).toEqual([
    '--problem-grid',
    '--sampler-grid.chains',
  ]);
});
