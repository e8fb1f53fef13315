import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attemptLayout, RUN_FILES, runDir } from '../../dispatch/artifacts/layout.ts';
import type { JobHandle } from '../../dispatch/backend.ts';
import { FollowedAttempt, type Following } from './followed-attempt.ts';
import { attemptOf } from './handle.ts';
import type { ModalPlace } from './modal-place.ts';

/** All attempts that this process follows; one is followed from the first time that somebody asks. */
export class FollowedAttempts {
  readonly #known = new Map<string, FollowedAttempt>();
  readonly #following: Following;

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
      runDirOf: (runId) => runDir(runsDir, runId),
      payloadOf: async (dir) => JSON.parse(await readFile(attemptLayout(dir).payload, 'utf8')),
      metricsOf: async (runId) =>
        JSON.parse(await readFile(join(runDir(runsDir, runId), RUN_FILES.metrics), 'utf8')),
    };
  }

  of(handle: JobHandle): FollowedAttempt {
    const key = [handle.id, handle.data['dir'], handle.owner, handle.attempt].join('\n');
    let followed = this.#known.get(key);
    if (followed === undefined) {
      followed = new FollowedAttempt(attemptOf(handle), this.#following);
      this.#known.set(key, followed);
    }
    return followed;
  }
}
