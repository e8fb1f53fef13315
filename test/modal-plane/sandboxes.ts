import type { ChildProcess } from 'node:child_process';
import { EventEmitter, on, once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ServerError } from 'nice-grpc';
import { startContainer } from './container.ts';
import type { CallContext } from './faults.ts';
import type { Images } from './images.ts';
import { removeFolder } from './remove-folder.ts';
import type { Volumes } from './volumes.ts';

export interface PlaneSandbox {
  readonly id: string;
  readonly name: string;
  readonly appId: string;
  tags: readonly { readonly tagName: string; readonly tagValue: string }[];
  readonly definition: Definition;
  readonly createdAt: number;
  readonly news: EventEmitter;
  taskId: string | null;
  startedAt: number | null;
  endedAt: number | null;
  process: ChildProcess | null;
  readonly entries: { readonly fd: number; readonly data: string }[];
  result: { status: number; exitcode: number; exception: string } | null;
}

interface Definition {
  readonly entrypointArgs: readonly string[];
  readonly imageId: string;
  readonly name?: string;
  readonly timeoutSecs: number;
  readonly resources?: {
    readonly memoryMb: number;
    readonly milliCpu: number;
    readonly gpuConfig?: { readonly gpuType: string; readonly count: number };
  };
  readonly volumeMounts: readonly { readonly volumeId: string; readonly mountPath: string }[];
}

export interface Sandboxes {
  readonly all: Map<string, PlaneSandbox>;
  /** Sandboxes that get no machine. Default: none. */
  neverScheduled: (sandbox: PlaneSandbox) => boolean;
  /** How long a commit to the volume lags behind a sandbox's end, milliseconds. Default 0. */
  commitLagMs: number;
  /** The output of ended sandboxes cannot be had any more. */
  outputExpires: boolean;
  /** Streams of output give what there is and end, without saying that it was all. Default false. */
  endsStreams: boolean;
  /** A stream gives both kinds of output. Default false. */
  mixesOutput: boolean;
  /** Batches of output do not say which entry they end with. Default false. */
  hidesEntries: boolean;
  /** Nobody is told of tasks, neither that there is one nor how it ended. Default false. */
  hidesTasks: boolean;
  /** GPU types that there are. */
  gpuTypes: readonly string[];
  /** Ends a sandbox as the place itself would. */
  end(sandbox: PlaneSandbox, status: number, exitcode: number, exception: string): void;
  readonly calls: Record<string, unknown>;
  close(): Promise<void>;
}

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export function sandboxes(
  dir: string,
  place: { images: Images; volumes: Volumes; apps: ReadonlyMap<string, string> },
): Sandboxes {
  const all = new Map<string, PlaneSandbox>();
  const find = (id: string): PlaneSandbox => {
    const sandbox = all.get(id);
    if (sandbox === undefined) throw new ServerError(5, `Sandbox ${id} not found`);
    return sandbox;
  };
  let closed = false;
  const isAlive = (sandbox: PlaneSandbox) => sandbox.result === null;

  function finish(sandbox: PlaneSandbox, status: number, exitcode: number, exception = ''): void {
    if (sandbox.result !== null) return;
    sandbox.result = { status, exitcode, exception };
    sandbox.endedAt = Date.now();
    sandbox.news.emit('news');
    for (const { volumeId } of sandbox.definition.volumeMounts) {
      const volume = place.volumes.all.get(volumeId);
      if (volume !== undefined)
        setTimeout(() => {
          if (!closed) place.volumes.commit(volume);
        }, self.commitLagMs).unref();
    }
  }

  function killGroup(sandbox: PlaneSandbox): void {
    const pid = sandbox.process?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It is gone.
    }
  }

  function schedule(sandbox: PlaneSandbox): void {
    const image = place.images.all.get(sandbox.definition.imageId);
    if (image === undefined) throw new ServerError(9, 'image not found');
    const mounts = Object.fromEntries(
      sandbox.definition.volumeMounts.flatMap(({ volumeId, mountPath }) => {
        const volume = place.volumes.all.get(volumeId);
        return volume === undefined ? [] : [[mountPath, volume.live]];
      }),
    );
    const own = join(dir, sandbox.id);
    mkdirSync(own, { recursive: true });
    const child = startContainer({
      dir: own,
      imageDir: image.dir,
      command: sandbox.definition.entrypointArgs,
      environment: image.environment,
      mounts,
    });
    sandbox.process = child;
    sandbox.taskId = `ta-${sandbox.id.slice(3)}`;
    sandbox.startedAt = Date.now();
    for (const [fd, stream] of [
      [1, child.stdout],
      [2, child.stderr],
    ] as const)
      stream?.setEncoding('utf8').on('data', (data: string) => {
        sandbox.entries.push({ fd, data });
        sandbox.news.emit('news');
      });
    child.stdin?.on('error', () => {});
    child.on('close', (code, signal) => {
      // As a container runtime tells of a signal.
      const exitcode = code ?? (signal === 'SIGKILL' ? 137 : 143);
      finish(sandbox, exitcode === 0 ? 1 : 2, exitcode);
      // Not before: until then it makes its mount points.
      removeFolder(own);
      sandbox.process = null;
      sandbox.news.emit('gone');
    });
    const limit = setTimeout(() => {
      finish(sandbox, 4, 124, 'Sandbox timed out');
      killGroup(sandbox);
    }, 1000 * sandbox.definition.timeoutSecs);
    limit.unref();
    sandbox.news.emit('news');
  }

  /** Waits for news at most so many seconds, until something holds. */
  async function until(
    sandbox: PlaneSandbox,
    holds: () => boolean,
    seconds: number,
    signal: AbortSignal,
  ): Promise<void> {
    if (holds() || seconds <= 0) return;
    const over = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(1000 * seconds))]);
    try {
      for await (const _ of on(sandbox.news, 'news', { signal: over })) if (holds()) return;
    } catch {
      // The time is over.
    }
  }

  const self: Sandboxes = {
    all,
    neverScheduled: () => false,
    commitLagMs: 0,
    outputExpires: false,
    endsStreams: false,
    mixesOutput: false,
    hidesEntries: false,
    hidesTasks: false,
    gpuTypes: ['H100', 'A100', 'L40S', 'T4', 'A10G'],
    end(sandbox, status, exitcode, exception) {
      finish(sandbox, status, exitcode, exception);
      killGroup(sandbox);
    },
    calls: {
      sandboxCreate: async (request: {
        appId: string;
        tags: PlaneSandbox['tags'];
        definition: Definition;
      }) => {
        const { appId, tags, definition } = request;
        const name = definition.name ?? '';
        const gpu = definition.resources?.gpuConfig?.gpuType ?? '';
        if (![...place.apps.values()].includes(appId))
          throw new ServerError(5, `App ${appId} not found`);
        if (gpu !== '' && !self.gpuTypes.includes(gpu))
          throw new ServerError(3, `invalid GPU type: ${gpu}`);
        if (name !== '' && [...all.values()].some((one) => one.name === name && isAlive(one)))
          throw new ServerError(6, `Sandbox with name '${name}' already exists`);
        const id = `sb-${Array.from(
          { length: 22 },
          () => LETTERS[Math.floor(Math.random() * LETTERS.length)],
        ).join('')}`;
        const sandbox: PlaneSandbox = {
          id,
          name,
          appId,
          tags,
          definition,
          createdAt: Date.now() / 1000,
          news: new EventEmitter().setMaxListeners(0),
          taskId: null,
          startedAt: null,
          endedAt: null,
          process: null,
          entries: [],
          result: null,
        };
        all.set(id, sandbox);
        if (!self.neverScheduled(sandbox)) schedule(sandbox);
        return { sandboxId: id };
      },
      sandboxGetTaskId: async (
        { sandboxId, timeout = 0 }: { sandboxId: string; timeout?: number },
        { signal }: CallContext,
      ) => {
        const sandbox = find(sandboxId);
        if (self.hidesTasks) return {};
        await until(
          sandbox,
          () => sandbox.taskId !== null || sandbox.result !== null,
          timeout,
          signal,
        );
        return {
          ...(sandbox.taskId === null ? {} : { taskId: sandbox.taskId }),
          ...(sandbox.result === null ? {} : { taskResult: sandbox.result }),
        };
      },
      sandboxWait: async (
        { sandboxId, timeout }: { sandboxId: string; timeout: number },
        { signal }: CallContext,
      ) => {
        const sandbox = find(sandboxId);
        await until(sandbox, () => sandbox.result !== null, timeout, signal);
        return sandbox.result === null ? {} : { result: sandbox.result };
      },
      sandboxTerminate: async ({ sandboxId }: { sandboxId: string }) => {
        const sandbox = find(sandboxId);
        if (sandbox.result !== null) return { existingResult: sandbox.result };
        self.end(sandbox, 3, 137, 'Sandbox was terminated');
        return {};
      },
      sandboxTagsGet: async ({ sandboxId }: { sandboxId: string }) => ({
        tags: find(sandboxId).tags,
      }),
      sandboxTagsSet: async (request: { sandboxId: string; tags: PlaneSandbox['tags'] }) => {
        find(request.sandboxId).tags = request.tags;
        return {};
      },
      sandboxStdinWrite: async ({ sandboxId, input }: { sandboxId: string; input: Uint8Array }) => {
        const sandbox = find(sandboxId);
        if (sandbox.process === null || sandbox.result !== null)
          throw new ServerError(9, 'the sandbox does not run');
        sandbox.process.stdin?.write(input);
        return {};
      },
      sandboxList: async ({ appId, beforeTimestamp, includeFinished, tags }: ListRequest) => ({
        sandboxes: [...all.values()]
          .filter(
            (one) =>
              (appId === '' || one.appId === appId) &&
              (includeFinished || isAlive(one)) &&
              (!beforeTimestamp || one.createdAt < beforeTimestamp) &&
              tags.every(({ tagName, tagValue }) =>
                one.tags.some((tag) => tag.tagName === tagName && tag.tagValue === tagValue),
              ),
          )
          .sort((a, b) => b.createdAt - a.createdAt)
          .slice(0, 20)
          .map(({ id, createdAt, appId: app, tags: given, name }) => ({
            id,
            createdAt,
            appId: app,
            tags: given,
            name,
          })),
      }),
      sandboxGetFromName: async ({ sandboxName, includeTerminated }: FromName) => {
        const found = [...all.values()]
          .filter((one) => one.name === sandboxName && (includeTerminated || isAlive(one)))
          .at(-1);
        if (found === undefined) throw new ServerError(5, `no sandbox ${sandboxName}`);
        return { sandboxId: found.id };
      },
      async *sandboxGetLogs(
        { sandboxId, fileDescriptor, timeout, lastEntryId }: LogsRequest,
        { signal }: CallContext,
      ) {
        const sandbox = find(sandboxId);
        if (self.outputExpires && sandbox.result !== null)
          throw new ServerError(5, 'the output of this sandbox has expired');
        const end = Date.now() + 1000 * timeout;
        let at = Number(lastEntryId.split('-')[0] || 0);
        for (;;) {
          const fresh = sandbox.entries.slice(at);
          at += fresh.length;
          const items = fresh.filter(({ fd }) => self.mixesOutput || fd === fileDescriptor);
          if (items.length > 0)
            yield {
              items: items.map(({ data, fd }) => ({ data, fileDescriptor: fd })),
              entryId: self.hidesEntries ? '' : `${at}-0`,
            };
          if (self.endsStreams) return;
          const isOver = sandbox.result !== null && at === sandbox.entries.length;
          if (isOver) {
            yield { items: [], entryId: `${at}-0`, eof: true };
            return;
          }
          const left = (end - Date.now()) / 1000;
          if (left <= 0 || signal.aborted) return;
          await until(
            sandbox,
            () => sandbox.entries.length > at || sandbox.result !== null,
            left,
            signal,
          );
        }
      },
      sandboxGetResourceUsage: async ({ sandboxId }: { sandboxId: string }) => {
        const { startedAt, endedAt, definition } = find(sandboxId);
        const seconds = startedAt === null ? 0 : ((endedAt ?? Date.now()) - startedAt) / 1000;
        const { milliCpu = 0, memoryMb = 0, gpuConfig } = definition.resources ?? {};
        return {
          cpuCoreNanosecs: Math.round((1e9 * seconds * milliCpu) / 1000),
          memGibNanosecs: Math.round((1e9 * seconds * memoryMb) / 1024),
          gpuNanosecs: Math.round(1e9 * seconds * (gpuConfig?.count ?? 0)),
          ...(gpuConfig?.gpuType ? { gpuType: gpuConfig.gpuType } : {}),
        };
      },
    },
    async close() {
      closed = true;
      for (const sandbox of all.values()) {
        const gone = sandbox.process === null ? null : once(sandbox.news, 'gone');
        if (sandbox.result === null) self.end(sandbox, 3, 137, '');
        await gone;
      }
    },
  };
  return self;
}

interface ListRequest {
  readonly appId: string;
  readonly beforeTimestamp: number;
  readonly includeFinished: boolean;
  readonly tags: PlaneSandbox['tags'];
}
interface FromName {
  readonly sandboxName: string;
  readonly includeTerminated: boolean;
}
interface LogsRequest {
  readonly sandboxId: string;
  readonly fileDescriptor: number;
  readonly timeout: number;
  readonly lastEntryId: string;
}
