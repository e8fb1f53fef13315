import { setTimeout as timer } from 'node:timers/promises';
import type { ModalClient } from 'modal';
import { bounded } from '../bounded.ts';
import { ModalTrouble } from '../trouble.ts';
import type { Client } from './calls.ts';
import { STATUS } from './sandbox-end.ts';

export interface ImageRecipe {
  readonly commands: readonly string[];
  /** Name in the build's context, bytes. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly gpu: boolean;
}

/** How long the server may wait for news of a build, seconds. */
const JOIN_S = 55;
const JOIN_PAUSE_MS = 500;
const BUILD_MS = 15 * 60_000;

/** Images by their recipe. */
export class Images {
  readonly #client: Client;
  readonly #modal: ModalClient;
  readonly #environment: string;

  constructor(client: Client, modal: ModalClient, environment: string) {
    this.#client = client;
    this.#modal = modal;
    this.#environment = environment;
  }

  /**
   * Finds an image by its recipe or builds it.
   *
   * @param onLog - told the build's output
   * @returns `built` false where it was there
   */
  async build(
    recipe: ImageRecipe,
    appId: string,
    signal: AbortSignal,
    onLog: (text: string) => void,
  ): Promise<{ imageId: string; built: boolean }> {
    return bounded('Modal did not build the image', BUILD_MS, signal, async (limited) => {
      // An environment may not say.
      const builderVersion = await this.#modal
        .getImageBuilderVersion(this.#environment)
        .catch(() => '');
      const { imageId, result } = await this.#client.imageGetOrCreate(
        {
          appId,
          builderVersion,
          image: {
            dockerfileCommands: [...recipe.commands],
            contextFiles: Object.entries(recipe.files).map(([filename, data]) => ({
              filename,
              data,
            })),
          },
        },
        { signal: limited },
      );
      if (result !== undefined && result.status !== 0) {
        checkBuild(imageId, result, '');
        return { imageId, built: false };
      }
      let log = '';
      let lastEntryId = '';
      for (;;) {
        const stream = this.#client.imageJoinStreaming(
          { imageId, timeout: JOIN_S, lastEntryId },
          { signal: limited },
        );
        for await (const item of stream) {
          if (item.entryId !== '') lastEntryId = item.entryId;
          for (const { data } of item.taskLogs) {
            log = `${log}${data}`.slice(-4000);
            onLog(data);
          }
          if (item.result !== undefined && item.result.status !== 0) {
            checkBuild(imageId, item.result, log);
            return { imageId, built: true };
          }
        }
        // A server that does not wait must not be asked without a pause.
        await timer(JOIN_PAUSE_MS, undefined, { signal: limited });
      }
    });
  }
}

function checkBuild(
  imageId: string,
  { status, exception }: { status: number; exception: string },
  log: string,
): void {
  if (status === STATUS.success) return;
  const why =
    status === STATUS.terminated
      ? 'it was stopped from outside'
      : status === STATUS.timeout
        ? 'it took too long'
        : exception || 'no reason was given';
  const end = log.trim() === '' ? '' : `\nIts log ends:\n${log.trim().slice(-1500)}`;
  throw new ModalTrouble(
    'image',
    `The build of the image ${imageId} failed: ${why}${end}`,
    'Mend what the log names, then run llc modal setup.',
  );
}
