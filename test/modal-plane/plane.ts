import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, ServerError } from 'nice-grpc';
import { controlPlaneDefinition } from './definitions.ts';
import { type CallContext, type Faults, faults } from './faults.ts';
import { type Images, images } from './images.ts';
import { removeFolder } from './remove-folder.ts';
import { type Sandboxes, sandboxes } from './sandboxes.ts';
import { type Volumes, volumes } from './volumes.ts';

/** A control plane of Modal on loopback. Its containers are real processes. */
export interface Plane {
  /** What a client's environment must hold. */
  readonly environment: Readonly<Record<string, string>>;
  readonly faults: Faults;
  readonly images: Images;
  readonly sandboxes: Sandboxes;
  readonly volumes: Volumes;
  /** US dollars of this cycle. Default: 1 of 100 is spent. */
  readonly budget: { spendLimitReached: boolean; limit: number; used: number };
  /** What the workspace pays an hour, by the service's names. */
  rates: Readonly<Record<string, string>>;
  readonly apps: Map<string, string>;
  /** Calls about the account, for a test that acts as somebody else. */
  readonly accountCalls: Readonly<Record<string, unknown>>;
  /** Calls in the order in which they came. */
  readonly calls: string[];
  close(): Promise<void>;
}

export async function startPlane(): Promise<Plane> {
  const dir = mkdtempSync(join(tmpdir(), 'llc-modal-plane-'));
  const definition = await controlPlaneDefinition();
  const injected = faults();
  const built = images(join(dir, 'images'));
  const stored = await volumes(join(dir, 'volumes'));
  const apps = new Map<string, string>();
  const stoppedApps: string[] = [];
  const place = { images: built, volumes: stored, apps };
  const run = sandboxes(join(dir, 'containers'), place);
  const budget = { spendLimitReached: false, limit: 100, used: 1 };
  const calls: string[] = [];

  const account: Record<string, unknown> = {
    authTokenGet: async () => ({ token: jwt() }),
    clientHello: async () => ({}),
    tokenInfoGet: async () => ({ tokenId: 'ak-test', workspaceName: 'test-workspace' }),
    environmentGetOrCreate: async () => ({
      environmentId: 'en-1',
      metadata: { name: 'main', settings: { imageBuilderVersion: '2025.06' } },
    }),
    environmentGetBudget: async () => ({
      spendLimitReached: budget.spendLimitReached,
      effectiveCycleSpendLimit: budget.limit,
      currentCycleUsage: budget.used,
    }),
    workspaceBillingRates: async () => ({ rates: plane.rates }),
    appGetOrCreate: async (request: { appName: string; objectCreationType: number }) => {
      const { appName, objectCreationType } = request;
      if (!apps.has(appName)) {
        if (objectCreationType !== 1) throw new ServerError(5, `App ${appName} not found`);
        apps.set(appName, `ap-${apps.size + stoppedApps.length + 1}`);
      }
      return { appId: apps.get(appName) };
    },
    appStop: async ({ appId }: { appId: string }) => {
      for (const sandbox of run.all.values())
        if (sandbox.appId === appId) run.end(sandbox, 3, 137, 'the app was stopped');
      for (const [name, id] of apps)
        if (id === appId) {
          apps.delete(name);
          stoppedApps.push(id);
        }
      return {};
    },
    appList: async () => ({
      apps: [
        ...[...apps].map(([name, appId]) => ({ appId, name, state: 3 })),
        ...stoppedApps.map((appId) => ({ appId, state: 5 })),
      ],
    }),
    secretGetOrCreate: async () => ({ secretId: 'st-1' }),
  };

  const known: Record<string, unknown> = {
    ...account,
    ...built.calls,
    ...stored.calls,
    ...run.calls,
  };
  const implementation = Object.fromEntries(
    Object.entries(definition.methods).map(([name, { responseStream }]) => {
      const call = known[name] as
        | ((request: unknown, context: CallContext) => Promise<unknown> & AsyncIterable<unknown>)
        | undefined;
      const before = async (context: CallContext) => {
        calls.push(name);
        await injected.meet(name, context, false);
        if (call === undefined) throw new ServerError(12, `${name} is not there`);
      };
      return [
        name,
        responseStream
          ? async function* (request: unknown, context: CallContext) {
              await before(context);
              for await (const answer of call?.(request, context) ?? []) yield answer;
            }
          : async (request: unknown, context: CallContext) => {
              await before(context);
              const answer = await call?.(request, context);
              await injected.meet(name, context, true);
              return answer;
            },
      ];
    }),
  );
  const server = createServer({ 'grpc.max_receive_message_length': 100 * 2 ** 20 });
  // The definition comes out of the SDK untyped.
  server.add(definition as never, implementation as never);
  const port = await server.listen('127.0.0.1:0');
  const config = join(dir, 'modal.toml');
  writeFileSync(config, '');
  const plane: Plane = {
    environment: {
      MODAL_SERVER_URL: `http://127.0.0.1:${port}`,
      MODAL_TOKEN_ID: 'ak-test',
      MODAL_TOKEN_SECRET: 'as-test',
      MODAL_CONFIG_PATH: config,
      no_proxy: '127.0.0.1',
    },
    faults: injected,
    images: built,
    sandboxes: run,
    volumes: stored,
    budget,
    rates: { cpu: '0.142', memory: '0.0242', gpu_l40s: '1.95' },
    apps,
    accountCalls: account,
    calls,
    async close() {
      await run.close();
      server.forceShutdown();
      await stored.close();
      removeFolder(dir);
    },
  };
  return plane;
}

/** A token that says when it ends; nobody checks who signed it. */
function jwt(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 3600;
  return `${part({ alg: 'none' })}.${part({ exp })}.x`;
}
