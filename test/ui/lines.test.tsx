import { renderToString } from 'ink';
import { describe, expect, it } from 'vitest';
import { line, span, type Tone } from '../../src/ui/line.ts';
import { Lines } from '../../src/ui/lines.tsx';
import { renderLine } from '../../src/ui/render-line.ts';
import { themeOf } from '../../src/ui/theme.ts';

const colour = themeOf({ colour: true, ascii: false });
const plain = themeOf({ colour: false, ascii: false });
const ascii = themeOf({ colour: false, ascii: true });

describe('a rendered line', () => {
  it('begins and ends each look, one code at a time', () => {
    expect(renderLine([span('✗ OOM', 'bad'), span(' x')], colour)).toBe(
      '\x1b[1m\x1b[31m✗ OOM\x1b[39m\x1b[22m x',
    );
  });

  it('has no codes without colour', () => {
    expect(renderLine([span('a', 'bad', 'focus'), span('b', 'news')], plain)).toBe('ab');
  });

  it('sends only the codes of the design', () => {
    const tones: Tone[] = [
      'quiet',
      'alert',
      'live',
      'warn',
      'good',
      'bad',
      'title',
      'news',
      'focus',
      'asked',
    ];
    const allowed = new Set('0 1 2 4 7 22 24 27 31 32 35 36 39'.split(' '));
    for (const a of tones)
      for (const b of tones)
        for (const part of renderLine([span('x', a, b)], colour)
          .split('\x1b[')
          .slice(1))
          expect(allowed).toContain(part.slice(0, part.indexOf('m')));
  });

  it('is bold rather than dim where it would be both', () => {
    expect(renderLine([span('x', 'quiet', 'news')], colour)).toBe('\x1b[1mx\x1b[22m');
  });

  it('keeps its columns in ASCII', () => {
    expect(renderLine(line('模型-α ±'), ascii)).toBe('????-? ?');
  });
});

describe('lines on the screen', () => {
  it('stand one below the other, empty ones too, cut at the last column', () => {
    const lines = [line('one'), [], line('模型-α and more')];
    expect(renderToString(<Lines lines={lines} theme={plain} />, { columns: 9 })).toBe(
      'one\n\n模型-α a…',
    );
  });

  it('keep their looks', () => {
    expect(renderToString(<Lines lines={[line('ok', 'good')]} theme={colour} />)).toBe(
      '\x1b[32mok\x1b[39m',
    );
  });
});
