import { writeSync } from 'node:fs';

const ESC = '\x1b';
const BEL = '\x07';
const ENTER_ALTERNATE = `${ESC}[?1049h${ESC}[2J${ESC}[H`;
const LEAVE_ALTERNATE = `${ESC}[?1049l`;
const HIDE_CURSOR = `${ESC}[?25l`;
const SHOW_CURSOR = `${ESC}[?25h`;
const PASTE_ON = `${ESC}[?2004h`;
const PASTE_OFF = `${ESC}[?2004l`;
const PUSH_TITLE = `${ESC}[22;0t`;
const POP_TITLE = `${ESC}[23;0t`;
const LOOKS_OFF = `${ESC}[0m`;
const KITTY_KEYS_OFF = `${ESC}[<u`;

/** Mends a terminal whose console was killed: normal screen, cursor, no looks, no paste marks, its own title. */
export const RESET_TERMINAL =
  LEAVE_ALTERNATE + SHOW_CURSOR + LOOKS_OFF + PASTE_OFF + POP_TITLE + KITTY_KEYS_OFF;

export interface SessionOptions {
  /** Whether the console has a screen of its own, or a few rows of the normal one. */
  readonly alternate: boolean;
  /** Where it writes. Default: straight to stdout's descriptor, so that it also works in a signal's handler. */
  readonly write?: (text: string) => void;
  /** Whether a tmux stands between, which passes on a clipboard only when told. Default: TMUX is set. */
  readonly isInTmux?: boolean;
}

/** The terminal's modes, taken once and given back once. */
export class TerminalSession {
  readonly #options: SessionOptions;
  readonly #write: (text: string) => void;
  #isEntered = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#write = options.write ?? writeToTerminal;
  }

  /** Takes the modes; also again after `restore`. */
  enter(): void {
    if (this.#isEntered) return;
    this.#isEntered = true;
    const screen = this.#options.alternate ? ENTER_ALTERNATE : '';
    this.#write(PUSH_TITLE + screen + HIDE_CURSOR + PASTE_ON);
  }

  /** Gives all back. As often as one likes, from a signal's handler too. */
  restore(): void {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    const screen = this.#options.alternate ? LEAVE_ALTERNATE : '';
    this.#write(LOOKS_OFF + PASTE_OFF + SHOW_CURSOR + screen + POP_TITLE);
  }

  /** The window's title; `restore` brings the old one back. */
  title(text: string): void {
    if (this.#isEntered) this.#write(`${ESC}]0;${harmless(text)}${BEL}`);
  }

  /** Rings once and shows a notice where the terminal can (OSC 9). */
  attention(text: string): void {
    this.#write(`${BEL}${ESC}]9;${harmless(text)}${BEL}`);
  }

  /** Into the terminal's clipboard (OSC 52), over ssh too; many terminals have it off and say nothing. */
  copy(text: string): void {
    const sequence = `${ESC}]52;c;${Buffer.from(text, 'utf8').toString('base64')}${BEL}`;
    const isInTmux = this.#options.isInTmux ?? (process.env['TMUX'] ?? '') !== '';
    this.#write(isInTmux ? forTmux(sequence) : sequence);
  }
}

/** tmux hands on what stands in its own envelope, each ESC doubled. */
function forTmux(sequence: string): string {
  return `${ESC}Ptmux;${sequence.replaceAll(ESC, ESC + ESC)}${ESC}\\`;
}

/** Nothing in a title or notice may end it and become a sequence of its own; `;` would begin a subcommand. */
function harmless(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ').replace(/^(\d+);/, '$1,');
}

/** Synchronous, since a handler of a signal has no later. */
function writeToTerminal(text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  let written = 0;
  // A terminal that takes nothing for so long is gone or stopped.
  for (let tries = 0; written < bytes.length && tries < 50; tries++) {
    try {
      written += writeSync(1, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}
