/**
 * ArviZ's InferenceData as plain values: groups of named arrays over named dimensions
 * (ArviZ, "InferenceData schema specification").
 */
export interface InferenceData {
  readonly attrs: Attributes;
  /** `posterior`, `sample_stats` …, in the order in which they are written. */
  readonly groups: Readonly<Record<string, InferenceGroup>>;
}

/** A string, an int64 (bigint) or a float64 (number). */
export type Attributes = Readonly<Record<string, string | number | bigint>>;

export interface InferenceGroup {
  readonly attrs: Attributes;
  /** One coordinate for every dimension of the group's variables: int64 numbers or names. */
  readonly coords: Readonly<Record<string, readonly number[] | readonly string[]>>;
  readonly variables: Readonly<Record<string, InferenceVariable>>;
}

export interface InferenceVariable {
  /** Names of coordinates, slowest first. */
  readonly dims: readonly string[];
  /** How the numbers are stored: float64, int64, or bool (0 and 1). */
  readonly kind: 'f64' | 'i64' | 'bool';
  /** Row-major. */
  readonly data: Float64Array;
}
