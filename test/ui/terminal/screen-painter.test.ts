import { EventEmitter } from 'node:events';
import xterm from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import type { PaintMode } from '../../../src/ui/terminal/diff-frames.ts';
import { ScreenPainter, type TerminalOutput } from '../../../src/ui/terminal/screen-painter.ts';

class StandIn extends EventEmitter {
  columns = 20;
  rows = 6;
  isSlow = false;
  readonly sent: string[] = [];
  readonly #screen = new xterm.Terminal({ cols: 20, rows: 6, allowProposedApi: true });

  write(text: string): boolean {
    this.sent.push(text);
    this.#screen.write(text);
    return !this.isSlow;
  }

  resize(columns: number, rows: number): void {
    [this.columns, this.rows] = [columns, rows];
    this.#screen.resize(columns, rows);
    this.emit('resize');
  }

  async text(): Promise<string> {
    await new Promise<void>((done) => this.#screen.write('', done));
    const buffer = this.#screen.buffer.active;
    const rows = Array.from({ length: buffer.length }, (_, y) => buffer.getLine(y));
    return rows
      .map((row) => row?.translateToString(true))
      .join('\n')
      .trimEnd();
  }
}

function painterOn(mode: PaintMode) {
  const terminal = new StandIn();
  return { terminal, painter: new ScreenPainter(terminal as unknown as TerminalOutput, mode) };
}

describe('a painter of the alternate screen', () => {
  it('paints again after a change of size, which it hands on', async () => {
    const { terminal, painter } = painterOn('alternate');
    painter.write('one\ntwo');
    painter.on('resize', () => painter.write(`now ${painter.columns}x${painter.rows}`));
    terminal.resize(30, 5);
    expect(await terminal.text()).toBe('now 30x5');
  });

  it('keeps silent while released, then paints the newest frame', async () => {
    const { terminal, painter } = painterOn('alternate');
    painter.write('one');
    painter.release();
    const before = terminal.sent.length;
    painter.write('two');
    expect(terminal.sent).toHaveLength(before);
    terminal.write('\x1b[Hof another program');
    painter.redraw();
    expect(await terminal.text()).toBe('two');
  });

  it('leaves frames out while the terminal is slow', async () => {
    const { terminal, painter } = painterOn('alternate');
    terminal.isSlow = true;
    painter.write('one');
    painter.write('two');
    painter.write('six');
    expect(terminal.sent).toHaveLength(1);
    terminal.isSlow = false;
    terminal.emit('drain');
    expect(await terminal.text()).toBe('six');
    expect(terminal.sent).toHaveLength(2);
  });
});

describe('a painter of the normal screen', () => {
  it('leaves its last frame in the scrollback', async () => {
    const { terminal, painter } = painterOn('inline');
    terminal.write('$ llc tui\r\n');
    painter.write('a\nb\nc\nd\ne\nf');
    painter.write('a\nx');
    painter.close();
    terminal.write('$ ');
    expect(await terminal.text()).toBe('$ llc tui\na\nx\n$');
  });

  it('erases what a change of size has wrapped', async () => {
    const { terminal, painter } = painterOn('inline');
    terminal.write('$ llc tui\r\n');
    painter.write('12345678901234567890\nend');
    painter.on('resize', () => painter.write('narrow'));
    terminal.resize(10, 6);
    expect(await terminal.text()).toBe('$ llc tui\nnarrow');
  });
});
