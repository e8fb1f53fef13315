import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Key } from '../../src/ui/key.ts';
import { textOf } from '../../src/ui/line.ts';
import { edit, fieldOf, fieldSpans, type LineField } from '../../src/ui/line-editor.ts';
import { widthOf } from '../../src/ui/text/width.ts';
import { themeOf } from '../../src/ui/theme.ts';

const plain = themeOf({ colour: false, ascii: false });
const colour = themeOf({ colour: true, ascii: false });
const typed = (field: LineField, ...names: string[]): LineField =>
  names.reduce<LineField>((now, name) => edit(now, { kind: 'key', name }) ?? now, field);

describe('a field', () => {
  it('takes letters where the cursor is', () => {
    expect(typed(fieldOf(''), 'a', 'c', 'left', 'b', 'space')).toEqual({ text: 'ab c', cursor: 3 });
  });

  it('loses what a person sees as one letter', () => {
    expect(typed(fieldOf('a模é'), 'backspace').text).toBe('a模');
    expect(typed(fieldOf('e\u0301'), 'backspace').text).toBe('');
    expect(typed(fieldOf('👩‍👩‍👧x'), 'home', 'delete').text).toBe('x');
  });

  it('knows the keys of a shell', () => {
    const field = fieldOf('retry mem-gb=32');
    expect(typed(field, 'ctrl-w').text).toBe('retry ');
    expect(typed(field, 'ctrl-u').text).toBe('');
    expect(typed(field, 'ctrl-a', 'ctrl-k').text).toBe('');
    expect(typed(field, 'ctrl-a', 'ctrl-e').cursor).toBe(15);
  });

  it('takes a paste as one line', () => {
    expect(edit(fieldOf('a '), { kind: 'paste', text: ' b\n\tc\x1b[A\n' })?.text).toBe('a b c [A');
  });

  it('leaves other keys to others', () => {
    for (const name of ['enter', 'esc', 'tab', 'up', 'ctrl-c'])
      expect(edit(fieldOf(''), { kind: 'key', name })).toBeNull();
  });

  it('shows its cursor, with and without colour', () => {
    const field: LineField = { text: 'abc', cursor: 1 };
    expect(textOf(fieldSpans(field, 10, plain))).toBe('a_bc');
    expect(textOf(fieldSpans(fieldOf('siz'), 10, plain))).toBe('siz_');
    expect(fieldSpans(field, 10, colour)[1]).toEqual({ text: 'b', tones: ['focus'] });
  });

  it('is never wider than its room, and shows the cursor always', () => {
    const name = fc.constantFrom('a', '模', 'left', 'home', 'ctrl-w', 'space', 'delete', '👩‍👩‍👧');
    fc.assert(
      fc.property(fc.array(name), fc.integer({ min: 2, max: 12 }), (names, columns) => {
        const field = names.reduce<LineField>(
          (now, each) => edit(now, { kind: 'key', name: each } as Key) ?? now,
          fieldOf(''),
        );
        const spans = fieldSpans(field, columns, colour);
        expect(widthOf(textOf(spans))).toBeLessThanOrEqual(columns);
        expect(spans.some(({ tones }) => tones.includes('focus'))).toBe(true);
      }),
    );
  });
});
