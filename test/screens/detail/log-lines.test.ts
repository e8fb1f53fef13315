import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logLines } from '../../../src/screens/detail/log-lines.ts';

test('both outputs are one by the moments that their lines begin with', () => {
  const at = (second: number) => `2026-11-23T12:00:0${second}.000Z`;
  const lines = logLines({
    stdout: [`${at(1)} one`, 'of one', `${at(4)} four`],
    stderr: [`${at(2)} two`, `${at(3)} three`],
  });
  expect(lines.map(({ from, text }) => `${from} ${text.replace(/^[\d:]{8} /, '')}`)).toEqual([
    'out one',
    'out of one',
    'err two',
    'err three',
    'out four',
  ]);
});

test('an error output of another program, without moments, comes last', () => {
  const lines = logLines({
    stdout: ['2026-11-23T12:00:01.000Z one'],
    stderr: ['Detected 1 oom_kill event'],
  });
  expect(lines.map(({ from }) => from)).toEqual(['out', 'err']);
});

test('no line is lost and each output keeps its order, whatever the clocks', () => {
  const line = fc.oneof(
    fc.string({ maxLength: 5 }),
    fc.nat({ max: 59 }).map((s) => `2026-11-23T12:00:${String(s).padStart(2, '0')}Z x`),
  );
  fc.assert(
    fc.property(fc.array(line), fc.array(line), (stdout, stderr) => {
      const lines = logLines({ stdout, stderr });
      const bare = (text: string) => text.replace(/^2026-11-23T12:00:|^\d\d:\d\d:/, '');
      const of = (wanted: string) =>
        lines.filter(({ from }) => from === wanted).map(({ text }) => bare(text));
      const plain = (texts: readonly string[]) =>
        texts.map((text) => bare(text).replace(/^(\d\d)Z /, '$1 '));
      expect(of('out')).toEqual(plain(stdout));
      expect(of('err')).toEqual(plain(stderr));
    }),
  );
});
