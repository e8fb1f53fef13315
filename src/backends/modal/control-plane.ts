import type { ModalClient } from 'modal';
import { LlcError } from '../../dispatch/errors.ts';
import { bounded } from './bounded.ts';
import { ModalTrouble, troubleOf } from './trouble.ts';

type Client = ModalClient['cpClient'];

/** Numbers of Modal's enumerations, which the SDK does not export. */
const CREATE_IF_MISSING = 1;
const STDOUT = 1;
const STDERR = 2;
const STOPPED_BY_CLI = 1;
const VERSION_2 = 2;
const FILE = 1;
const DIRECTORY = 2;

/** How a sandbox or a build ended, `GenericResult.status`. */
export const STATUS = {
  success: 1,
  failure: 2,
  /** Killed from outside. */
  terminated: 3,
  timeout: 4,
  initFailure: 5,
  internalFailure: 6,
  idleTimeout: 7,
  /** The machine ran short of memory. */
  evicted: 8,
} as const;

/** What Modal says of an end. */
export interface SandboxEnd {
  readonly status: number;
  readonly exitCode: number;
  readonly exception: string;
}

/** Output of a sandbox from some point on. */
export interface Output {
  readonly text: string;
  /** Where the next stream goes on. */
  readonly entryId: string;
  /** Nothing more will come. */
  readonly isLast: boolean;
}

/** Resources of a sandbox. */
export interface SandboxRequest {
  readonly appId: string;
  readonly imageId: string;
  readonly volumeId: string;
  /** Where the volume is seen. */
  readonly mountPath: string;
  readonly name: string;
  readonly command: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly cpus: number;
  readonly memoryMb: number;
  /** Null for none. */
  readonly gpu: string | null;
  readonly timeoutS: number;
}

export interface ImageRecipe {
  readonly commands: readonly string[];
  /** Name in the build's context, bytes. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly gpu: boolean;
}

export interface Volume {
  readonly id: string;
  /** Of the file system. Version 1 has calls of its own. */
  readonly version: 1 | 2;
}

export interface VolumeEntry {
  /** From the volume's root, without a slash before it. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'other';
  readonly bytes: number;
  /** Seconds since 1970. */
  readonly modified: number;
}

export interface Budget {
  readonly spendLimitReached: boolean;
  /** US dollars of this cycle. */
  readonly limit: number;
  readonly used: number;
}

/** US dollars an hour, by the names that Modal gives. */
export type Rates = Readonly<Record<string, number>>;

/** What a sandbox has used so far. */
export interface Used {
  readonly cpuCoreHours: number;
  readonly memoryGibHours: number;
  readonly gpuHours: number;
  readonly gpuType: string | null;
}

const QUICK_MS = 10_000;
const CREATE_MS = 30_000;
/** A long poll of the server's and what the way may take. */
const LOGS_S = 55;
const BUILD_MS = 15 * 60_000;
const BLOCK_MS = 120_000;
/** Files that are read whole are small; a larger one is none of ours. */
const SMALL_BYTES = 2 ** 24;

/** Longest wait that a server may order where it limits calls; longer ones are told as `throttled`. */
const THROTTLE_WAIT_S = 15;

/** Every call that is used here, so that a client without one says so at the start. */
const CALLS = [
  'appGetOrCreate',
  'appStop',
  'blobGet',
  'environmentGetBudget',
  'environmentGetOrCreate',
  'imageGetOrCreate',
  'imageJoinStreaming',
  'sandboxCreate',
  'sandboxGetFromName',
  'sandboxGetLogs',
  'sandboxGetResourceUsage',
  'sandboxGetTaskId',
  'sandboxList',
  'sandboxStdinWrite',
  'sandboxTerminate',
  'sandboxWait',
  'tokenInfoGet',
  'volumeGetFile',
  'volumeGetFile2',
  'volumeGetOrCreate',
  'volumeListFiles',
  'volumeListFiles2',
  'volumeRemoveFile',
  'volumeRemoveFile2',
  'workspaceBillingRates',
] as const satisfies readonly (keyof Client)[];

/** @throws LlcError 70 that names what this version of the SDK lacks */
export function checkCalls(client: object): void {
  const missing = CALLS.filter(
    (name) => typeof (client as Record<string, unknown>)[name] !== 'function',
  );
  if (missing.length > 0)
    throw new LlcError(
      70,
      `The installed modal package has no ${missing.join(', ')}.`,
      'llc is made for modal 0.11.1: run npm ci.',
    );
}

/**
 * The one place that speaks with Modal. The SDK's public half waits where we must not (a sandbox with a GPU up to 21
 * minutes) and lacks files of volumes, so this uses the client beneath, which may change: hence the exact version and
 * `checkCalls`. Every call is bounded and fails as `ModalTrouble`.
 */
export class ControlPlane {
  readonly #modal: ModalClient;
  readonly #client: Client;
  /** Bytes written so far to the standard input of sandboxes. */
  readonly #stdinIndex = new Map<string, number>();

  constructor(modal: ModalClient) {
    this.#modal = modal;
    this.#client = modal.cpClient;
  }

  get environment(): string {
    return this.#modal.environmentName();
  }

  async tokenInfo(signal: AbortSignal): Promise<{ workspace: string; token: string }> {
    const { workspaceName, tokenId } = await bounded(
      'Modal does not say whose token this is',
      QUICK_MS,
      signal,
      (limited) => this.#client.tokenInfoGet({}, { signal: limited }),
    );
    return { workspace: workspaceName, token: tokenId };
  }

  /** The app's id; null where there is none and none was to be made. */
  async app(name: string, create: boolean, signal: AbortSignal): Promise<string | null> {
    return this.#orNull(
      bounded(`Modal has no app ${name} for us`, QUICK_MS, signal, async (limited) => {
        const { appId } = await this.#client.appGetOrCreate(
          {
            appName: name,
            environmentName: this.environment,
            objectCreationType: create ? CREATE_IF_MISSING : 0,
          },
          { signal: limited },
        );
        return appId === '' ? null : appId;
      }),
    );
  }

  async stopApp(appId: string, signal: AbortSignal): Promise<void> {
    await bounded('Modal did not stop the app', QUICK_MS, signal, (limited) =>
      this.#client.appStop({ appId, source: STOPPED_BY_CLI }, { signal: limited }),
    );
  }

  /** Null where this token may not know. */
  async budget(signal: AbortSignal): Promise<Budget | null> {
    try {
      return await bounded('Modal did not tell the budget', QUICK_MS, signal, async (limited) => {
        const { environmentId } = await this.#client.environmentGetOrCreate(
          { deploymentName: this.environment, objectCreationType: 0 },
          { signal: limited },
        );
        const { spendLimitReached, effectiveCycleSpendLimit, currentCycleUsage } =
          await this.#client.environmentGetBudget({ environmentId }, { signal: limited });
        return { spendLimitReached, limit: effectiveCycleSpendLimit, used: currentCycleUsage };
      });
    } catch (error) {
      if (signal.aborted) throw error;
      const { errorType } = troubleOf(error, '');
      if (errorType === 'billing' || errorType === 'auth') throw error;
      return null;
    }
  }

  /** What Modal asks for an hour; null where this token may not know. */
  async rates(signal: AbortSignal): Promise<Rates | null> {
    try {
      const { rates } = await bounded('Modal did not tell prices', QUICK_MS, signal, (limited) =>
        this.#client.workspaceBillingRates({}, { signal: limited, retries: 0 } as object),
      );
      return Object.fromEntries(
        Object.entries(rates).flatMap(([name, text]) => {
          const price = Number(text);
          return Number.isFinite(price) ? [[name, price]] : [];
        }),
      );
    } catch (error) {
      if (signal.aborted) throw error;
      return null;
    }
  }

  /**
   * Finds an image by its recipe or builds it.
   *
   * @param onLog - told the build's output
   * @returns `built` false where it was there
   */
  async image(
    recipe: ImageRecipe,
    appId: string,
    signal: AbortSignal,
    onLog: (text: string) => void,
  ): Promise<{ imageId: string; built: boolean }> {
    return bounded('Modal did not build the image', BUILD_MS, signal, async (limited) => {
      const builderVersion = await this.#modal.getImageBuilderVersion(this.environment);
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
          { imageId, timeout: LOGS_S, lastEntryId },
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
      }
    });
  }

  /** Starts a sandbox and waits for nothing. */
  async createSandbox(request: SandboxRequest, signal: AbortSignal): Promise<string> {
    const { appId, imageId, volumeId, mountPath, name, gpu } = request;
    const { sandboxId } = await bounded(
      'Modal did not start a sandbox',
      CREATE_MS,
      signal,
      (limited) =>
        this.#client.sandboxCreate(
          {
            appId,
            tags: Object.entries(request.tags).map(([tagName, tagValue]) => ({
              tagName,
              tagValue,
            })),
            definition: {
              entrypointArgs: [...request.command],
              imageId,
              name,
              timeoutSecs: request.timeoutS,
              resources: {
                milliCpu: Math.round(1000 * request.cpus),
                memoryMb: request.memoryMb,
                gpuConfig: gpu === null ? {} : { count: 1, gpuType: gpu },
              },
              volumeMounts:
                volumeId === ''
                  ? []
                  : [{ volumeId, mountPath, allowBackgroundCommits: true, readOnly: false }],
              networkAccess: { networkAccessType: 1 },
              openPorts: { ports: [] },
            },
          },
          { signal: limited },
        ),
    );
    return sandboxId;
  }

  /** The newest sandbox of this name, whether it lives or not; null where there is none. */
  async findSandbox(appName: string, name: string, signal: AbortSignal): Promise<string | null> {
    return this.#orNull(
      bounded('Modal cannot say which sandboxes it has', QUICK_MS, signal, async (limited) => {
        const { sandboxId } = await this.#client.sandboxGetFromName(
          {
            sandboxName: name,
            appName,
            environmentName: this.environment,
            includeTerminated: true,
          },
          { signal: limited },
        );
        return sandboxId === '' ? null : sandboxId;
      }),
    );
  }

  /** Living sandboxes with these tags, newest first. */
  async listSandboxes(
    appId: string,
    tags: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<readonly { id: string; name: string; tags: Readonly<Record<string, string>> }[]> {
    const found = new Map<string, { id: string; name: string; tags: Record<string, string> }>();
    let before = 0;
    for (;;) {
      const { sandboxes } = await bounded(
        'Modal cannot say which sandboxes it has',
        QUICK_MS,
        signal,
        (limited) =>
          this.#client.sandboxList(
            {
              appId,
              beforeTimestamp: before,
              environmentName: this.environment,
              includeFinished: false,
              tags: Object.entries(tags).map(([tagName, tagValue]) => ({ tagName, tagValue })),
            },
            { signal: limited },
          ),
      );
      const fresh = sandboxes.filter(({ id }) => !found.has(id));
      if (fresh.length === 0) return [...found.values()];
      for (const { id, name, tags: given } of fresh)
        found.set(id, {
          id,
          name,
          tags: Object.fromEntries(given.map(({ tagName, tagValue }) => [tagName, tagValue])),
        });
      before = sandboxes.at(-1)?.createdAt ?? 0;
    }
  }

  /** Whether a sandbox has been given a machine. Waits for that at most so many seconds. */
  async taskOf(
    sandboxId: string,
    waitS: number,
    signal: AbortSignal,
  ): Promise<{ taskId: string | null; end: SandboxEnd | null }> {
    const { taskId, taskResult } = await bounded(
      'Modal cannot say whether the sandbox has started',
      QUICK_MS + 1000 * waitS,
      signal,
      (limited) =>
        this.#client.sandboxGetTaskId(
          { sandboxId, timeout: waitS, waitUntilReady: false },
          { signal: limited },
        ),
    );
    return { taskId: taskId || null, end: endOf(taskResult) };
  }

  /** How a sandbox ended; null while it lives. Waits for that at most so many seconds. */
  async wait(sandboxId: string, waitS: number, signal: AbortSignal): Promise<SandboxEnd | null> {
    const { result } = await bounded(
      'Modal cannot say how the sandbox is',
      QUICK_MS + 1000 * waitS,
      signal,
      (limited) => this.#client.sandboxWait({ sandboxId, timeout: waitS }, { signal: limited }),
    );
    return endOf(result);
  }

  /** Kills. How it had ended before, if it had. */
  async terminate(sandboxId: string, signal: AbortSignal): Promise<SandboxEnd | null> {
    const { existingResult } = await bounded(
      'Modal did not end the sandbox',
      QUICK_MS,
      signal,
      (limited) => this.#client.sandboxTerminate({ sandboxId }, { signal: limited }),
    );
    return endOf(existingResult);
  }

  /** Writes to a sandbox's standard input. */
  async tell(sandboxId: string, text: string, signal: AbortSignal): Promise<void> {
    const index = (this.#stdinIndex.get(sandboxId) ?? 0) + 1;
    this.#stdinIndex.set(sandboxId, index);
    await bounded('Modal did not pass the word on', QUICK_MS, signal, (limited) =>
      this.#client.sandboxStdinWrite(
        { sandboxId, input: new TextEncoder().encode(text), index, eof: false },
        { signal: limited },
      ),
    );
  }

  /**
   * The output of a sandbox as it comes, until the stream ends or the server's long poll is over.
   *
   * @param options.from - an entry id; `0-0` is the beginning
   * @param options.waitS - how long the server may wait for more
   */
  async *output(
    sandboxId: string,
    options: {
      readonly of: 'stdout' | 'stderr';
      readonly from: string;
      readonly waitS?: number;
    },
    signal: AbortSignal,
  ): AsyncGenerator<Output> {
    const { waitS = LOGS_S } = options;
    const what = 'Modal does not give the output of the sandbox';
    const limit = AbortSignal.any([signal, AbortSignal.timeout(QUICK_MS + 1000 * waitS)]);
    const fileDescriptor = options.of === 'stdout' ? STDOUT : STDERR;
    const stream = this.#client.sandboxGetLogs(
      {
        sandboxId,
        fileDescriptor,
        timeout: waitS,
        lastEntryId: options.from,
      },
      { signal: limit },
    );
    const batches = stream[Symbol.asyncIterator]();
    try {
      for (;;) {
        const batch = await bounded(what, QUICK_MS + 1000 * waitS, signal, () => batches.next());
        if (batch.done) return;
        const { items, entryId, eof } = batch.value;
        // A service may send all that it has, or not say of which kind it is.
        const text = items
          .filter((item) => [0, fileDescriptor].includes(item.fileDescriptor))
          .map(({ data }) => data);
        yield { text: text.join(''), entryId, isLast: eof };
        if (eof) return;
      }
    } finally {
      void batches.return?.(undefined)?.catch(() => {});
    }
  }

  async used(sandboxId: string, signal: AbortSignal): Promise<Used> {
    const HOUR_NS = 3.6e12;
    const { cpuCoreNanosecs, memGibNanosecs, gpuNanosecs, gpuType } = await bounded(
      'Modal cannot say what the sandbox used',
      QUICK_MS,
      signal,
      (limited) => this.#client.sandboxGetResourceUsage({ sandboxId }, { signal: limited }),
    );
    return {
      cpuCoreHours: cpuCoreNanosecs / HOUR_NS,
      memoryGibHours: memGibNanosecs / HOUR_NS,
      gpuHours: gpuNanosecs / HOUR_NS,
      gpuType: gpuType ?? null,
    };
  }

  /** Null where there is none and none was to be made. */
  async volume(name: string, create: boolean, signal: AbortSignal): Promise<Volume | null> {
    return this.#orNull(
      bounded(`Modal has no volume ${name} for us`, QUICK_MS, signal, async (limited) => {
        const { volumeId, metadata } = await this.#client.volumeGetOrCreate(
          {
            deploymentName: name,
            environmentName: this.environment,
            objectCreationType: create ? CREATE_IF_MISSING : 0,
            // Asked for only where it is made: one of version 1 is used as it is.
            version: create ? VERSION_2 : 0,
          },
          { signal: limited },
        );
        const version = metadata?.version === VERSION_2 ? 2 : 1;
        return volumeId === '' ? null : { id: volumeId, version };
      }),
    );
  }

  /** What lies below a folder of a volume; empty where there is no such folder. */
  async listFiles(
    { id: volumeId, version }: Volume,
    path: string,
    recursive: boolean,
    signal: AbortSignal,
  ): Promise<readonly VolumeEntry[]> {
    const request = { volumeId, path, recursive };
    const entries = this.#orNull(
      bounded(`Modal cannot list ${path} of the volume`, CREATE_MS, signal, async (limited) => {
        const stream =
          version === 2
            ? this.#client.volumeListFiles2(request, { signal: limited })
            : this.#client.volumeListFiles(request, { signal: limited });
        const found: VolumeEntry[] = [];
        for await (const batch of stream)
          for (const entry of batch.entries)
            found.push({
              path: entry.path.replace(/^\/+/, ''),
              kind: entry.type === FILE ? 'file' : entry.type === DIRECTORY ? 'folder' : 'other',
              bytes: entry.size,
              modified: entry.mtime,
            });
        return found;
      }),
    );
    return (await entries) ?? [];
  }

  /** The bytes of a file of a volume from some point on, block by block; null where there is no such file. */
  async readFile(
    { id: volumeId, version }: Volume,
    path: string,
    from: number,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array> | null> {
    const what = `Modal does not give ${path} of the volume`;
    const request = { volumeId, path, start: from, len: 0 };
    return this.#orNull(
      bounded(what, CREATE_MS, signal, async (limited) => {
        if (version === 1) {
          const { data, dataBlobId } = await this.#client.volumeGetFile(request, {
            signal: limited,
          });
          if (data !== undefined || dataBlobId === undefined) return oneBlock(data);
          const { downloadUrl } = await this.#client.blobGet(
            { blobId: dataBlobId },
            { signal: limited },
          );
          return blocks([downloadUrl], Number.POSITIVE_INFINITY, what, signal);
        }
        const { getUrls, len } = await this.#client.volumeGetFile2(
          { ...request, clientPadsBlocks: false },
          { signal: limited },
        );
        return blocks(getUrls, len, what, signal);
      }),
    );
  }

  /** All bytes of a small file of a volume; null where there is none. */
  async readSmallFile(volume: Volume, path: string, signal: AbortSignal): Promise<Buffer | null> {
    const stream = await this.readFile(volume, path, 0, signal);
    if (stream === null) return null;
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of stream) {
      length += part.length;
      if (length > SMALL_BYTES) return null;
      parts.push(part);
    }
    return Buffer.concat(parts);
  }

  /** Removes a file or a folder of a volume; one that is not there is no trouble. */
  async removeFile(
    { id: volumeId, version }: Volume,
    path: string,
    signal: AbortSignal,
  ): Promise<void> {
    const request = { volumeId, path, recursive: true };
    await this.#orNull(
      bounded(`Modal did not remove ${path} of the volume`, CREATE_MS, signal, async (limited) => {
        if (version === 2) await this.#client.volumeRemoveFile2(request, { signal: limited });
        else await this.#client.volumeRemoveFile(request, { signal: limited });
        return null;
      }),
    );
  }

  async #orNull<T>(call: Promise<T | null>): Promise<T | null> {
    try {
      return await call;
    } catch (error) {
      if (error instanceof ModalTrouble && error.about === 'missing') return null;
      throw error;
    }
  }
}

/** Loads the SDK, which reads the environment and ~/.modal.toml as it is loaded. */
export async function connectModal(): Promise<ControlPlane> {
  const { ModalClient: Sdk } = await import('modal');
  let modal: ModalClient;
  try {
    modal = new Sdk({ maxThrottleWaitSecs: THROTTLE_WAIT_S, logger: SILENT });
  } catch (error) {
    throw troubleOf(error, 'Modal cannot be asked');
  }
  checkCalls(modal.cpClient);
  return new ControlPlane(modal);
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

function endOf(
  result: { status: number; exitcode: number; exception: string } | undefined,
): SandboxEnd | null {
  if (result === undefined || result.status === 0) return null;
  return { status: result.status, exitCode: result.exitcode, exception: result.exception };
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

async function* oneBlock(data: Uint8Array | undefined): AsyncGenerator<Uint8Array> {
  if (data !== undefined) yield data;
}

/** Blocks by their addresses, as they come; never more than `length` bytes in all. */
async function* blocks(
  addresses: readonly string[],
  length: number,
  what: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let left = length;
  for (const address of addresses) {
    const response = await bounded(what, BLOCK_MS, signal, (limited) =>
      fetch(address, { signal: AbortSignal.any([signal, limited]) }),
    );
    if (!response.ok || response.body === null)
      throw new ModalTrouble(
        response.status === 403 || response.status === 404 ? 'lost' : 'unavailable',
        `${what}: the answer was ${response.status}`,
        'Pull it again.',
        { isAnswer: false },
      );
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await bounded(what, BLOCK_MS, signal, () => reader.read());
      if (done) break;
      const part = value.subarray(0, left);
      left -= part.length;
      if (part.length > 0) yield part;
    }
  }
}
