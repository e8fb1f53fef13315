/**
 * What a figure of a run shows, before anything is drawn: `figure-spec.ts` makes a picture of it, the command a
 * drawing in the terminal.
 */
export interface Figure {
  readonly title: string;
  /** A line below: what is drawn and what to see in it. */
  readonly note: string;
  readonly x: string;
  /** Of all panels; of one that has another, its title tells. */
  readonly y: string;
  /** At least one; all with the same curves. */
  readonly panels: readonly Panel[];
}

/** Curves over one x. */
export interface Panel {
  /** Empty where the figure has one panel. */
  readonly title: string;
  /** `bars` have their middle at x and the distance of neighbours for width. */
  readonly kind: 'lines' | 'bars';
  /** Not falling. */
  readonly x: readonly number[];
  readonly curves: readonly Curve[];
  /** Lower and upper bound at each x; NaN where there is none. */
  readonly band?: readonly [readonly number[], readonly number[]];
  readonly references: readonly Reference[];
  /** Whether y begins at 0, as it does for bars. Default: where the values begin. */
  readonly fromZero?: boolean;
  /** What of y is drawn; the rest is cut off. Default: all. */
  readonly yRange?: readonly [number, number];
}

export interface Curve {
  readonly name: string;
  /** At each x; NaN where there is none. */
  readonly y: readonly number[];
  /** Which of the theme's looks; null for what stands for all curves together. */
  readonly look: number | null;
}

/** A level to compare with. */
export interface Reference {
  readonly name: string;
  readonly y: number;
}
