import { open } from 'node:fs/promises';
import { harmlessText } from './harmless-text.ts';

/** Enough for a stack trace and the lines before it, whatever the length of the log. */
const TAIL_BYTES = 16 * 1024;
const LINE_LIMIT = 500;

/**
 * The last lines of a log as harmless text, without reading the rest; empty where there is no log.
 *
 * @param lines - the most lines to return. Default 20.
 */
export async function logTail(path: string, lines = 20): Promise<string> {
  let bytes: Buffer;
  let cutOff = false;
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      cutOff = size > TAIL_BYTES;
      bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, Math.max(0, size - TAIL_BYTES));
      bytes = bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return '';
  }
  const whole = harmlessText(bytes.toString('utf8')).split('\n');
  // The first line begins somewhere in its middle.
  if (cutOff && whole.length > 1) whole.shift();
  return whole
    .filter((line) => line.trim() !== '')
    .slice(-lines)
    .map((line) => harmlessText(line, LINE_LIMIT))
    .join('\n');
}
