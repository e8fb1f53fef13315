import type { ListPlace } from '../sweep/list-cursor.ts';

export interface HomeState {
  readonly screen: 'home';
  readonly place: ListPlace;
  readonly filter: string;
}
