import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Key } from '../../../src/ui/key.ts';
import { flushEscape, NO_INPUT, parseKeys } from '../../../src/ui/terminal/key-parser.ts';

function keysOf(...packets: readonly string[]): Key[] {
  let state = NO_INPUT;
  const keys: Key[] = [];
  for (const packet of packets) {
    const parsed = parseKeys(state, packet);
    state = parsed.state;
    keys.push(...parsed.keys);
  }
  return [...keys, ...flushEscape(state).keys];
}
const names = (...packets: readonly string[]) =>
  keysOf(...packets).map((key) => (key.kind === 'key' ? key.name : `paste ${key.text}`));

test.each([
  ['jjjj', ['j', 'j', 'j', 'j']],
  ['/oom\r', ['/', 'o', 'o', 'm', 'enter']],
  ['\u001b', ['esc']],
  ['\u001b\u001b', ['esc', 'esc']],
  ['\u001b[A\u001bOB\u001b[1;5C\u001b[D', ['up', 'down', 'right', 'left']],
  ['\u001b[H\u001b[4~\u001b[5~\u001b[6~\u001b[3~', ['home', 'end', 'pageup', 'pagedown', 'delete']],
  ['\u001b[Z\t \u007f', ['shift-tab', 'tab', 'space', 'backspace']],
  ['\u0003\u001a\f', ['ctrl-c', 'ctrl-z', 'ctrl-l']],
  ['模é', ['模', 'é']],
  ['\u001b[200~rx\ny\u001b[201~j', ['paste rx\ny', 'j']],
  // Replies of the terminal, mouse and focus are no keys.
  ['\u001b[?62;c\u001b[24;80R\u001b]11;rgb:0/0/0\u0007\u001b[I\u001b[<0;1;1Mj', ['j']],
])('%j is read as %j', (input, expected) => {
  expect(names(input)).toEqual(expected);
});

test('wherever a line cuts the input, the keys are the same', () => {
  const piece = fc.constantFrom(
    'j',
    'xy',
    '\r',
    ' ',
    '模',
    '\u001b[A',
    '\u001bOD',
    '\u001b[5~',
    '\u001b[200~a\u001b[b\u001b[201~',
    '\u001b[24;80R',
    '\u001b]0;t\u0007',
    '\u001bP1$r0m\u001b\\',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.array(fc.nat(60)), (pieces, cuts) => {
      const input = pieces.join('');
      const at = [0, ...cuts.map((cut) => cut % (input.length + 1)), input.length].sort(
        (a, b) => a - b,
      );
      const packets = at.slice(1).map((end, index) => input.slice(at[index], end));
      expect(keysOf(...packets)).toEqual(keysOf(input));
    }),
    { seed: 3, numRuns: 500 },
  );
});
