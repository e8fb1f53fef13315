import xterm from '@xterm/headless';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DrawnRow, diffFrames, type Moves } from '../../../src/ui/terminal/frame-diff.ts';

const COLUMNS = 24;
const ROWS = 5;
const move: Moves = (row, column) => `\u001b[${row + 1};${column + 1}H`;

async function screenOf(bytes: string): Promise<string[]> {
  const terminal = new xterm.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
  await new Promise<void>((done) => terminal.write(bytes, done));
  const { active } = terminal.buffer;
  return Array.from({ length: ROWS }, (_, y) => {
    const line = active.getLine(y);
    return Array.from({ length: COLUMNS }, (__, x) => {
      const cell = line?.getCell(x);
      const text = cell?.getChars() || (cell?.getWidth() === 0 ? '' : ' ');
      const look = [cell?.isBold(), cell?.isDim(), cell?.isInverse(), cell?.getFgColor()];
      // A blank of another colour cannot be told from a blank.
      return text === ' ' && !cell?.isInverse() ? ' ' : `${text}${look.map(Number).join('')}`;
    }).join('|');
  });
}

const piece = fc.tuple(
  fc.constantFrom('', '\u001b[1m', '\u001b[2m', '\u001b[7m', '\u001b[32m', '\u001b[35;1m'),
  fc.constantFrom('a', 'ok', '模型', '±', ' ', '    ', '12.4', '✓', '⠶'),
);
const row = fc
  .array(piece, { maxLength: 6 })
  .map((pieces) => pieces.map(([style, text]) => `${style}${text}\u001b[0m`).join(''));
const frame = fc.array(row, { maxLength: ROWS });

test('only what differs is written, and the screen is as if all were', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 5 }), async (frames) => {
      let rows: readonly DrawnRow[] = [];
      let bytes = '';
      for (const next of frames) {
        const diff = diffFrames(rows, next, move);
        rows = diff.rows;
        bytes += diff.bytes;
      }
      const whole = diffFrames([], frames.at(-1) ?? [], move).bytes;
      expect(await screenOf(bytes)).toEqual(await screenOf(whole));
    }),
    { seed: 5, numRuns: 200 },
  );
});

test('the same frame again writes nothing', () => {
  const { rows } = diffFrames([], ['\u001b[1mllc\u001b[0m  58%'], move);
  expect(diffFrames(rows, ['\u001b[1mllc\u001b[0m  58%'], move).bytes).toBe('');
});

test('one digit of a clock costs its move and itself', () => {
  const { rows } = diffFrames([], ['llc  14:32:07'], move);
  expect(diffFrames(rows, ['llc  14:32:08'], move).bytes).toBe('\u001b[1;13H8');
});

test('a frame that shrinks leaves nothing behind', async () => {
  const { rows, bytes } = diffFrames([], ['one', 'two', 'three'], move);
  const { bytes: more } = diffFrames(rows, ['o'], move);
  expect((await screenOf(bytes + more)).map((text) => text.replace(/[|\d-]/g, '').trim())).toEqual([
    'o',
    '',
    '',
    '',
    '',
  ]);
});

test('what goes beyond the screen is not written, so that nothing wraps into the next row', async () => {
  const wide = 'x'.repeat(COLUMNS * 2);
  const { bytes } = diffFrames([], [wide, 'two'], move, COLUMNS);
  const [first, second] = (await screenOf(bytes)).map((text) => text.replace(/[|\d-]/g, ''));
  expect(first).toBe('x'.repeat(COLUMNS));
  expect(second?.trim()).toBe('two');
});
