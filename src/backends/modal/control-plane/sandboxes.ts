import { bounded } from '../bounded.ts';
import { type Client, CREATE_MS, orNull, QUICK_MS } from './calls.ts';
import { endOf, type SandboxEnd } from './sandbox-end.ts';
import { type Output, type OutputRequest, sandboxOutput } from './sandbox-output.ts';

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

/** What a sandbox has used so far. */
export interface Used {
  readonly cpuCoreHours: number;
  readonly memoryGibHours: number;
  readonly gpuHours: number;
  readonly gpuType: string | null;
}

/** Sandboxes: a job's container each. No call waits longer than it is told. */
export class Sandboxes {
  readonly #client: Client;
  readonly #environment: string;
  /** Bytes written so far to the standard input of sandboxes. */
  readonly #stdinIndex = new Map<string, number>();

  constructor(client: Client, environment: string) {
    this.#client = client;
    this.#environment = environment;
  }

  /** Starts a sandbox and waits for nothing. */
  async create(request: SandboxRequest, signal: AbortSignal): Promise<string> {
    const { appId, imageId, volumeId, mountPath, name, gpu } = request;
    const { sandboxId } = await bounded(
      'Modal did not start a sandbox',
      CREATE_MS,
      signal,
      (limited) =>
        this.#client.sandboxCreate(
          {
            appId,
            tags: tagList(request.tags),
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
  async find(appName: string, name: string, signal: AbortSignal): Promise<string | null> {
    return orNull(
      bounded('Modal cannot say which sandboxes it has', QUICK_MS, signal, async (limited) => {
        const { sandboxId } = await this.#client.sandboxGetFromName(
          {
            sandboxName: name,
            appName,
            environmentName: this.#environment,
            includeTerminated: true,
          },
          { signal: limited },
        );
        return sandboxId === '' ? null : sandboxId;
      }),
    );
  }

  /** Living sandboxes with these tags, newest first. */
  async list(
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
              environmentName: this.#environment,
              includeFinished: false,
              tags: tagList(tags),
            },
            { signal: limited },
          ),
      );
      const fresh = sandboxes.filter(({ id }) => !found.has(id));
      if (fresh.length === 0)
        return [...found.values()].filter((one) => !contradicts(one.tags, tags));
      for (const { id, name, tags: given } of fresh)
        found.set(id, {
          id,
          name,
          tags: namesToValues(given),
        });
      before = Math.min(...sandboxes.map(({ createdAt }) => createdAt));
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

  /** The output as it comes; see `sandboxOutput`. */
  output(sandboxId: string, request: OutputRequest, signal: AbortSignal): AsyncGenerator<Output> {
    return sandboxOutput(this.#client, sandboxId, request, signal);
  }

  async tags(sandboxId: string, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    const { tags } = await bounded(
      'Modal does not tell the tags of the sandbox',
      QUICK_MS,
      signal,
      (limited) => this.#client.sandboxTagsGet({ sandboxId }, { signal: limited }),
    );
    return namesToValues(tags);
  }

  /** All tags anew: those that are not named here are gone. */
  async setTags(
    sandboxId: string,
    tags: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<void> {
    const request = { sandboxId, environmentName: this.#environment, tags: tagList(tags) };
    await bounded('Modal did not tag the sandbox', QUICK_MS, signal, (limited) =>
      this.#client.sandboxTagsSet(request, { signal: limited }),
    );
  }
}

interface Tag {
  readonly tagName: string;
  readonly tagValue: string;
}

function tagList(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([tagName, tagValue]) => ({ tagName, tagValue }));
}

function namesToValues(tags: readonly Tag[]): Record<string, string> {
  return Object.fromEntries(tags.map(({ tagName, tagValue }) => [tagName, tagValue]));
}

/** Tags that are told and are others than were asked for: a service may not heed what it is asked. */
function contradicts(
  told: Readonly<Record<string, string>>,
  asked: Readonly<Record<string, string>>,
): boolean {
  const isTold = Object.keys(told).length > 0;
  return isTold && Object.entries(asked).some(([name, value]) => told[name] !== value);
}
