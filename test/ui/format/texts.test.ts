import { describe, expect, it } from 'vitest';
import {
  countText,
  hoursText,
  moneyText,
  percentText,
  spanText,
} from '../../../src/ui/format/numbers.ts';
import { sizeText } from '../../../src/ui/format/size-text.ts';
import { clockText, hmText, timeText } from '../../../src/ui/format/time-text.ts';

describe('a number', () => {
  it('has commas, then a unit', () => {
    expect([0, 999, 1250, 99_999, 125_400, 1_249_999].map(countText)).toEqual([
      '0',
      '999',
      '1,250',
      '99,999',
      '125k',
      '1.2M',
    ]);
  });

  it('of time has its two largest units', () => {
    expect([52, 202, 7800, 273_600, 60, -3].map(spanText)).toEqual([
      '52 s',
      '3 min 22 s',
      '2 h 10 min',
      '3 d 4 h',
      '1 min',
      '0 s',
    ]);
  });

  it('of money and hours keeps its decimals below a thousand', () => {
    expect([14.2, 1240].map(moneyText)).toEqual(['$14.20', '$1,240']);
    expect(hoursText(31.24, 'GPU')).toBe('31.2 GPU h');
    expect(hoursText(1240, 'CPU')).toBe('1,240 CPU h');
  });

  it('in per cent is rounded down', () => {
    expect(percentText(999, 1000)).toBe('99%');
    expect(percentText(0, 0)).toBe('0%');
  });

  it('of bytes has steps of a thousand', () => {
    expect([812, 999_960, 14_200_000, 1.9e9].map(sizeText)).toEqual([
      '812 B',
      '1.0 MB',
      '14.2 MB',
      '1.9 GB',
    ]);
  });
});

describe('a moment', () => {
  const now = new Date(2026, 10, 23, 14, 32, 7);
  it('is a time of day on the clock', () => {
    expect(clockText(now.getTime())).toBe('14:32:07');
    expect(hmText(now.getTime())).toBe('14:32');
  });

  it('has its day where it was not today', () => {
    const at = (...parts: [number, number, number, number, number]) =>
      timeText(new Date(...parts), now);
    expect(at(2026, 10, 23, 12, 10)).toBe('12:10');
    expect(at(2026, 10, 22, 22, 31)).toBe('Sun 22:31');
    expect(at(2026, 10, 2, 9, 0)).toBe('11-02');
    expect(at(2024, 10, 2, 9, 0)).toBe('2024-11-02');
  });
});

it('a moment of the next day keeps its time', () => {
  const now = new Date(2026, 10, 25, 23, 50);
  expect(timeText(new Date(2026, 10, 26, 0, 10), now)).toBe('Thu 00:10');
  expect(timeText(new Date(2026, 11, 24, 0, 10), now)).toBe('2026-12-24');
});
