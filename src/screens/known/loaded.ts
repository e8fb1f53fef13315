/** What is asked of the outside and comes when it comes. */
export type Loaded<T> =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'here'; readonly value: T }
  /** Why not, and what to do next. */
  | { readonly kind: 'failed'; readonly why: string; readonly hint: string };

export const WAITING: Loaded<never> = { kind: 'waiting' };

export function loadedValue<T>(loaded: Loaded<T>): T | null {
  return loaded.kind === 'here' ? loaded.value : null;
}
