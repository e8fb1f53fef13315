import { workerBundle } from '../../dispatch/artifacts/code-version.ts';
import { type ControlPlane, connectModal, type Volume } from './control-plane/control-plane.ts';
import { imageRecipe } from './image.ts';
import { type Prices, pricesOf } from './prices.ts';
import { APP_NAME, VOLUME_NAME } from './volume-layout.ts';

export interface ModalPlaceOptions {
  /** The worker's program. Default: the bundle of this version. */
  readonly workerPath?: string;
  /** The program that starts it in a sandbox. Default: the bundle beside the worker. */
  readonly sandboxPath?: string;
}

/** What was found or made. */
export interface Made {
  readonly id: string;
  readonly isNew: boolean;
}

/**
 * The app, the volume and the image, each asked for once and made where it is missing. What fails is asked for again
 * by the next who needs it.
 */
export class ModalPlace {
  readonly #options: ModalPlaceOptions;
  readonly #once = new Map<string, Promise<unknown>>();

  constructor(options: ModalPlaceOptions = {}) {
    this.#options = options;
  }

  plane(): Promise<ControlPlane> {
    return this.#remember('plane', connectModal);
  }

  /** The id of our app. */
  async app(signal: AbortSignal): Promise<Made> {
    const asking = this.#remember('app', async () => {
      const plane = await this.plane();
      const found = await plane.apps.find(APP_NAME, false, NEVER);
      if (found !== null) return { id: found, isNew: false };
      return { id: (await plane.apps.find(APP_NAME, true, NEVER)) as string, isNew: true };
    });
    return orAborted(asking, signal);
  }

  /** Forgets app, volume and images, where one of them was removed meanwhile. */
  forget(): void {
    for (const name of ['app', 'volume', 'image false', 'image true']) this.#once.delete(name);
  }

  /** Every call is bounded, so that none is stopped halfway because one of those who wait for it is. */
  async volume(signal: AbortSignal): Promise<Volume & { readonly isNew: boolean }> {
    const asking = this.#remember('volume', async () => {
      const plane = await this.plane();
      const found = await plane.volumes.find(VOLUME_NAME, false, NEVER);
      if (found !== null) return { ...found, isNew: false };
      return { ...((await plane.volumes.find(VOLUME_NAME, true, NEVER)) as Volume), isNew: true };
    });
    return orAborted(asking, signal);
  }

  /**
   * The image's id. A build goes on when whoever asked first stops waiting.
   *
   * @param onLog - told the output of a build that this call begins
   */
  async image(
    gpu: boolean,
    signal: AbortSignal,
    onLog: (text: string) => void = () => {},
  ): Promise<Made> {
    const plane = await this.plane();
    const { id: appId } = await this.app(signal);
    const { workerPath: worker = workerBundle() } = this.#options;
    const { sandboxPath: sandbox = worker.replace(/worker\.js$/, 'sandbox.js') } = this.#options;
    const building = this.#remember(`image ${gpu}`, async () => {
      const recipe = await imageRecipe({ worker, sandbox }, gpu);
      const { imageId, built } = await plane.images.build(recipe, appId, NEVER, onLog);
      return { id: imageId, isNew: built };
    });
    return orAborted(building, signal);
  }

  /** The workspace's own prices where it tells them. */
  async prices(signal: AbortSignal): Promise<Prices> {
    const asking = this.#remember('prices', async () =>
      pricesOf(await (await this.plane()).account.rates(NEVER)),
    );
    return orAborted(asking, signal);
  }

  async #remember<T>(name: string, make: () => Promise<T>): Promise<T> {
    const known = this.#once.get(name) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const making = make();
    this.#once.set(name, making);
    making.catch(() => this.#once.delete(name));
    return making;
  }
}

const NEVER = new AbortController().signal;

/** The same promise for as long as the signal allows. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
