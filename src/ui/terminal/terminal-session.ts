import { writeSync } from 'node:fs';

/** Gives a terminal back whatever was done to it: screen, cursor, styles, paste, title. */
export const RESET_TERMINAL =
  '\u001b[?1049l\u001b[?25h\u001b[0m\u001b[?2004l\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1006l\u001b[?1004l\u001b[<u\u001b[23;0t';

/** The terminal while the console has it. */
export interface TerminalSession {
  /** Takes it: the other screen, or the rows below the shell's. */
  enter(mode: 'alternate' | 'inline'): void;
  /** Gives it to somebody else for a while. */
  leave(): void;
  title(text: string): void;
  /** A bell, and a notification where the terminal has them (OSC 9). */
  attention(text: string): void;
  /** To the clipboard of the person's own machine (OSC 52). */
  copy(text: string): void;
  /** Gives it back for good, in any state and from a signal too. */
  restore(): void;
}

/** @param fd - of the terminal, as processes know it */
export function terminalSession(
  fd: number,
  env: Readonly<Record<string, string | undefined>>,
): TerminalSession {
  let mode: 'alternate' | 'inline' | null = null;
  let isTitled = false;
  const isTmux = env['TMUX'] !== undefined;

  /** At once: a process that is ending waits for no stream. A terminal that is gone takes nothing. */
  function write(bytes: string): void {
    try {
      writeSync(fd, bytes);
    } catch {
      // EIO after a hang-up, EAGAIN on a line that is full: nothing is left to be done.
    }
  }

  /** tmux hands on only what is wrapped for it. */
  function toOuter(bytes: string): string {
    return isTmux ? `\u001bPtmux;${bytes.replaceAll('\u001b', '\u001b\u001b')}\u001b\\` : bytes;
  }

  function leave(): void {
    if (mode === null) return;
    write(`\u001b[0m\u001b[?2004l${mode === 'alternate' ? '\u001b[?1049l' : '\r\n'}\u001b[?25h`);
    mode = null;
  }

  function restore(): void {
    leave();
    if (isTitled) write('\u001b[23;0t');
    isTitled = false;
    process.off('exit', restore);
  }
  process.on('exit', restore);

  return {
    enter(wanted) {
      if (mode === wanted) return;
      if (mode === 'inline') write('\r\n');
      if (mode === 'alternate') write('\u001b[?1049l');
      write(wanted === 'alternate' ? '\u001b[?1049h\u001b[2J' : '');
      write('\u001b[?25l\u001b[?2004h');
      mode = wanted;
    },
    leave,
    title(text) {
      if (!isTitled) write('\u001b[22;0t');
      isTitled = true;
      write(`\u001b]0;${plain(text)}\u0007`);
    },
    attention: (text) => write(`\u0007${toOuter(`\u001b]9;${plain(text)}\u0007`)}`),
    copy: (text) =>
      write(toOuter(`\u001b]52;c;${Buffer.from(text, 'utf8').toString('base64')}\u0007`)),
    restore,
  };
}

/** Nothing that could end the sequence or begin another. */
function plain(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ').slice(0, 200);
}
