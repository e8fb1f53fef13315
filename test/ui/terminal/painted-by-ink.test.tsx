import { render } from 'ink';
import { describe, expect, it } from 'vitest';
import { line } from '../../../src/ui/line.ts';
import { Lines } from '../../../src/ui/lines.tsx';
import type { PaintMode } from '../../../src/ui/terminal/diff-frames.ts';
import { ScreenPainter, type TerminalOutput } from '../../../src/ui/terminal/screen-painter.ts';
import { themeOf } from '../../../src/ui/theme.ts';
import { StandInTerminal } from './stand-in-terminal.ts';

function shownBy(mode: PaintMode, ascii = false) {
  const terminal = new StandInTerminal();
  const painter = new ScreenPainter(terminal as unknown as TerminalOutput, mode, { ascii });
  const theme = themeOf({ colour: true, ascii });
  const rows = (...texts: string[]) => (
    <Lines theme={theme} lines={texts.map((text) => line(text, 'good'))} />
  );
  const app = render(rows('clock 14:32:07', '模型-α here'), {
    stdout: painter as unknown as NodeJS.WriteStream,
    debug: true,
    interactive: true,
    patchConsole: false,
    exitOnCtrlC: false,
  });
  return { terminal, painter, app, rows };
}

describe('what Ink draws', () => {
  it('comes to the terminal as changed cells alone', async () => {
    const { terminal, app, rows } = shownBy('alternate');
    expect(await terminal.text()).toBe('clock 14:32:07\n模型-α here');
    const before = terminal.sent.length;
    app.rerender(rows('clock 14:32:08', '模型-α here'));
    await app.waitUntilRenderFlush();
    expect(terminal.sent.slice(before)).toEqual(['\x1b[1;14H\x1b[0;32m8\x1b[0m']);
    app.unmount();
    expect(await terminal.text()).toBe('clock 14:32:08\n模型-α here');
  });

  it('stays on the normal screen after its end', async () => {
    const { terminal, painter, app } = shownBy('inline');
    app.unmount();
    await app.waitUntilExit();
    painter.close();
    terminal.write('$ ');
    expect(await terminal.text()).toBe('clock 14:32:07\n模型-α here\n$');
  });

  it('has no byte above 127 in ASCII, where Ink cuts a row too', async () => {
    const { terminal, app, rows } = shownBy('alternate', true);
    app.rerender(rows('much longer than twenty columns'));
    await app.waitUntilRenderFlush();
    app.unmount();
    expect(await terminal.text()).toBe('much longer than tw~');
    expect(terminal.sent.join('')).not.toMatch(/\P{ASCII}/u);
  });
});
