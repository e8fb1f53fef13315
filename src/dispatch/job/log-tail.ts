import { harmlessText } from './harmless-text.ts';
import { readPart, withPlainFile } from './plain-file.ts';

/** Enough for a stack trace and the lines before it, whatever the length of the log. */
const TAIL_BYTES = 16 * 1024;
const LINE_LIMIT = 500;

/**
 * The last lines of a log as harmless text, without reading the rest; empty where there is no log.
 *
 * @param lines - the most lines to return. Default 20.
 */
export async function logTail(path: string, lines = 20): Promise<string> {
  const text = await withPlainFile(path, async (file, size) => {
    const skipped = Math.max(0, size - TAIL_BYTES);
    const whole = harmlessText((await readPart(file, skipped, size - skipped)).toString('utf8'));
    // The first line begins somewhere in its middle.
    return skipped > 0 && whole.includes('\n') ? whole.slice(whole.indexOf('\n') + 1) : whole;
  });
  return (text ?? '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-lines)
    .map((line) => harmlessText(line, LINE_LIMIT))
    .join('\n');
}
