import { bounded } from '../bounded.ts';
import { type Client, CREATE_IF_MISSING, orNull, QUICK_MS } from './calls.ts';

const STOPPED_BY_CLI = 1;
/** `AppState`: stopping, stopped, disabled. */
const STOPPED_STATES = [4, 5, 7];

/** Apps, which hold sandboxes. */
export class Apps {
  readonly #client: Client;
  readonly #environment: string;

  constructor(client: Client, environment: string) {
    this.#client = client;
    this.#environment = environment;
  }

  /** The app's id; null where there is none and none was to be made. */
  async find(name: string, create: boolean, signal: AbortSignal): Promise<string | null> {
    return orNull(
      bounded(`Modal has no app ${name} for us`, QUICK_MS, signal, async (limited) => {
        const { appId } = await this.#client.appGetOrCreate(
          {
            appName: name,
            environmentName: this.#environment,
            objectCreationType: create ? CREATE_IF_MISSING : 0,
          },
          { signal: limited },
        );
        return appId === '' ? null : appId;
      }),
    );
  }

  async stop(appId: string, signal: AbortSignal): Promise<void> {
    await bounded('Modal did not stop the app', QUICK_MS, signal, (limited) =>
      this.#client.appStop({ appId, source: STOPPED_BY_CLI }, { signal: limited }),
    );
  }

  /** Whether Modal lists an app as stopped. */
  async isStopped(appId: string, signal: AbortSignal): Promise<boolean> {
    const { apps } = await bounded('Modal cannot say how the app is', QUICK_MS, signal, (limited) =>
      this.#client.appList({ environmentName: this.#environment }, { signal: limited }),
    );
    const app = apps.find((one) => one.appId === appId);
    return app !== undefined && STOPPED_STATES.includes(app.state);
  }
}
