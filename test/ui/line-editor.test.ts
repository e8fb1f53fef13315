import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Key } from '../../src/ui/key.ts';
import { textOf } from '../../src/ui/line.ts';
import { EMPTY_FIELD, edit, type Field, fieldSpans, fieldWith } from '../../src/ui/line-editor.ts';
import { widthOf } from '../../src/ui/text/width.ts';
import { themeOf } from '../../src/ui/theme.ts';

const plain = themeOf({ colour: false, ascii: false });
const colour = themeOf({ colour: true, ascii: false });
const typed = (field: Field, ...names: string[]): Field =>
  names.reduce<Field>((now, name) => edit(now, { kind: 'key', name }) ?? now, field);

describe('a field', () => {
  it('takes letters where the cursor is', () => {
    expect(typed(EMPTY_FIELD, 'a', 'c', 'left', 'b', 'space')).toEqual({ text: 'ab c', cursor: 3 });
  });

  it('loses what a person sees as one letter', () => {
    expect(typed(fieldWith('a模é'), 'backspace').text).toBe('a模');
    expect(typed(fieldWith('e\u0301'), 'backspace').text).toBe('');
    expect(typed(fieldWith('👩‍👩‍👧x'), 'home', 'delete').text).toBe('x');
  });

  it('knows the keys of a shell', () => {
    const field = fieldWith('retry mem-gb=32');
    expect(typed(field, 'ctrl-w').text).toBe('retry ');
    expect(typed(field, 'ctrl-u').text).toBe('');
    expect(typed(field, 'ctrl-a', 'ctrl-k').text).toBe('');
    expect(typed(field, 'ctrl-a', 'ctrl-e').cursor).toBe(15);
  });

  it('takes a paste as one line', () => {
    expect(edit(fieldWith('a '), { kind: 'paste', text: ' b\n\tc\x1b[A\n' })?.text).toBe(
      'a b c [A',
    );
  });

  it('leaves other keys to others', () => {
    for (const name of ['enter', 'esc', 'tab', 'up', 'ctrl-c'])
      expect(edit(EMPTY_FIELD, { kind: 'key', name })).toBeNull();
  });

  it('shows its cursor, with and without colour', () => {
    const field: Field = { text: 'abc', cursor: 1 };
    expect(textOf(fieldSpans(field, 10, plain))).toBe('a_bc');
    expect(textOf(fieldSpans(fieldWith('siz'), 10, plain))).toBe('siz_');
    expect(fieldSpans(field, 10, colour)[1]).toEqual({ text: 'b', tones: ['focus'] });
  });

  it('is never wider than its room, and shows the cursor always', () => {
    const name = fc.constantFrom('a', '模', 'left', 'home', 'ctrl-w', 'space', 'delete', '👩‍👩‍👧');
    fc.assert(
      fc.property(fc.array(name), fc.integer({ min: 2, max: 12 }), (names, columns) => {
        const field = names.reduce<Field>(
          (now, each) => edit(now, { kind: 'key', name: each } as Key) ?? now,
          EMPTY_FIELD,
        );
        const spans = fieldSpans(field, columns, colour);
        expect(widthOf(textOf(spans))).toBeLessThanOrEqual(columns);
        expect(spans.some(({ tones }) => tones.includes('focus'))).toBe(true);
      }),
    );
  });
});
