import { describe, expect, it } from 'vitest';
import { RESET_TERMINAL, TerminalSession } from '../../../src/ui/terminal/terminal-session.ts';

function sessionWith(options: { alternate: boolean; isInTmux?: boolean }) {
  const sent: string[] = [];
  const session = new TerminalSession({
    isInTmux: false,
    ...options,
    write: (text) => sent.push(text),
  });
  return { session, sent };
}

describe("a terminal's session", () => {
  it('gives back all that it took, once', () => {
    const { session, sent } = sessionWith({ alternate: true });
    session.enter();
    session.restore();
    session.restore();
    expect(sent).toHaveLength(2);
    for (const mode of ['1049', '25', '2004']) expect(sent[0]).toContain(`[?${mode}`);
    expect(sent[1]).toContain('\x1b[?1049l');
    expect(sent[1]).toContain('\x1b[?25h');
    expect(sent[1]).toContain('\x1b[?2004l');
    expect(sent[1]).toContain('\x1b[23;0t');
  });

  it('stays on the normal screen where asked to', () => {
    const { session, sent } = sessionWith({ alternate: false });
    session.enter();
    session.restore();
    expect(sent.join('')).not.toContain('1049');
  });

  it('lets no text end its own sequence', () => {
    const { session, sent } = sessionWith({ alternate: true });
    session.enter();
    session.title('a\x07\x1b]0;b');
    session.attention('4;1;\x1b[2J');
    expect(sent.slice(1)).toEqual(['\x1b]0;a  ]0;b\x07', '\x07\x1b]9;4,1; [2J\x07']);
  });

  it('copies, through tmux too', () => {
    const plain = sessionWith({ alternate: true });
    plain.session.copy('模');
    expect(plain.sent).toEqual(['\x1b]52;c;5qih\x07']);
    const tmux = sessionWith({ alternate: true, isInTmux: true });
    tmux.session.copy('模');
    expect(tmux.sent).toEqual(['\x1bPtmux;\x1b\x1b]52;c;5qih\x07\x1b\\']);
  });

  it('is mended by a reset', () => {
    for (const part of ['[?1049l', '[?25h', '[0m', '[?2004l', '[23;0t', '[<u'])
      expect(RESET_TERMINAL).toContain(part);
  });
});
