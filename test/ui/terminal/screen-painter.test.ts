import { describe, expect, it } from 'vitest';
import type { PaintMode } from '../../../src/ui/terminal/diff-frames.ts';
import { ScreenPainter, type TerminalOutput } from '../../../src/ui/terminal/screen-painter.ts';
import { StandInTerminal } from './stand-in-terminal.ts';

function painterOn(mode: PaintMode) {
  const terminal = new StandInTerminal();
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
