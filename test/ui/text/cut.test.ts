import fc from 'fast-check';
import { expect, test } from 'vitest';
import { line, span, textOf } from '../../../src/ui/line.ts';
import { beginning, cutEnd, cutHead, cutMiddle } from '../../../src/ui/text/cut.ts';
import { cutLine, justified, widthOfLine } from '../../../src/ui/text/line-parts.ts';
import { widthOf } from '../../../src/ui/text/width.ts';

test('names are cut in the middle, words at the end, paths at the head', () => {
  expect(cutMiddle('dln-64-64-64-r32 s0', 14)).toBe('dln-64-…r32 s0');
  expect(cutEnd('QOSMaxJobsPerUserLimit', 10)).toBe('QOSMaxJob…');
  expect(cutHead('/home/ana/sweeps/medium-s2-hmc/2/stderr', 24)).toBe('…/medium-s2-hmc/2/stderr');
});

test('half a wide character becomes a space', () => {
  expect(beginning('模型', 3)).toBe('模 ');
});

test('nothing that is cut is wider than its place', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '模', '±', 'é', ' '), maxLength: 30 });
  fc.assert(
    fc.property(text, fc.nat(30), (whole, columns) => {
      for (const cut of [cutEnd, cutMiddle, cutHead])
        expect(widthOf(cut(whole, columns))).toBeLessThanOrEqual(columns);
      const pieces = [span(whole, 'good'), span(whole), span(whole, 'quiet')];
      expect(widthOfLine(cutLine(pieces, columns))).toBeLessThanOrEqual(columns);
      expect(widthOfLine(justified(pieces, line('end'), 40))).toBe(40);
    }),
    { seed: 2 },
  );
});

test('a line that fits is not touched', () => {
  const whole = [span('llc', 'title'), span(' 58%')];
  expect(cutLine(whole, 7)).toBe(whole);
  expect(textOf(cutLine(whole, 6))).toBe('llc 5…');
});
