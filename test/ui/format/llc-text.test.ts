import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateOnly, llcText } from '../../../src/ui/format/llc-text.ts';

const text = (value: number | null, error: number | null, plusMinus = '±') =>
  llcText(value, error, { plusMinus });

describe('an estimate with its error', () => {
  it('shows what the error lets one believe', () => {
    expect(text(12.437, 0.312)).toBe('12.4 ±0.3');
    expect(text(1.5312, 0.0153)).toBe('1.53 ±0.02');
    expect(text(318.2, 14.3)).toBe('318 ±14');
    expect(text(33.91, 1.42)).toBe('33.9 ±1.4');
    expect(text(98.12, 2.21)).toBe('98.1 ±2.2');
    expect(text(104.3, 2.21)).toBe('104 ±2');
    expect(text(-0.031, 0.2)).toBe('0.0 ±0.2');
  });

  it('has an exponent where it is too wide', () => {
    expect(text(2_134_567, 93)).toBe('2.1e6 ±90');
    expect(text(2_134_567, 934_567)).toBe('2.1e6 ±9e5');
  });

  it('rounds an error up where its places do not fit', () => {
    expect(text(12.437, 0.0153)).toBe('12.44 ±.02');
    expect(text(123.456, 0.0153)).toBe('123.5 ±0.1');
    expect(text(0.0312, 0.0011)).toBe('.031 ±.001');
    expect(text(1e-7, null)).toBe('1.0e-7 ±?');
  });

  it('says that an error is not known', () => {
    expect(text(12.437, null)).toBe('12.4 ±?');
    expect(text(12.437, Number.NaN)).toBe('12.4 ±?');
  });

  it('says that a value is none', () => {
    expect(text(null, 0.3)).toBe('not finite');
    expect(text(Number.POSITIVE_INFINITY, null)).toBe('not finite');
  });

  it('counts the sign of ASCII', () => {
    expect(text(12.437, 0.312, '+-')).toBe('12.4 +-0.3');
    expect(text(1.5312, 0.0153, '+-')).toBe('1.53 +-.02');
  });

  it('is never wider than ten columns', () => {
    const number = fc.double({ min: -1e9, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(number, fc.option(number), (value, error) => {
        expect(text(value, error).length).toBeLessThanOrEqual(10);
      }),
    );
  });
});

describe('a running estimate', () => {
  it('has three digits where there is room', () => {
    expect(
      [31.74, 104.2, 3.456, 95.2, -12.34, 21_234, 0].map((value) => estimateOnly(value)),
    ).toEqual(['~31.7', '~104', '~3.46', '~95.2', '~-12', '~2e4', '~0.00']);
  });
});
