import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

/** The arrows drawn in docs/architecture.md: what each room may import, besides itself. */
const ARROWS: Record<string, { rooms: readonly string[]; packages: boolean }> = {
  commands: {
    rooms: ['screens', 'ui', 'report', 'dispatch', 'backends', 'compute'],
    packages: true,
  },
  report: { rooms: ['dispatch', 'compute'], packages: true },
  screens: { rooms: ['ui', 'dispatch'], packages: true },
  ui: { rooms: [], packages: true },
  backends: { rooms: ['dispatch'], packages: true },
  dispatch: { rooms: ['compute'], packages: true },
  compute: { rooms: [], packages: false },
};

const files = globSync('src/**/*.{ts,tsx}').map((path) => path.replaceAll('\\', '/'));
const roomOf = (path: string) => (path.split('/').length > 2 ? path.split('/')[1] : null);

function importsOf(file: string): { specifier: string; target: string | null }[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, specifier]) => ({
    specifier,
    target: specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : null,
  }));
}

test('the rooms of the table are the rooms on disk', () => {
  const rooms = new Set(files.map(roomOf).filter((room) => room !== null));
  expect([...rooms].sort()).toEqual(Object.keys(ARROWS).sort());
});

describe('every file imports only what its room may', () => {
  for (const file of files) {
    const room = roomOf(file);
    if (room === null) continue;
    const { rooms, packages } = ARROWS[room] ?? { rooms: [], packages: false };
    test(file, () => {
      const strangers = importsOf(file).filter(({ target }) => {
        if (target === null) return !packages;
        const other = roomOf(target);
        return other === null || (other !== room && !rooms.includes(other));
      });
      expect(strangers).toEqual([]);
    });
  }
});

test('no backend knows another', () => {
  const crossings = files
    .filter((file) => roomOf(file) === 'backends')
    .flatMap((file) =>
      importsOf(file).filter(
        ({ target }) =>
          target !== null &&
          roomOf(target) === 'backends' &&
          target.split('/')[2] !== file.split('/')[2],
      ),
    );
  expect(crossings).toEqual([]);
});

test('nothing is called utils, helpers or common', () => {
  expect(files.filter((file) => /\/(utils?|helpers?|common|misc)(\.ts|\/)/.test(file))).toEqual([]);
});
