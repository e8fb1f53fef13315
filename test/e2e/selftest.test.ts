import { expect, test } from 'vitest';
import { emptyFolder, llc } from './llc.ts';

test('every sampler gives the exact values of the selftest', { timeout: 300_000 }, async () => {
  const { exitCode, stdout } = await llc(emptyFolder(), ['selftest']);
  expect(stdout).not.toContain('WRONG');
  expect(stdout).toMatch(/(\d+) of \1 within 4 standard errors/);
  expect(exitCode).toBe(0);
});
