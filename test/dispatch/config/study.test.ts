import { describe, expect, test } from 'vitest';
import { readGrid } from '../../../src/dispatch/config/grid.ts';
import { readStudy } from '../../../src/dispatch/config/study.ts';

function pathsOf(text: string) {
  const read = readStudy(text, 's.yaml');
  return read.ok ? [] : read.issues.map(({ path }) => path);
}

test('a study is read with what it leaves out as null', () => {
  const text =
    'base: {chains: 2}\nproblems:\n  - name: a\n    overrides: {depth: 2}\nbackend: modal\n';
  expect(readStudy(text, 's.yaml')).toEqual({
    ok: true,
    study: {
      at: 's.yaml',
      base: { chains: 2 },
      problems: [{ name: 'a', overrides: { depth: 2 }, at: 's.yaml.problems[0].overrides' }],
      samplers: null,
      seeds: null,
      options: { backend: 'modal' },
    },
  });
});

test('malformed YAML is refused with its line and column', () => {
  expect(pathsOf('base:\n  chains: [1, 2\nseeds: [1]\n')[0]).toMatch(/^s\.yaml:3:\d+$/);
});

test.each([
  ['a problem twice', 'problems: [{name: a}, {name: a}]', ['s.yaml.problems[1].name']],
  ['a seed twice', 'seeds: [1, 1]', ['s.yaml.seeds']],
  ['a path as a name', 'problems: [{name: ../a}]', ['s.yaml.problems[0].name']],
  ['a name of dots', 'problems: [{name: ..}]', ['s.yaml.problems[0].name']],
  ['an entry without a name', 'problems: [{overrides: {}}]', ['s.yaml.problems[0].name']],
  [
    'a field outside overrides',
    'samplers: [{name: hmc, chains: 2}]',
    ['s.yaml.samplers[0].chains'],
  ],
  ['an unknown key', 'problem: []', ['s.yaml.problem']],
  ['no seed', 'seeds: 0', ['s.yaml.seeds']],
  ['half a seed', 'seeds: 1.5', ['s.yaml.seeds']],
  ['a list', '[1, 2]', ['s.yaml']],
  ['nothing', '', ['s.yaml']],
])('%s is refused', (_, text, paths) => {
  expect(pathsOf(text)).toEqual(paths);
});

test('anchors are followed, but not into a bomb', () => {
  expect(pathsOf('base: &b {chains: 2}\nproblems: [{name: a, overrides: *b}]')).toEqual([]);
  const levels = Array.from({ length: 30 }, (_, i) => `x${i + 1}: &x${i + 1} [*x${i}, *x${i}]`);
  expect(pathsOf(`x0: &x0 [1]\n${levels.join('\n')}\n`)).toHaveLength(1);
});

test('nesting deeper than the stack is refused', () => {
  const deep = 20_000;
  expect(pathsOf(`base: ${'['.repeat(deep)}${']'.repeat(deep)}`)).not.toHaveLength(0);
});

describe('grids', () => {
  test('an object of lists is every combination, named by its values', () => {
    const read = readGrid({ target: ['mlp'], hidden: [10, 20], bias: [true] }, '--problem-grid');
    expect(read.ok && read.entries.map(({ name, overrides }) => [name, overrides])).toEqual([
      ['mlp-hidden_10-bias_true', { target: 'mlp', hidden: 10, bias: true }],
      ['mlp-hidden_20-bias_true', { target: 'mlp', hidden: 20, bias: true }],
    ]);
  });

  test('entries without a name get one that no other has', () => {
    const raw = [
      { overrides: { sampler: 'hmc' } },
      { overrides: { sampler: 'hmc' } },
      { name: 'hmc' },
    ];
    const read = readGrid(raw, '--sampler-grid');
    expect(read.ok && read.entries.map(({ name }) => name)).toEqual(['hmc-2', 'hmc-3', 'hmc']);
  });

  test.each([
    ['a number', 3],
    ['no values', { chains: [] }],
    ['a value that is no list', { chains: 3 }],
    ['an empty list', []],
    ['a million combinations', { a: new Array(1000).fill(1), b: new Array(1000).fill(1) }],
  ])('%s is refused', (_, raw) => {
    expect(readGrid(raw, '--grid').ok).toBe(false);
  });
});
