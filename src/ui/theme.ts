/** How this terminal is written to. */
export interface Theme {
  /** False under NO_COLOR: no styles at all, so that focus needs its brackets. */
  readonly colour: boolean;
  /** No byte above 127. */
  readonly ascii: boolean;
  readonly glyphs: Glyphs;
}

/** Signs of numbers, bars and rules; those of job states are with the states. */
export interface Glyphs {
  readonly plusMinus: string;
  readonly times: string;
  readonly ellipsis: string;
  readonly dot: string;
  /** Of a bar: done, under way, to come. */
  readonly bar: readonly [string, string, string];
  readonly pane: string;
  readonly rule: string;
}

const UNICODE: Glyphs = {
  plusMinus: '±',
  times: '×',
  ellipsis: '…',
  dot: '·',
  bar: ['━', '╍', '─'],
  pane: '│',
  rule: '─',
};

const ASCII: Glyphs = {
  plusMinus: '+-',
  times: 'x',
  ellipsis: '~',
  dot: '.',
  bar: ['#', '>', '.'],
  pane: '|',
  rule: '-',
};

export function themeOf({ colour, ascii }: Pick<Theme, 'colour' | 'ascii'>): Theme {
  return { colour, ascii, glyphs: ascii ? ASCII : UNICODE };
}

/**
 * What the environment says of a terminal: ASCII without a UTF-8 locale, no styles where NO_COLOR is set to
 * anything (no-color.org).
 */
export function themeOfEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  asked: { readonly ascii: boolean } = { ascii: false },
): Theme {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return themeOf({
    colour: (env['NO_COLOR'] ?? '') === '',
    ascii: asked.ascii || !/utf-?8/i.test(locale),
  });
}
