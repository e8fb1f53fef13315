import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Key } from '../../../src/ui/key.ts';
import { flushEscape, NO_INPUT_YET, parseKeys } from '../../../src/ui/terminal/key-parser.ts';

function keysOf(...packets: string[]): Key[] {
  const keys: Key[] = [];
  let state = NO_INPUT_YET;
  for (const packet of packets) {
    const parsed = parseKeys(state, packet);
    keys.push(...parsed.keys);
    state = parsed.state;
  }
  return [...keys, ...flushEscape(state).keys];
}

function namesOf(...packets: string[]): string[] {
  return keysOf(...packets).map((key) => (key.kind === 'key' ? key.name : `<${key.text}>`));
}

describe('input as keys', () => {
  it('splits what came in one packet', () => {
    expect(namesOf('jjjj')).toEqual(['j', 'j', 'j', 'j']);
    expect(namesOf('/oom\r')).toEqual(['/', 'o', 'o', 'm', 'enter']);
    expect(namesOf('xy')).toEqual(['x', 'y']);
  });

  it('knows the sequences of many terminals', () => {
    expect(namesOf('\x1b[A\x1bOB\x1b[1;5C\x1bO5D')).toEqual(['up', 'down', 'right', 'left']);
    expect(namesOf('\x1b[H\x1b[1~\x1b[7~\x1bOH')).toEqual(['home', 'home', 'home', 'home']);
    expect(namesOf('\x1b[F\x1b[4~\x1b[8~\x1bOF')).toEqual(['end', 'end', 'end', 'end']);
    expect(namesOf('\x1b[5~\x1b[6~\x1b[3~\x1b[3;2~\x1b[Z')).toEqual([
      'pageup',
      'pagedown',
      'delete',
      'delete',
      'shift-tab',
    ]);
  });

  it('names controls', () => {
    expect(namesOf('\x01\x03\x1a \t\r\n\x7f\b')).toEqual([
      'ctrl-a',
      'ctrl-c',
      'ctrl-z',
      'space',
      'tab',
      'enter',
      'enter',
      'backspace',
      'backspace',
    ]);
  });

  it('takes an escape for itself once nothing follows', () => {
    expect(parseKeys(NO_INPUT_YET, '\x1b').keys).toEqual([]);
    expect(namesOf('\x1b')).toEqual(['esc']);
    expect(namesOf('\x1b\x1b[A')).toEqual(['esc', 'up']);
    expect(namesOf('\x1b\r')).toEqual(['esc', 'enter']);
  });

  it('hands over a paste as one key, whatever it holds', () => {
    expect(namesOf('a\x1b[200~rm x\r\n\x1b[A', 'y\x1b[20', '1~b')).toEqual([
      'a',
      '<rm x\n\x1b[Ay>',
      'b',
    ]);
  });

  it('swallows replies and what means nothing here', () => {
    const replies =
      '\x1b[?62;22c\x1b[12;40R\x1b]11;rgb:00/00/00\x07\x1b]10;x\x1b\\\x1bP1+r\x1b\\\x1b[I';
    expect(namesOf(`${replies}\x1b[15~\x1bOP\x1b[[A\x1bx\x1b[<0;1;1M\x00j`)).toEqual(['j']);
  });

  it('keeps letters of all scripts', () => {
    expect(namesOf('模é😀')).toEqual(['模', 'é', '😀']);
  });

  it('gives the same keys however the input is split', () => {
    const part = fc.constantFrom(
      'j',
      '\r',
      '\x1b',
      '\x1b[A',
      '\x1bO',
      '[',
      'O',
      '1;5',
      '~',
      '\x1b[200~',
      'x\r\n',
      '\x1b[201~',
      '\x1b]0;',
      '\x07',
      '\x1b\\',
      '\x1bP',
      '模',
      '😀',
      '\x03',
      ' ',
      '\x1b[[',
    );
    const input = fc.array(part, { maxLength: 14 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(input, fc.array(fc.nat(30), { maxLength: 6 }), (text, cuts) => {
        const at = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b)];
        const packets = at.map((start, index) => text.slice(start, at[index + 1] ?? text.length));
        expect(keysOf(...packets)).toEqual(keysOf(text));
      }),
      { numRuns: 1000 },
    );
  });
});
