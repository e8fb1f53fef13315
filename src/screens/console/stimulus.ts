import type { OrderAnswer } from '../../dispatch/orders/order.ts';
import type { Key } from '../../ui/key.ts';
import type { Known } from '../known/known.ts';
import type { Effect, Opening } from './screen.ts';

/** What the console is told. */
export type Stimulus =
  /** `packet` counts what came at once: a slow line sends several keys in one. */
  | { readonly kind: 'key'; readonly key: Key; readonly at: number; readonly packet: number }
  | { readonly kind: 'resized'; readonly columns: number; readonly rows: number }
  | { readonly kind: 'known'; readonly known: Partial<Known> }
  | { readonly kind: 'said'; readonly text: string }
  | { readonly kind: 'answered'; readonly order: OrderEffect; readonly answer: OrderAnswer }
  /** An order was not heard. */
  | { readonly kind: 'unheard'; readonly order: OrderEffect; readonly why: string }
  /** Something outside wants a screen shown instead of the present one: a sweep was started. */
  | { readonly kind: 'opened'; readonly opening: Opening };

export type OrderEffect = Extract<Effect, { kind: 'order' }>;

/** What the console wants done: what screens ask for, and its own. */
export type ConsoleEffect =
  | Effect
  | { readonly kind: 'quit' }
  | { readonly kind: 'suspend' }
  | { readonly kind: 'redraw' };
