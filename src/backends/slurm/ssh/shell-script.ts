import { LlcError } from '../../../dispatch/errors.ts';

/** A word as sh takes it literally. */
export function shellWord(text: string): string {
  if (text.includes('\0'))
    throw new LlcError(
      70,
      'A word of a command has a NUL character, which no program can be given.',
    );
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * What sh is given to read. Before its output stands the mark: whatever start-up files of the login shell print comes
 * before that. Read whole before it runs, so that its commands have an empty input.
 */
export function markedScript(script: string, mark: string): string {
  return `echo ${mark}; echo ${mark} >&2\n{\n${script}\n} </dev/null\n`;
}

/** What came after the mark; null where it never came. */
export function afterMark(output: Buffer, mark: string): Buffer | null {
  const line = `${mark}\n`;
  const at = output.indexOf(line);
  return at < 0 ? null : output.subarray(at + line.length);
}
