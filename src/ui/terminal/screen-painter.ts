import { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { type DrawnRow, diffFrames, type Moves } from './frame-diff.ts';

/** Stands between Ink and the terminal: Ink hands over whole frames, the terminal gets the cells that differ. */
export interface ScreenPainter {
  /** For Ink's `stdout`, in its debug mode. */
  readonly stream: NodeJS.WriteStream;
  /** On the whole screen, or on the rows below what stood there; what was drawn before is forgotten. */
  use(mode: 'alternate' | 'inline'): void;
  /** Draws these rows, which Ink will hand over as well once it is there. None are drawn for no rows. */
  paint(rows: readonly string[]): void;
  /** Draws nothing until `use`. */
  pause(): void;
  /** Draws all of the last frame again. */
  redraw(): void;
}

export function screenPainter(terminal: WriteStream): ScreenPainter {
  let mode: 'alternate' | 'inline' | null = null;
  let rows: readonly DrawnRow[] = [];
  let frame: readonly string[] = [];
  /** Inline, the row of the frame that the cursor is in. */
  let at = 0;

  const absolute: Moves = (row, column) => `\u001b[${row + 1};${column + 1}H`;
  const relative: Moves = (row, column) => {
    const by = row - at;
    at = row;
    const vertical = by < 0 ? `\u001b[${-by}A` : by > 0 ? `\u001b[${by}B` : '';
    return `${vertical}\u001b[${column + 1}G`;
  };

  function paint(): void {
    if (mode === null) return;
    const shown = frame.slice(0, terminal.rows);
    const grow = mode === 'inline' ? growth(shown.length) : '';
    const move = mode === 'alternate' ? absolute : relative;
    const { bytes, rows: drawn } = diffFrames(rows, shown, move, terminal.columns);
    rows = drawn;
    // Inline the cursor rests at the end of the frame, so that whoever writes next writes below it.
    const rest = mode === 'inline' && bytes + grow !== '' ? relative(shown.length - 1, 0) : '';
    if (grow + bytes !== '') terminal.write(grow + bytes + rest);
  }

  /** New rows at the end, by line feeds: only they scroll the screen. */
  function growth(count: number): string {
    const missing = count - Math.max(1, rows.length);
    if (missing <= 0) return '';
    const last = relative(Math.max(0, rows.length - 1), 0);
    at += missing;
    return last + '\n'.repeat(missing);
  }

  function forget(): void {
    rows = [];
    at = 0;
  }

  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      const text = String(chunk);
      // Ink hides the cursor and the like; that is the session's.
      if (text !== '' && text !== '\n' && !text.startsWith('\u001b[?')) {
        frame = text.replace(/\n$/, '').split('\n');
        paint();
      }
      done();
    },
  }) as Writable & Partial<NodeJS.WriteStream>;
  Object.defineProperties(stream, {
    isTTY: { value: true },
    columns: { get: () => terminal.columns },
    rows: { get: () => terminal.rows },
  });
  terminal.on('resize', () => {
    if (mode !== null) terminal.write(mode === 'alternate' ? '\u001b[2J' : '\r\u001b[J');
    forget();
    stream.emit('resize');
  });

  return {
    stream: stream as unknown as NodeJS.WriteStream,
    use(wanted) {
      mode = wanted;
      forget();
    },
    paint(given) {
      if (given.length === 0) return;
      frame = given;
      paint();
    },
    pause() {
      mode = null;
    },
    redraw() {
      if (mode === null) return;
      terminal.write(mode === 'alternate' ? '\u001b[2J' : `${relative(0, 0)}\u001b[J`);
      forget();
      paint();
    },
  };
}
