/**
 * What a sandbox says of its attempt, as lines of its standard output between the worker's own: `@llc <name> <JSON>`.
 * Output is the one way out of a sandbox that needs nothing but the control plane.
 */
export interface Frame {
  readonly name: FrameName;
  readonly value: unknown;
}

/** `end` is the last one: how the worker ended. The others are the files of an attempt, or what it wrote. */
export const FRAME_NAMES = ['hello', 'progress', 'trace', 'result', 'stderr', 'end'] as const;
export type FrameName = (typeof FRAME_NAMES)[number];

/** The value of a `result` frame, and of the file on the volume that says the same. */
export interface ToldResult {
  readonly result: unknown;
  /** Of its run's manifest as it lies on the volume, so that no older one is taken for it; null without a run. */
  readonly manifestSha256: string | null;
}

/** How a sandbox's worker ended, as the sandbox saw it. */
export interface WorkerEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** Kills for lack of memory in its control group; null where the system does not count. */
  readonly oomKills: number | null;
  /** Why its run could not be put on the volume; null where it could, or where there was none. */
  readonly trouble: { readonly errorType: string; readonly error: string } | null;
}

const MARK = '@llc ';

export function frameLine(name: FrameName, value: unknown): string {
  return `${MARK}${name} ${JSON.stringify(value)}\n`;
}

/** A line of somebody else's, so that it cannot be taken for a frame. */
export function plainLine(line: string): string {
  return line.startsWith(MARK) ? ` ${line}` : line;
}

/** The frame of a line without its end; null where it is none. */
export function frameOf(line: string): Frame | null {
  if (!line.startsWith(MARK)) return null;
  const space = line.indexOf(' ', MARK.length);
  const name = line.slice(MARK.length, space);
  if (space < 0 || !(FRAME_NAMES as readonly string[]).includes(name)) return null;
  try {
    return { name: name as FrameName, value: JSON.parse(line.slice(space + 1)) };
  } catch {
    return null;
  }
}

/** Longer than any frame; a line that is never ended must not fill the memory. */
const LONGEST = 2 ** 24;

/** Cuts text that comes in pieces into whole lines. */
export class Lines {
  #rest = '';

  take(text: string): readonly string[] {
    const lines = `${this.#rest}${text}`.split('\n');
    this.#rest = (lines.pop() as string).slice(0, LONGEST);
    return lines;
  }

  /** What is left without an end. */
  rest(): string {
    const rest = this.#rest;
    this.#rest = '';
    return rest;
  }
}
