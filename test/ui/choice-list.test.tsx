import { renderToString } from 'ink';
import { describe, expect, it } from 'vitest';
import { ChoiceList } from '../../src/ui/choice-list.tsx';
import { line } from '../../src/ui/line.ts';
import { type Theme, themeOf } from '../../src/ui/theme.ts';

const plain = themeOf({ colour: false, ascii: false });
const choices = [
  { key: 'quick', line: line('quick   minutes in all: a first look, rough errors') },
  { key: 'full', line: line('full    hours: numbers to publish') },
  { key: 'none', line: line('none    the built-in defaults', 'quiet') },
  { key: 'file', line: line('file    load a study, STUDY.yaml') },
];

function shown(cursor: number, { limit = 8, columns = 80, theme = plain as Theme } = {}): string {
  const list = { choices, cursor, limit, columns, theme };
  return renderToString(<ChoiceList {...list} />, { columns });
}

describe('a list of choices', () => {
  it('puts the chosen one in brackets without colour', () => {
    expect(shown(1)).toBe(
      [
        '    quick   minutes in all: a first look, rough errors',
        '  [ full    hours: numbers to publish ]',
        '    none    the built-in defaults',
        '    file    load a study, STUDY.yaml',
      ].join('\n'),
    );
  });

  it('shows it inverse in colour', () => {
    const rows = shown(1, { theme: themeOf({ colour: true, ascii: false }) }).split('\n');
    expect(rows[1]).toBe('    \x1b[7mfull    hours: numbers to publish\x1b[27m');
    expect(rows[2]).toContain('\x1b[2mnone');
  });

  it('shows those around the cursor where there is no room for all', () => {
    expect(shown(3, { limit: 2 })).toBe(
      '    none    the built-in defaults\n  [ file    load a study, STUDY.yaml ]',
    );
    expect(shown(0, { limit: 2 }).split('\n')[0]).toContain('[ quick');
  });

  it('cuts what is too long, its bracket stays', () => {
    expect(shown(0, { columns: 24 }).split('\n')[0]).toBe('  [ quick   minutes i… ]');
  });
});
