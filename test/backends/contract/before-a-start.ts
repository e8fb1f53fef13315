import { describe, expect, test } from 'vitest';
import type { Bench } from './bench.ts';
import { NEVER } from './harness.ts';
import { expectFailure, expectNumberOrNull } from './shapes.ts';

export function beforeAStart(at: Bench): void {
  describe('before anything starts', () => {
    test('jobs that the place can run are accepted', async () => {
      const answer = await at.backend.preflight(at.harness.accepted, NEVER);
      expect(answer).toEqual({ ok: true, notes: expect.any(Array) });
    });

    test('others are refused in words, with what to do about it', async () => {
      const answer = await at.backend.preflight(at.harness.refused, NEVER);
      if (answer.ok) throw new Error('not refused');
      expectFailure(answer.failure);
      expect(answer.failure.stage).toBe('preflight');
      expect(answer.hint).toMatch(/\w/);
    });

    test('there is room for a job, and limits are seconds or null', () => {
      expect(Number.isInteger(at.backend.concurrency)).toBe(true);
      expect(at.backend.concurrency).toBeGreaterThanOrEqual(1);
      for (const limit of Object.values(at.backend.limits))
        expect(limit === null || limit > 0).toBe(true);
    });

    test('the place tells what there is to choose from', async () => {
      const found = await at.backend.discover(NEVER);
      for (const { name, state, gpus, accounts = [], ...numbers } of found.partitions) {
        expect(found.accounts).toEqual(expect.arrayContaining([...accounts]));
        expect([typeof name, typeof state]).toEqual(['string', 'string']);
        expect(numbers.idleCpus).toBeGreaterThanOrEqual(0);
        expect(numbers.queued).toBeGreaterThanOrEqual(0);
        for (const { free, total } of gpus) expect(free).toBeLessThanOrEqual(total);
      }
      for (const { perHour } of found.gpuTypes) expectNumberOrNull(perHour);
      for (const account of found.accounts) expect(account).toEqual(expect.any(String));
      for (const key of ['cores', 'memoryGb', 'maxJobs', 'budgetLeft'] as const)
        expectNumberOrNull(found[key]);
    });

    test('and how it is', async () => {
      const { state, text, budgetLeft = 0 } = await at.backend.health(NEVER);
      expect(['well', 'slow', 'down']).toContain(state);
      expect(text).toMatch(/\w/);
      expect(budgetLeft).toEqual(expect.any(Number));
    });
  });
}
