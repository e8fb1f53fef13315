import type { ListPlace } from '../sweep/list-cursor.ts';

export interface ArtifactsState {
  readonly screen: 'artifacts';
  /** The sweep that the screen was opened from; its jobs' pulls go as orders. Null: from home. */
  readonly sweepId: string | null;
  readonly place: ListPlace;
  readonly filter: string;
  /** Ids of runs. */
  readonly marks: ReadonlySet<string>;
  /** Where a range of marks began; null where none is under way. */
  readonly rangeFrom: string | null;
  /** The lower part shows what the cursor's run holds. */
  readonly hasManifest: boolean;
}
