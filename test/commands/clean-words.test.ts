import { expect, test } from 'vitest';
import { parseAge } from '../../src/commands/age.ts';
import { sizeText } from '../../src/ui/format/size-text.ts';
import { timeText } from '../../src/ui/format/time-text.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [999_949, '999.9 kB'],
  [999_960, '1.0 MB'],
  [14_200_000, '14.2 MB'],
  [1.94e9, '1.9 GB'],
])('%d bytes are %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});

test.each([
  [new Date(2026, 10, 25, 12, 10), '12:10'],
  [new Date(2026, 10, 22, 22, 31), 'Sun 22:31'],
  [new Date(2026, 10, 19, 17, 59), '11-19'],
  [new Date(2026, 0, 2), '01-02'],
  [new Date(2024, 10, 2), '2024-11-02'],
  [new Date(2027, 0, 2), '2027-01-02'],
])('a moment is as brief as it is clear: %s', (moment, text) => {
  expect(timeText(moment, new Date(2026, 10, 25, 18, 0))).toBe(text);
});

test('an age is a whole number and a unit', () => {
  expect(parseAge('45m', '--older-than')).toBe(45 * 60_000);
  expect(parseAge('12h', '--older-than')).toBe(12 * 3_600_000);
  expect(parseAge('30d', '--older-than')).toBe(30 * 86_400_000);
  expect(parseAge('2w', '--older-than')).toBe(14 * 86_400_000);
});

test.each(['', '30', 'd', '-1d', '1.5d', '30 d', '30d ', '1d12h', '3y', '1e3d', '٣d', '30D'])(
  '%j is no age',
  (text) => {
    expect(() => parseAge(text, '--older-than')).toThrow('--older-than');
  },
);
