import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attemptLayout, RUN_FILES, runDir } from '../../../dispatch/artifacts/layout.ts';
import type { JobHandle, Observation } from '../../../dispatch/backend.ts';
import { attemptOf } from '../handle.ts';
import type { ModalPlace } from '../modal-place.ts';
import { FollowedAttempt, type Following } from './followed-attempt.ts';

/** All attempts that this process follows; one is followed from the first time that somebody asks. */
export class FollowedAttempts {
  readonly #known = new Map<string, FollowedAttempt>();
  readonly #following: Following;
  readonly #closing = new AbortController();

  constructor(
    place: ModalPlace,
    options: {
      readonly runsDir: string;
      readonly commitWaitMs: number;
      readonly ring: () => void;
    },
  ) {
    const { runsDir } = options;
    this.#following = {
      ...options,
      place,
      closed: this.#closing.signal,
      runDirOf: (runId) => runDir(runsDir, runId),
      payloadOf: async (dir) => JSON.parse(await readFile(attemptLayout(dir).payload, 'utf8')),
      metricsOf: async (runId) =>
        JSON.parse(await readFile(join(runDir(runsDir, runId), RUN_FILES.metrics), 'utf8')),
    };
  }

  /** What is known of an attempt now. Its result tells the same again, so that nothing of it need be remembered. */
  async look(handle: JobHandle, signal: AbortSignal): Promise<Observation> {
    const observation = await this.of(handle).look(signal);
    if (observation.kind === 'ended') this.#known.delete(keyOf(handle));
    return observation;
  }

  /** Follows nobody any more; sandboxes go on. */
  close(): void {
    this.#closing.abort(new Error('closed'));
  }

  of(handle: JobHandle): FollowedAttempt {
    const key = keyOf(handle);
    let followed = this.#known.get(key);
    if (followed === undefined) {
      followed = new FollowedAttempt(attemptOf(handle), this.#following);
      this.#known.set(key, followed);
    }
    return followed;
  }
}

function keyOf({ id, data, owner, attempt }: JobHandle): string {
  return [id, data['dir'], owner, attempt].join('\n');
}
