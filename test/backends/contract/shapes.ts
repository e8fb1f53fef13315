import { expect } from 'vitest';
import { ERROR_TYPES, type Failure, STAGES } from '../../../src/dispatch/job/words.ts';

export function expectFailure(failure: Failure): void {
  expect(STAGES).toContain(failure.stage);
  expect(ERROR_TYPES).toContain(failure.errorType);
  expect(failure.error).toMatch(/\w/);
  expect(typeof failure.traceback).toBe('string');
}

export function expectNumberOrNull(value: unknown): void {
  expect(value === null || typeof value === 'number').toBe(true);
}
