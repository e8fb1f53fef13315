import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { replaceFile } from '../../../dispatch/artifacts/atomic-write.ts';
import { attemptLayout } from '../../../dispatch/artifacts/layout.ts';
import type { Hello } from '../../../dispatch/job/protocol.ts';
import { frameOf, Lines, type ToldResult, type WorkerEnd } from '../frames.ts';
import type { ModalAttempt } from '../handle.ts';

/** What a sandbox says becomes the files of the attempt's folder, as if the worker had written them here. */
export class AttemptWords {
  readonly #attempt: ModalAttempt;
  readonly #onHello: (startedAt: number) => void;
  readonly #lines = new Lines();
  #logsBegun = false;
  #told: ToldResult | null = null;
  #workerEnd: WorkerEnd | null = null;

  /** @param onHello - told when its worker began, milliseconds since 1970 */
  constructor(attempt: ModalAttempt, onHello: (startedAt: number) => void) {
    this.#attempt = attempt;
    this.#onHello = onHello;
  }

  /** The attempt's own result, if it was told. */
  get told(): ToldResult | null {
    return this.#told;
  }

  /** Its last word, if it came. */
  get workerEnd(): WorkerEnd | null {
    return this.#workerEnd;
  }

  /** @param text - output as it comes, cut anywhere */
  take(text: string): void {
    const { dir } = this.#attempt;
    const files = attemptLayout(dir);
    let stdout = '';
    let stderr = '';
    for (const line of this.#lines.take(text)) {
      const frame = frameOf(line);
      if (frame === null) {
        stdout += `${line}\n`;
        continue;
      }
      const { name, value } = frame;
      if (name === 'stderr') stderr += `${String(value)}\n`;
      else if (name === 'end') this.#workerEnd = value as WorkerEnd;
      else if (name === 'result') this.#takeResult(value);
      else if (name === 'trace' || this.#isOurs(value, name === 'hello')) {
        keep(() => replaceFile(files[name], `${JSON.stringify(value)}\n`));
        if (name === 'hello') this.#onHello(Number((value as Hello).startedAt));
      }
    }
    if (!this.#logsBegun) {
      // Read from the beginning again, after a restart.
      this.#logsBegun = true;
      keep(() => writeFileSync(files.stdout, ''));
      if (existsSync(files.stderr)) keep(() => writeFileSync(files.stderr, ''));
    }
    if (stdout !== '') keep(() => appendFileSync(files.stdout, stdout));
    if (stderr !== '') keep(() => appendFileSync(files.stderr, stderr));
  }

  #takeResult(value: unknown): void {
    const told = value as ToldResult | null;
    if (told !== null && this.#isOurs(told.result)) this.#told ??= told;
  }

  #isOurs(value: unknown, withAttempt = true): boolean {
    return isOfAttempt(this.#attempt, value, withAttempt);
  }
}

/** Whether what was told is this attempt's own. */
export function isOfAttempt(
  { handle }: Pick<ModalAttempt, 'handle'>,
  value: unknown,
  withAttempt = true,
): boolean {
  const { owner, attempt } = (value ?? {}) as { owner?: unknown; attempt?: unknown };
  return owner === handle.owner && (!withAttempt || attempt === handle.attempt);
}

/** A word that cannot be kept, on a full disc or in a folder that is gone, must not cost those after it. */
function keep(write: () => void): void {
  try {
    write();
  } catch {
    // The next one may find room.
  }
}
