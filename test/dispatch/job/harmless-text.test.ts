import fc from 'fast-check';
import { expect, test } from 'vitest';
import { harmlessText } from '../../../src/dispatch/job/harmless-text.ts';

test('terminal sequences vanish, their text stays', () => {
  expect(harmlessText('\u001b[31mred\u001b[0m \u001b]0;title\u0007end\u001bc')).toBe('red end');
});

test('other control characters and marks of direction become visible, line ends become one kind', () => {
  expect(harmlessText('a\u0000b\u0085c\u202ed\r\ne\rf\tg\ud800')).toBe(
    'a\ufffdb\ufffdc\ufffdd\ne\nf\tg\ufffd',
  );
});

test('whatever comes in, nothing that moves a cursor comes out, and no more than asked', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 20 }), (text, limit) => {
      const clean = harmlessText(text, limit);
      expect(clean).not.toMatch(/[^\P{Cc}\t\n]/u);
      expect(clean.isWellFormed()).toBe(true);
      expect(clean.length).toBeLessThanOrEqual(limit);
      expect(harmlessText(clean)).toBe(clean);
    }),
  );
});
