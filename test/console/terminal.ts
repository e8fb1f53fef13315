import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pty from '@lydell/node-pty';
import xterm, { type IBuffer, type Terminal as Xterm } from '@xterm/headless';

export interface TerminalOptions {
  /** Default: 80. */
  readonly columns?: number;
  /** Default: 24. */
  readonly rows?: number;
  /** Where the program starts. Default: this process' own. */
  readonly cwd?: string;
  /** Beside PATH, HOME, TERM=xterm-256color, LANG=C.UTF-8 and a configuration folder of its own. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How a program ended: by itself with a code, or by a signal. */
export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A program in a real pseudo-terminal, with an emulator that shows and answers what it sends. */
export interface Terminal extends AsyncDisposable {
  readonly pid: number;
  /** The emulator, for pictures. */
  readonly terminal: Xterm;
  readonly exit: Promise<Ending>;
  /**
   * Waits until the screen has it, between two frames.
   *
   * @param wanted - matched against the rows joined by line ends, or asked with them
   * @param limitMs - Default: 20 s. Then it fails and shows the screen.
   */
  waitFor(wanted: Wanted, limitMs?: number): Promise<void>;
  /** The rows of the screen, as many as it has, without the spaces at their ends. */
  rows(): string[];
  /** The rows joined by line ends. */
  text(): string;
  /** Keys that arrive as one packet. */
  press(keys: string): void;
  resize(columns: number, rows: number): void;
  /** All that the program has sent since its start. */
  output(): string;
  /** To the program itself, not to what it started. */
  signal(name: NodeJS.Signals): void;
  /** The window closes: the terminal is gone, and the program is told by SIGHUP. */
  hangUp(): void;
  isAlternate(): boolean;
  isCursorHidden(): boolean;
  title(): string;
  /** All rows of the normal screen, those scrolled off first, without the empty ones at the end. */
  scrollback(): string[];
}

export type Wanted = RegExp | ((rows: readonly string[]) => boolean);

/** As in `test/e2e/llc.ts`, which only tests can import. */
export const LLC = fileURLToPath(new URL('../../bin/llc', import.meta.url));

/** Private modes of a terminal: whether the cursor shows, whether a frame is half sent. */
const CURSOR = 25;
const SYNCHRONIZED = 2026;

/** The program itself, as a user starts it. */
export function openLlc(args: readonly string[], options: TerminalOptions = {}): Terminal {
  return openTerminal(LLC, args, options);
}

/** Starts a program in a terminal. Disposing ends it, with all of its process group. */
export function openTerminal(
  command: string,
  args: readonly string[],
  { columns = 80, rows = 24, cwd = process.cwd(), env = {} }: TerminalOptions = {},
): Terminal {
  const config = mkdtempSync(join(tmpdir(), 'llc-config-'));
  const terminal = new xterm.Terminal({
    cols: columns,
    rows,
    allowProposedApi: true,
    scrollback: 10_000,
    windowOptions: { pushTitle: true, popTitle: true },
  });
  const modes = new Map([[CURSOR, true]]);
  for (const final of ['h', 'l'])
    terminal.parser.registerCsiHandler({ prefix: '?', final }, (codes) => {
      for (const code of codes.flat()) modes.set(code, final === 'h');
      return false;
    });
  let title = '';
  terminal.onTitleChange((text) => {
    title = text;
  });

  const program = pty.spawn(command, [...args], {
    name: env['TERM'] ?? 'xterm-256color',
    cols: columns,
    rows,
    cwd,
    env: { ...environment(config), ...env },
  });
  let ending: Ending | null = null;
  let output = '';
  const checks = new Set<() => void>();
  const check = () => {
    for (const each of [...checks]) each();
  };
  program.onData((bytes) => {
    output += bytes;
    terminal.write(bytes);
  });
  terminal.onWriteParsed(check);
  terminal.onData(send);
  const exit = new Promise<Ending>((resolve) => {
    program.onExit(({ exitCode, signal }) => {
      // What it said last is shown first.
      terminal.write('', () => {
        ending = signal ? { code: null, signal: signalName(signal) } : endedBy(exitCode);
        check();
        resolve(ending);
      });
    });
  });

  function send(bytes: string): void {
    if (ending === null) program.write(bytes);
  }

  function screen(): string[] {
    return rowsOf(terminal.buffer.active).slice(-terminal.rows);
  }

  function has(wanted: Wanted): boolean {
    if (modes.get(SYNCHRONIZED) === true) return false;
    return wanted instanceof RegExp ? wanted.test(screen().join('\n')) : wanted(screen());
  }

  function waitFor(wanted: Wanted, limitMs = 20_000): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const fail = (why: string) =>
      reject(new Error(`${why} without ${wanted}. The screen:\n${screen().join('\n')}`));
    const limit = setTimeout(() => fail(`${limitMs} ms have passed`), limitMs);
    const look = () => {
      try {
        if (has(wanted)) resolve();
        else if (ending !== null) fail(`The program ended (${JSON.stringify(ending)})`);
      } catch (error) {
        reject(error);
      }
    };
    checks.add(look);
    look();
    return promise.finally(() => {
      clearTimeout(limit);
      checks.delete(look);
    });
  }

  function kill(pid: number, name: NodeJS.Signals): void {
    try {
      process.kill(pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  return {
    pid: program.pid,
    terminal,
    exit,
    waitFor,
    rows: screen,
    text: () => screen().join('\n'),
    press: send,
    resize(newColumns, newRows) {
      terminal.resize(newColumns, newRows);
      program.resize(newColumns, newRows);
    },
    output: () => output,
    signal(name) {
      if (ending === null) kill(program.pid, name);
    },
    hangUp: () => (program as unknown as { destroy(): void }).destroy(),
    isAlternate: () => terminal.buffer.active.type === 'alternate',
    isCursorHidden: () => modes.get(CURSOR) === false,
    title: () => title,
    scrollback: () => {
      const lines = rowsOf(terminal.buffer.normal);
      return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
    },
    async [Symbol.asyncDispose]() {
      if (ending === null) kill(-program.pid, 'SIGKILL');
      await exit;
      terminal.dispose();
      rmSync(config, { recursive: true, force: true });
    },
  };
}

/** Nothing of the person's own that changes what a program shows. */
function environment(config: string): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env;
  return { PATH, HOME, TERM: 'xterm-256color', LANG: 'C.UTF-8', XDG_CONFIG_HOME: config };
}

function rowsOf(buffer: IBuffer): string[] {
  return Array.from(
    { length: buffer.length },
    (_, y) => buffer.getLine(y)?.translateToString(true) ?? '',
  );
}

function endedBy(code: number): Ending {
  return { code, signal: null };
}

function signalName(wanted: number): string {
  const found = Object.entries(constants.signals).find(([, value]) => value === wanted);
  return found?.[0] ?? String(wanted);
}
