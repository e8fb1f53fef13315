import { EventEmitter } from 'node:events';
import xterm from '@xterm/headless';

/** A terminal of 20x6 that shows what is written to it. */
export class StandInTerminal extends EventEmitter {
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
