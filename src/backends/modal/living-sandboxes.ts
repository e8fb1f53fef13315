import type { ControlPlane } from './control-plane/control-plane.ts';
import { SWEEP_TAG } from './sandbox-name.ts';

/** A sandbox of ours that lives. */
export interface LivingSandbox {
  readonly id: string;
  /** Its name; its id where it has none. */
  readonly name: string;
  /** Null where it is of no sweep, or nobody tells. */
  readonly sweepId: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * The living sandboxes of an app.
 *
 * @param sweepId - of this sweep alone; null for all
 */
export async function livingSandboxes(
  { sandboxes }: ControlPlane,
  appId: string,
  sweepId: string | null,
  signal: AbortSignal,
): Promise<readonly LivingSandbox[]> {
  const asked: Record<string, string> = sweepId === null ? {} : { [SWEEP_TAG]: sweepId };
  const found: LivingSandbox[] = [];
  for (const { id, name, tags: listed } of await sandboxes.list(appId, asked, signal)) {
    // A list may come without tags.
    const tags = Object.keys(listed).length > 0 ? listed : await tagsOf(sandboxes, id, signal);
    const ofSweep = tags[SWEEP_TAG] ?? null;
    if (sweepId === null || ofSweep === null || ofSweep === sweepId)
      found.push({ id, name: name || id, sweepId: ofSweep, tags });
  }
  return found;
}

async function tagsOf(
  sandboxes: ControlPlane['sandboxes'],
  id: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  return sandboxes.tags(id, signal).catch(() => {
    signal.throwIfAborted();
    return {};
  });
}
