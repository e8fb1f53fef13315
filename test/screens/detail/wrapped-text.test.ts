import fc from 'fast-check';
import { expect, test } from 'vitest';
import { widthOf } from '../../../src/ui/text/width.ts';
import { wrapped } from '../../../src/ui/text/wrapped.ts';

test('lines break between words, and within one that is too long', () => {
  expect(wrapped('one two three\nfour', 8)).toEqual(['one two', 'three', 'four']);
  expect(wrapped('abcdefgh', 3)).toEqual(['abc', 'def', 'gh']);
});

test('no line passes the columns, however wide its signs', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.integer({ min: 1, max: 20 }),
      (text, columns) => {
        for (const line of wrapped(text, columns))
          expect(widthOf(line)).toBeLessThanOrEqual(columns);
      },
    ),
  );
});
