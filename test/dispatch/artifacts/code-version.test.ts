import { expect, test } from 'vitest';
import { codeVersion } from '../../../src/dispatch/artifacts/code-version.ts';

test('the environment replaces the code version, an empty one does not', () => {
  expect(codeVersion({ LLC_CODE_VERSION: 'mine' })).toBe('mine');
  expect(codeVersion({ LLC_CODE_VERSION: '' })).toBe(codeVersion({}));
});

test('else it is 12 hex digits of the built worker', () => {
  expect(codeVersion({})).toMatch(/^[0-9a-f]{12}$/);
});
