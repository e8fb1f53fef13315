import { replaceFile } from '../artifacts/atomic-write.ts';
import type { Progress } from '../job/protocol.ts';

export type ProgressChange = Partial<Omit<Progress, 'owner' | 'beat'>>;

/** `progress.json`, kept fresh: the heartbeat of a worker and what it can say of its job. */
export interface ProgressFile {
  /** What the next heartbeat says; the rest stays as it was. */
  update(change: ProgressChange): void;
  /** Asked at every heartbeat from now on, for what is costly to know. */
  ask(latest: () => ProgressChange): void;
  /** Writes now if the last heartbeat is a second old; to be called where the program has been busy. */
  beat(): void;
  /** Writes nothing more. */
  stop(): void;
}

const BEAT_SECONDS = 1;

/**
 * Starts the heartbeat: the file is replaced at most once a second, also while the program only waits.
 *
 * @param options.onTrouble - told once when the file cannot be written; the job goes on without.
 * @param options.onBeat - told what each heartbeat says. Default: nobody is.
 * @param options.clock - seconds, from any start.
 */
export function startProgressFile(
  path: string,
  options: {
    readonly owner: string;
    readonly clock: () => number;
    readonly onTrouble: (error: unknown) => void;
    readonly onBeat?: (progress: Progress) => void;
  },
): ProgressFile {
  const { owner, clock, onTrouble, onBeat } = options;
  let progress: Progress = {
    owner,
    beat: 0,
    stage: 'setup',
    done: 0,
    total: 0,
    llc: null,
    llcSe: null,
    rhat: null,
    ess: null,
    llcByChain: [],
  };
  let last = Number.NEGATIVE_INFINITY;
  let latest: () => ProgressChange = () => ({});
  let troubled = false;

  const beat = (): void => {
    const now = clock();
    if (now - last < BEAT_SECONDS) return;
    last = now;
    progress = { ...progress, ...latest(), beat: progress.beat + 1 };
    const text = `${JSON.stringify(progress)}\n`;
    try {
      replaceFile(path, text);
    } catch (error) {
      if (!troubled) onTrouble(error);
      troubled = true;
    }
    onBeat?.(progress);
  };
  const timer = setInterval(beat, 500 * BEAT_SECONDS);
  return {
    update: (change) => {
      progress = { ...progress, ...change };
    },
    ask: (question) => {
      latest = question;
    },
    beat,
    stop: () => clearInterval(timer),
  };
}
