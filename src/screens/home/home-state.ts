import type { ListPlace } from '../sweep/list-cursor.ts';

export interface HomeState {
  readonly screen: 'home';
  /** The working directory as a person writes it, `~/study`. */
  readonly folder: string;
  readonly place: ListPlace;
  readonly filter: string;
}
