/** What a piece of text means to the eye; the theme turns it into SGR, or into nothing under NO_COLOR. */
export type Tone =
  /** Dim: what may be missed. */
  | 'quiet'
  /** Magenta bold: waits until somebody acts. */
  | 'alert'
  /** Cyan: alive now. */
  | 'live'
  /** Magenta: doubtful, tried again. */
  | 'warn'
  /** Green. */
  | 'good'
  /** Red bold. */
  | 'bad'
  /** Bold: titles, keys. */
  | 'title'
  /** Bold: came since the last key. */
  | 'news'
  /** Inverse: where the cursor is. */
  | 'focus'
  /** Underlined: asked for, not yet told by the journal. */
  | 'asked';

export interface Span {
  readonly text: string;
  readonly tones: readonly Tone[];
}

/** One row of the screen, from its first column. It never holds control characters or line ends. */
export type Line = readonly Span[];

export function span(text: string, ...tones: readonly Tone[]): Span {
  return { text, tones };
}

/** A line of one piece. */
export function line(text: string, ...tones: readonly Tone[]): Line {
  return [{ text, tones }];
}

/** What a line says, without its looks. */
export function textOf(spans: Line): string {
  return spans.map(({ text }) => text).join('');
}
