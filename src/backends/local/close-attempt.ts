import { existsSync } from 'node:fs';
import { writeOnce } from '../../dispatch/artifacts/atomic-write.ts';
import { attemptLayout } from '../../dispatch/artifacts/layout.ts';
import type { JobHandle } from '../../dispatch/backend.ts';

/**
 * Takes the place of an attempt's first word, so that a worker of it that nobody knows of, started by a
 * dispatcher that died, finds it taken and leaves. False where somebody has said hello before.
 */
export async function closeAttempt(dir: string, { owner, attempt }: JobHandle): Promise<boolean> {
  // A folder that was removed stays so.
  if (!existsSync(dir)) return true;
  try {
    return await writeOnce(
      attemptLayout(dir).hello,
      `${JSON.stringify({ owner, attempt, closed: true })}\n`,
    );
  } catch {
    // No space, or no right to write: then nobody can say hello either.
    return true;
  }
}
