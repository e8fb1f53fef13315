import fc from 'fast-check';
import { expect, test } from 'vitest';
import { caretText } from '../../../src/screens/sweep/caret-text.ts';

test.each([
  ['\u001b]0;x\u0007', '^[]0;x^G'],
  ['a\u009b31mb', 'a^[[31mb'],
  ['10%\r20%\r30%\r', '30%'],
  ['\u007f\u0000', '^?^@'],
  ['left\u202eright', 'left\ufffdright'],
  ['模型-α', '模型-α'],
])('%j is shown as %j', (text, shown) => {
  expect(caretText(text)).toBe(shown);
});

test('nothing that a terminal would obey is left of any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const shown = caretText(text);
      expect(shown).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
      expect(shown.isWellFormed()).toBe(true);
    }),
  );
});
