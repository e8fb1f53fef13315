import xterm from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffFrames, type PaintMode } from '../../../src/ui/terminal/diff-frames.ts';
import { type Frame, parseFrame } from '../../../src/ui/terminal/frame.ts';

const [COLUMNS, ROWS] = [14, 8];

const looked = fc
  .tuple(
    fc.constantFrom('', '1', '2', '7', '1;31', '35', '4', '36', '38;5;12', '3'),
    fc.array(fc.constantFrom('a', 'b', ' ', '模', '型', '✓', 'é', '-'), { maxLength: 6 }),
  )
  .map(([codes, text]) => (codes === '' ? text.join('') : `\x1b[${codes}m${text.join('')}\x1b[0m`));
const row = fc.array(looked, { maxLength: 4 }).map((parts) => parts.join(''));
const frame = fc.array(row, { minLength: 1, maxLength: ROWS }).map((rows) => rows.join('\n'));

async function screenAfter(writes: readonly string[], start = ''): Promise<string[]> {
  const terminal = new xterm.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
  for (const text of [start, ...writes])
    await new Promise<void>((done) => terminal.write(text, done));
  const buffer = terminal.buffer.active;
  const cells = Array.from({ length: buffer.length }, (_, y) => {
    const line = buffer.getLine(y);
    return Array.from({ length: COLUMNS }, (__, x) => {
      const cell = line?.getCell(x);
      const chars = cell?.getWidth() === 0 ? '' : cell?.getChars() || ' ';
      const looks = [cell?.isBold(), cell?.isDim(), cell?.isInverse(), cell?.isUnderline()].map(
        Boolean,
      );
      return `${chars}${looks.map(Number).join('')}${cell?.getFgColor()}`;
    }).join('|');
  });
  return cells;
}

function diffsOf(texts: readonly string[], mode: PaintMode): string[] {
  let shown: Frame = [];
  return texts.map((text) => {
    const next = parseFrame(text, COLUMNS, shown);
    const out = diffFrames(shown, next, mode);
    shown = next;
    return out;
  });
}

describe('the difference of two frames', () => {
  it('writes the changed cells alone', () => {
    const [, second] = diffsOf(['a clock 14:32:07\nrest', 'a clock 14:32:07\nrust'], 'alternate');
    expect(second).toBe('\x1b[2;2Hu');
  });

  it('is nothing where nothing changed', () => {
    expect(diffsOf(['x\ny', 'x\ny'], 'inline')[1]).toBe('');
  });

  it('sends no codes but those of the console', () => {
    expect(diffsOf(['\x1b[38;5;12m\x1b[3mx\x1b[0m\x1b]8;;u\x07y\x1b[2Jz'], 'alternate')[0]).toBe(
      '\x1b[1;1Hxyz',
    );
  });

  it('leads to the same screen as the last frame on an empty one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 6 }), async (frames) => {
        const last = frames.at(-1) as string;
        expect(await screenAfter(diffsOf(frames, 'alternate'))).toEqual(
          await screenAfter(diffsOf([last], 'alternate')),
        );
      }),
    );
  });

  it('leads there inline too, below what stood on the screen before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 6 }), async (frames) => {
        const start = 'prompt\r\n$ llc tui\r\n';
        const tall = Math.max(...frames.map((text) => text.split('\n').length));
        const screen = await screenAfter(diffsOf(frames, 'inline'), start);
        const last = frames.at(-1) as string;
        // The tallest frame has scrolled the screen; its blank rows stay below.
        const wanted = await screenAfter(
          diffsOf([`${'\n'.repeat(tall - 1)}`, last], 'inline'),
          start,
        );
        expect(screen).toEqual(wanted);
      }),
    );
  });
});
