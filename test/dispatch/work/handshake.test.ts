import { describe, expect, test } from 'vitest';
import { compareVersions } from '../../../src/dispatch/work/handshake.ts';

const own = { protocol: 1, schemaHash: 'aaaaaaaaaaaa', codeVersion: 'bbbbbbbbbbbb' };

describe('the handshake', () => {
  test('is silent between equals', () => {
    expect(() => compareVersions({ ...own }, own)).not.toThrow();
  });

  test.each([
    [{ protocol: 2 }, '2', '1'],
    [{ schemaHash: 'cccccccccccc' }, 'cccccccccccc', 'aaaaaaaaaaaa'],
    [{ codeVersion: 'dddddddddddd' }, 'dddddddddddd', 'bbbbbbbbbbbb'],
  ])('names both sides of %j and how to update', (difference, theirs, ours) => {
    try {
      compareVersions({ ...own, ...difference }, own);
      expect.unreachable();
    } catch (error) {
      const { message, errorType } = error as Error & { errorType: string };
      expect(errorType).toBe('schema');
      expect(message).toContain(theirs);
      expect(message).toContain(ours);
      expect(message).toContain('npm run build');
    }
  });
});
