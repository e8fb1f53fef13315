import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import * as z from 'zod';

const seenJob = z.object({ jobId: z.string().max(300), attempt: z.number().int().min(0) });

const changedResources = z.object({
  cpus: z.exactOptional(z.number().int().min(1)),
  memoryGb: z.exactOptional(z.number().positive()),
  timeoutMin: z.exactOptional(z.number().positive()),
  gpuTypes: z.exactOptional(z.array(z.string().max(100)).max(20).readonly()),
});

const shape = z.object({
  /** Heard once, however often and by whichever way it comes. */
  id: z.uuid(),
  /** Who asks, as others are told: `ana@login2`. */
  by: z.string().max(200),
  action: z.enum(['cancel', 'retry', 'pull', 'undo']),
  /**
   * The jobs, each with the newest attempt that the person saw: one that has gone on since is refused. Null: all
   * that the action is for (cancel: all that have not ended; retry: the failed that need not fail again; pull:
   * all finished; undo: all that is held).
   */
  jobs: z.array(seenJob).max(20_000).nullable(),
  /** What a retry changes, for these jobs alone. */
  resources: changedResources.default({}),
  /** A retry computes again although the run exists. */
  noSkip: z.boolean().default(false),
  /** How long a retry or a pull is held, so that it can be undone, milliseconds. */
  holdMs: z.number().min(0).max(3_600_000).default(0),
});

/** What a person asks of a sweep under way. Plain JSON: it crosses a socket or lies in the inbox. */
export type Order = Readonly<z.infer<typeof shape>>;
export type OrderAction = Order['action'];
/** A job as somebody saw it. */
export type SeenJob = Readonly<z.infer<typeof seenJob>>;

/** How long cheap actions can be taken back. */
export const HOLD_MS = 8000;

/** What became of an order; the same words for the person, the journal and everybody who watches. */
export interface OrderAnswer {
  readonly done: readonly string[];
  readonly refused: readonly { readonly jobId: string; readonly why: string }[];
  /** Until when it can be undone, milliseconds since 1970; null where it cannot. */
  readonly until: number | null;
}

/** A new order of this user on this machine. */
export function newOrder(
  action: OrderAction,
  jobs: readonly SeenJob[] | null,
  more: Partial<Pick<Order, 'resources' | 'noSkip' | 'holdMs'>> = {},
): Order {
  return shape.parse({ id: randomUUID(), by: ownName(), action, jobs, ...more });
}

/** Reads what came by a socket or lay in the inbox; null where it is no order. */
export function parseOrder(text: string): Order | null {
  try {
    const checked = shape.safeParse(JSON.parse(text));
    return checked.success ? checked.data : null;
  } catch {
    return null;
  }
}

function ownName(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // An account without a name, as containers have them.
    return `${process.getuid?.() ?? 'somebody'}@${hostname()}`;
  }
}
