import { expect, test } from 'vitest';
import { filtered, readFilters, readResults } from '../../../src/report/sweeps/results-table.ts';

const OURS = `sweep,problem,family_id,target_params,depth,activation,sampler,seed,llc_mean,llc_se,ess,t_sampling,work_grad,wnv_time,wnv_fde,run_dir,run_id,verdict
s,"a, b",f1,20,2,relu,hmc,1,4.5,0.2,100,2,10,0.08,0.4,runs/x,x,converged
s,p,f2,1e3,3,tanh,sgld,2,,,,,,,,runs/y,y,diverged
s,p,f2,1e3,3,tanh,vi,2,4,0.1,5,1,1,1,1,runs/z,z,
`;

test('cells are read by their columns, missing numbers are none, and strange samplers are named', () => {
  const { rows, unknown } = readResults(OURS, 'results.csv');
  expect(
    rows.map(({ sampler, problem, llcMean, ess }) => [sampler, problem, llcMean, ess]),
  ).toEqual([
    ['hmc', 'a, b', 4.5, 100],
    ['sgld', 'p', Number.NaN, Number.NaN],
  ]);
  expect(unknown).toEqual(['vi']);
});

test('a table without families and verdicts, as the Python original may leave one, is read', () => {
  const theirs = 'problem,sampler,seed,llc_mean,llc_se\np,hmc,7,3,0.5\np,mclmc,7,3.1,0.4\n';
  const { rows } = readResults(theirs, 'old.csv');
  expect(rows.map(({ family, verdict }) => [family, verdict])).toEqual([
    ['p 7', ''],
    ['p 7', ''],
  ]);
});

test('filters all have to hold, each with any of its values; numbers are numbers however written', () => {
  const table = readResults(OURS, 'results.csv');
  const fitting = (...texts: string[]) =>
    filtered(table.rows, readFilters(texts, table)).map(({ sampler }) => sampler);
  expect(fitting('target_params=1000')).toEqual(['sgld']);
  expect(fitting('depth=2|3')).toEqual(['hmc', 'sgld']);
  expect(fitting('depth=2|3', 'activation=relu')).toEqual(['hmc']);
  expect(fitting('depth=2,activation=tanh')).toEqual([]);
});

test('a filter on a column that there is not is refused with the nearest', () => {
  const table = readResults(OURS, 'results.csv');
  expect(() => readFilters(['actvation=relu'], table)).toThrow(/activation is near/);
  expect(() => readFilters(['relu'], table)).toThrow(/expected COLUMN=VALUE/);
});

test.each([
  ['', /no finished job/],
  ['a,b\n1,2\n', /no column sampler, llc_mean, llc_se/],
  ['sampler,llc_mean,llc_se\n"hmc,1,2\n', /is no table/],
])('%j is refused in words', (text, words) => {
  expect(() => readResults(text, 'x.csv')).toThrow(words);
});
