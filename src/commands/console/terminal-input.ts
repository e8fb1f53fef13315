import { StringDecoder } from 'node:string_decoder';
import type { ReadStream } from 'node:tty';
import type { Key } from '../../ui/key.ts';
import { flushEscape, NO_INPUT, parseKeys } from '../../ui/terminal/key-parser.ts';

/** A terminal's keys, each with the number of the packet that it came in. */
export interface TerminalInput {
  pause(): void;
  resume(): void;
  end(): void;
}

/** A lone esc is told from the beginning of a longer sequence by what follows within this time. */
const ESCAPE_MS = 50;

export function listenToKeys(
  stdin: ReadStream,
  onKey: (key: Key, packet: number) => void,
): TerminalInput {
  const decoder = new StringDecoder('utf8');
  let parser = NO_INPUT;
  let packet = 0;
  let timer: NodeJS.Timeout | null = null;

  function tell(read: { state: typeof parser; keys: readonly Key[] }): void {
    parser = read.state;
    packet += 1;
    for (const key of read.keys) onKey(key, packet);
  }
  function onData(chunk: Buffer): void {
    if (timer !== null) clearTimeout(timer);
    tell(parseKeys(parser, decoder.write(chunk)));
    timer = setTimeout(() => tell(flushEscape(parser)), ESCAPE_MS);
  }
  function resume(): void {
    stdin.setRawMode(true);
    stdin.on('data', onData);
    stdin.resume();
  }
  function pause(): void {
    stdin.off('data', onData);
    stdin.pause();
    try {
      stdin.setRawMode(false);
    } catch {
      // The terminal is gone.
    }
  }
  resume();
  return {
    pause,
    resume,
    end() {
      if (timer !== null) clearTimeout(timer);
      pause();
      stdin.unref();
    },
  };
}
