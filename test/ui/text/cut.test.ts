import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { line, span, textOf } from '../../../src/ui/line.ts';
import { cutEnd, cutHead, cutMiddle, padEnd, padStart } from '../../../src/ui/text/cut.ts';
import {
  cutLine,
  joinLines,
  padLine,
  spreadLine,
  widthOfLine,
} from '../../../src/ui/text/line-parts.ts';
import { widthOf } from '../../../src/ui/text/width.ts';

const text = fc
  .array(fc.constantFrom('a', 'é', '模', '👩‍👩‍👧', ' ', 'e\u0301', '…'))
  .map((parts) => parts.join(''));

describe('a cut text', () => {
  it('loses the end of words, the middle of labels, the head of paths', () => {
    expect(cutEnd('QOSMaxJobsPerUser', 10, '…')).toBe('QOSMaxJob…');
    expect(cutMiddle('dln-64-64-64-r32 s0', 14, '…')).toBe('dln-64-…r32 s0');
    expect(cutHead('sweeps/jobs/medium-s2-hmc/2/stderr', 24, '…')).toBe('…/medium-s2-hmc/2/stderr');
  });

  it('has a space for half a wide character', () => {
    expect(cutEnd('模型模型', 4, '…')).toBe('模 …');
    expect(cutHead('模型模型', 4, '…')).toBe('… 型');
  });

  it('fills exactly the room it was cut to, and stays whole where it fits', () => {
    fc.assert(
      fc.property(text, fc.nat(12), (whole, columns) => {
        for (const cut of [cutEnd, cutMiddle, cutHead]) {
          const shown = cut(whole, columns, '…');
          if (widthOf(whole) <= columns) expect(shown).toBe(whole);
          else expect(widthOf(shown)).toBe(columns);
        }
      }),
    );
  });

  it('is filled by display width', () => {
    expect(padEnd('模', 4)).toBe('模  ');
    expect(padStart('模', 4)).toBe('  模');
    expect(padEnd('long', 2)).toBe('long');
  });
});

describe('a cut line', () => {
  it('has the columns asked for, in its own looks', () => {
    expect(cutLine([span('ab', 'good'), span('cdef', 'bad')], 4, '…')).toEqual([
      span('ab', 'good'),
      span('c…', 'bad'),
    ]);
    fc.assert(
      fc.property(fc.array(text), fc.nat(20), (parts, columns) => {
        const whole = parts.map((part) => span(part));
        const cut = padLine(cutLine(whole, columns), columns);
        expect(widthOfLine(cut)).toBe(columns);
      }),
    );
  });

  it('is joined and spread', () => {
    expect(textOf(joinLines([line('a'), line('b')], '  '))).toBe('a  b');
    expect(textOf(spreadLine(line('left side'), line('14:32'), 13, '…'))).toBe('left …  14:32');
  });
});
