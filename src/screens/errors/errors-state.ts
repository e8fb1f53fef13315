import type { ListPlace } from '../sweep/list-cursor.ts';

export interface ErrorsState {
  readonly screen: 'errors';
  readonly sweepId: string;
  readonly place: ListPlace;
  readonly filter: string;
}
