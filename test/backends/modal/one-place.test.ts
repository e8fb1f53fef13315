import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const FOLDER = 'src/backends/modal/control-plane/';
const ENTRY = 'control-plane/control-plane.ts';
const inside = globSync(`${FOLDER}*.ts`);
const textOf = (path: string) => readFileSync(path, 'utf8');

test('one module alone uses the client that may change', () => {
  const users = globSync('src/**/*.{ts,tsx}').filter((path) =>
    /cpClient|from 'modal'|import\('modal'\)/.test(textOf(path)),
  );
  expect(users.length).toBeGreaterThan(0);
  expect(users.filter((path) => !path.startsWith(FOLDER))).toEqual([]);
});

test('it has one entry', () => {
  const ways = globSync('src/**/*.{ts,tsx}')
    .filter((path) => !path.startsWith(FOLDER))
    .flatMap((path) =>
      [...textOf(path).matchAll(/'([^']*control-plane\/[^']*)'/g)].map(([, way]) => way),
    );
  expect(ways.length).toBeGreaterThan(5);
  expect(ways.filter((way) => !way?.endsWith(ENTRY))).toEqual([]);
});

test('every call that it makes is looked for at the start', () => {
  const list = /const CALLS = \[([^\]]*)\]/.exec(textOf(`${FOLDER}calls.ts`))?.[1] ?? '';
  const checked = [...list.matchAll(/'(\w+)'/g)].map(([, name]) => name);
  const made = inside.flatMap((path) =>
    [...textOf(path).matchAll(/\b(?:this\.#)?client\s*\.(\w+)\(/g)].map(([, name]) => name),
  );
  expect(made.length).toBeGreaterThan(20);
  expect([...new Set(made)].sort()).toEqual([...checked].sort());
});
