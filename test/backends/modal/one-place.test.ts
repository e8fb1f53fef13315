import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const ONLY = 'src/backends/modal/control-plane.ts';
const source = readFileSync(ONLY, 'utf8');

test('one file alone uses the client that may change', () => {
  const users = globSync('src/**/*.{ts,tsx}').filter((path) =>
    /cpClient|from 'modal'|import\('modal'\)/.test(readFileSync(path, 'utf8')),
  );
  expect(users).toEqual([ONLY]);
});

test('every call that it makes is looked for at the start', () => {
  const list = /const CALLS = \[([^\]]*)\]/.exec(source)?.[1] ?? '';
  const checked = [...list.matchAll(/'(\w+)'/g)].map(([, name]) => name);
  const made = [...source.matchAll(/this\.#client\s*\.(\w+)\(/g)].map(([, name]) => name);
  expect(made.length).toBeGreaterThan(20);
  expect([...new Set(made)].sort()).toEqual([...checked].sort());
});
