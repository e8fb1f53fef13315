import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFilter } from '../../../src/screens/sweep/job-filter.ts';
import { frameSweep } from './frame-sweep.ts';

const { sweep } = frameSweep();
const names = new Set(['sgld', 'sghmc', 'hmc', 'mclmc', 'small', 'medium', 'large']);

function found(text: string): string[] {
  const holds = parseFilter(text, names);
  return holds === null
    ? [...sweep.jobs.keys()]
    : [...sweep.jobs.values()].filter(holds).map(({ jobId }) => jobId);
}

describe('a filter', () => {
  test('takes a sampler’s whole name, not those that hold it', () => {
    expect(found('hmc')).toHaveLength(30);
    expect(found('hm')).toHaveLength(60);
  });

  test('needs all its words and inverts those with !', () => {
    expect(found('error !small')).toEqual(['medium-hmc-2', 'medium-mclmc-6']);
    expect(found('hmc s3 large')).toEqual(['large-hmc-3']);
  });

  test('finds errors by their word, waiting jobs by their reason', () => {
    expect(found('oom')).toEqual(['medium-hmc-2']);
    expect(found('qosmax')).toEqual(['large-hmc-4']);
  });

  test('compares numbers; what is not known does not compare', () => {
    expect(found('try>1')).toEqual(
      ['small-hmc-4', 'medium-sgld-7', 'medium-hmc-2', 'medium-hmc-4'].toSorted(byPlan),
    );
    expect(found('llc>98')).toEqual(['large-sgld-0']);
    expect(found('llc<=30.2 llc>=30.2')).toEqual(['medium-mclmc-3']);
    expect(found('running !llc>0')).toHaveLength(16);
  });

  test('knows doubt', () => {
    expect(found('doubt')).toEqual(['medium-mclmc-3', 'medium-sgld-4', 'large-sghmc-0']);
  });

  test('without words filters nothing', () => {
    expect(parseFilter(' ! ', names)).toBeNull();
  });

  test('a word and its inverse part the jobs, whatever the word', () => {
    const words = fc.oneof(
      fc.constantFrom('hmc', 'oom', 'doubt', 's3', 'try>1', 'llc>30', 'ok', 'error', 'hold'),
      fc.string({ minLength: 1, maxLength: 6 }).filter((text) => /^[^\s!]+$/.test(text)),
    );
    fc.assert(
      fc.property(words, (word) => {
        expect(found(word).length + found(`!${word}`).length).toBe(sweep.jobs.size);
      }),
    );
  });
});

const order = [...sweep.jobs.keys()];
function byPlan(a: string, b: string): number {
  return order.indexOf(a) - order.indexOf(b);
}
