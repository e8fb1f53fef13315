import { Writable } from 'node:stream';
import { asciiText } from '../render-line.ts';
import { diffFrames, type PaintMode } from './diff-frames.ts';
import { type Frame, parseFrame } from './frame.ts';

/** What a painter needs of the terminal: `process.stdout`. */
export type TerminalOutput = Pick<
  NodeJS.WriteStream,
  'write' | 'columns' | 'rows' | 'on' | 'off' | 'once'
>;

/**
 * Stands in for stdout before Ink in its debug mode, where each write is a whole frame: writes only the cells that
 * have changed. While the terminal cannot keep up, frames between are left out.
 */
export class ScreenPainter extends Writable {
  readonly isTTY = true;
  readonly #terminal: TerminalOutput;
  readonly #mode: PaintMode;
  readonly #ascii: boolean;
  #shown: Frame = [];
  /** The newest frame, painted or not. */
  #latest = '';
  #isReleased = false;
  #isWaiting = false;
  readonly #onResize = (): void => {
    this.#forget();
    this.emit('resize');
  };
  readonly #onDrain = (): void => {
    this.#isWaiting = false;
    this.#paint();
  };

  /** @param asked.ascii - no byte above 127 is written, Ink's own ellipsis included. Default false */
  constructor(terminal: TerminalOutput, mode: PaintMode, asked: { readonly ascii?: boolean } = {}) {
    super({ decodeStrings: false });
    this.#terminal = terminal;
    this.#mode = mode;
    this.#ascii = asked.ascii ?? false;
    terminal.on('resize', this.#onResize);
  }

  /** Of the terminal; 80 where it does not tell. */
  get columns(): number {
    return this.#terminal.columns || 80;
  }

  /** Of the terminal; 24 where it does not tell. */
  get rows(): number {
    return this.#terminal.rows || 24;
  }

  /** Stands aside: the screen is another's, frames are only kept. Inline, the cursor goes below the last frame. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    if (this.#mode === 'inline' && this.#shown.length > 0) this.#terminal.write('\r\n');
    this.#shown = [];
  }

  /** Paints the newest frame on a cleared screen, after a release or where something else has written. */
  redraw(): void {
    if (!this.#isReleased) this.#forget();
    else if (this.#mode === 'alternate') this.#terminal.write(CLEAR);
    this.#isReleased = false;
    this.#isWaiting = false;
    this.#paint();
  }

  /** The terminal's events no longer reach this painter; inline, the last frame stays where it is. */
  close(): void {
    this.release();
    this.#terminal.off('resize', this.#onResize);
    this.#terminal.off('drain', this.#onDrain);
  }

  override _write(
    chunk: string | Buffer,
    _encoding: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    const text = String(chunk);
    if (isFrame(text)) {
      this.#latest = this.#ascii ? inAscii(text) : text;
      this.#paint();
    }
    done();
  }

  #paint(): void {
    if (this.#isReleased || this.#isWaiting) return;
    const next = parseFrame(this.#latest, this.columns, this.#shown).slice(0, this.rows);
    const changes = diffFrames(this.#shown, next, this.#mode);
    this.#shown = next;
    if (changes === '' || this.#terminal.write(changes)) return;
    this.#isWaiting = true;
    this.#terminal.once('drain', this.#onDrain);
  }

  /** What is on the screen is no longer known: clears it. */
  #forget(): void {
    if (this.#isReleased) return;
    if (this.#mode === 'alternate') this.#terminal.write(CLEAR);
    else this.#terminal.write(eraseUpwards(rowsTaken(this.#shown, this.columns)));
    this.#shown = [];
  }
}

const CLEAR = '\x1b[0m\x1b[2J';

/** Ink also writes a closing line feed and, to some terminals, modes. */
function isFrame(text: string): boolean {
  return text !== '' && text !== '\n' && !text.startsWith('\x1b[?');
}

function inAscii(text: string): string {
  return text.replace(/\P{ASCII}+/gu, (part) => asciiText(part.replaceAll('…', '~')));
}

/** A narrower terminal wraps what was wider than it now is. */
function rowsTaken(frame: Frame, columns: number): number {
  return frame.reduce((sum, { cells }) => sum + Math.max(1, Math.ceil(cells.length / columns)), 0);
}

function eraseUpwards(rows: number): string {
  return `\x1b[0m${rows > 1 ? `\x1b[${rows - 1}A` : ''}\r\x1b[J`;
}
