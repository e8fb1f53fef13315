/** A run here, at the place where jobs run, or both. */
export interface RunStored {
  readonly runId: string;
  /** The job that made it, `small s0 sgld`; empty where nobody knows. */
  readonly job: string;
  /** Bytes; null where it is not there. */
  readonly here: number | null;
  readonly there: number | null;
  /** Milliseconds since 1970. */
  readonly madeAt: number | null;
  /** Of a pull under way: bytes that are here, and in all. */
  readonly pulling: {
    readonly bytes: number;
    readonly total: number;
    /** Null until it can be told. */
    readonly bytesPerS?: number | null;
  } | null;
  /** `whole`, or what is wrong with the one here. */
  readonly state: 'whole' | 'broken' | 'older code';
  /** An unfinished sweep uses it: it stays. */
  readonly inUse: boolean;
  /** What the manifest of the one here names, in its order. Default: not read. */
  readonly files?: readonly { readonly name: string; readonly bytes: number }[];
}

export interface Stored {
  readonly runs: readonly RunStored[];
  /** What the other place is called, `volume llc-runs`; null where runs are here already. */
  readonly there: string | null;
  /** Why what is there cannot be told, and what to do; what was known before still stands. Default: it can. */
  readonly thereTrouble?: string;
}
