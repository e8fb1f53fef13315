import fc from 'fast-check';
import { expect, test } from 'vitest';
import { llcText } from '../../../src/ui/format/llc-text.ts';
import {
  countText,
  hoursText,
  moneyText,
  percentText,
  spanText,
} from '../../../src/ui/format/numbers.ts';
import { widthOf } from '../../../src/ui/text/width.ts';

test.each([
  [12.437, 0.312, '12.4 ±0.3'],
  [1.5312, 0.0153, '1.53 ±0.02'],
  [318.2, 14.2, '318 ±14'],
  [31.93, 1.08, '31.9 ±1.1'],
  [12.43, null, '12.4 ±?'],
  [210_340, 94, '210340 ±94'],
  [2_103_400, 94, '2.1e6 ±90'],
  [31.934, 0.0231, '31.93 ±.02'],
  [2_103_400, 9400, '2.1e6 ±9e3'],
  [Number.NaN, 0.1, 'not finite'],
  [null, null, 'not finite'],
  [98.12, 2.24, '98.1 ±2.2'],
])('%d with error %d is %s', (value, error, text) => {
  expect(llcText(value, error)).toBe(text);
});

test('plus-minus of two characters counts', () => {
  expect(llcText(12.437, 0.312, { plusMinus: '+-' })).toBe('12.4 +-0.3');
  expect(llcText(112.437, 0.312, { plusMinus: '+-' })).toBe('112.4 +-.3');
});

test('an estimate and its error end at the same place', () => {
  const value = fc.double({ min: 0.5, max: 999, noNaN: true });
  fc.assert(
    fc.property(value, fc.double({ min: 0.02, max: 50, noNaN: true }), (llc, error) => {
      const text = llcText(llc, error, { columns: 14 });
      const [shown = '', bound = ''] = text.split(' ±');
      expect(shown.split('.')[1]?.length).toBe(bound.split('.')[1]?.length);
    }),
    { seed: 1 },
  );
});

test('whatever the numbers, a cell is never wider than ten columns', () => {
  const number = fc.double({ min: -1e9, max: 1e9, noNaN: true });
  const error = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(number, error, fc.constantFrom('±', '+-'), (value, se, plusMinus) => {
      expect(widthOf(llcText(value, se, { plusMinus }))).toBeLessThanOrEqual(10);
    }),
    { seed: 1, numRuns: 1000 },
  );
});

test('counts, spans, money, hours and percent read as a person writes them', () => {
  expect([1250, 125_300, 7].map(countText)).toEqual(['1,250', '125k', '7']);
  expect([52, 202, 7800, 273_600, 7200].map(spanText)).toEqual([
    '52 s',
    '3 min 22 s',
    '2 h 10 min',
    '3 d 4 h',
    '2 h',
  ]);
  expect([14.2, 1240].map(moneyText)).toEqual(['$14.20', '$1,240']);
  expect(hoursText(31.24, 'GPU')).toBe('31.2 GPU h');
  expect([percentText(999, 1000), percentText(0, 0)]).toEqual(['99%', '0%']);
});
