import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frameLine, frameOf, Lines, plainLine } from '../../../src/backends/modal/frames.ts';
import { runsOf } from '../../../src/backends/modal/storage.ts';

test('a frame comes out as it went in, wherever its text was cut', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.array(fc.nat(200), { maxLength: 6 }), (value, cuts) => {
      const text = `a line\n${frameLine('progress', value)}another\n`;
      const at = [0, ...cuts.map((cut) => cut % text.length).sort((a, b) => a - b), text.length];
      const lines = new Lines();
      const found = at.slice(1).flatMap((end, i) => lines.take(text.slice(at[i], end)));
      expect(found).toHaveLength(3);
      expect(frameOf(found[1] as string)).toEqual({
        name: 'progress',
        value: JSON.parse(JSON.stringify(value)),
      });
      expect(lines.rest()).toBe('');
    }),
  );
});

test('what a worker writes is no frame, whatever it is', () => {
  for (const line of [
    '@llc result {"status":"ok"}',
    '@llc ',
    '@llc progress {',
    '@llc other 1',
    '',
  ])
    expect(frameOf(plainLine(line))).toBeNull();
});

test('of a volume only folders of plain names with a manifest are runs', () => {
  const file = (path: string, bytes = 1) => ({ path, kind: 'file' as const, bytes, modified: 60 });
  const runs = runsOf([
    file('run-a/manifest.json', 2),
    file('run-a/hmc.nc', 40),
    file('run-a/analysis/plot.svg', 3),
    { path: 'run-a', kind: 'folder', bytes: 0, modified: 99 },
    file('run-b/metrics.json'),
    file('manifest.json'),
    file('../manifest.json'),
    file('run-c/../manifest.json'),
    file('.llc/manifest.json'),
    { ...file('run-d/manifest.json'), kind: 'other' },
  ]);
  expect(runs).toEqual([{ runId: 'run-a', bytes: 45, modified: '1970-01-01T00:01:00.000Z' }]);
});
