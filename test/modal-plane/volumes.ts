import {
  closeSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { ServerError } from 'nice-grpc';

/** Bytes of one block of a file, as the service's definition says. */
const BLOCK = 8 * 2 ** 20;

export interface PlaneVolume {
  readonly id: string;
  readonly name: string;
  readonly version: 1 | 2;
  /** What containers write to. */
  readonly live: string;
  /** What the calls see: what was committed last. */
  committed: string;
  commits: number;
}

export interface Volumes {
  readonly all: Map<string, PlaneVolume>;
  commit(volume: PlaneVolume): void;
  /** Version of volumes that are made without asking for one. */
  version: 1 | 2;
  /** Blocks break off after so many bytes, once; null: they come whole. */
  breakOffAfter: number | null;
  /** Addresses of blocks answer 403. */
  addressesExpire: boolean;
  /** Paths of the list as a hostile volume would give them. */
  strangePaths: readonly string[];
  readonly blocksServed: string[];
  readonly calls: Record<string, unknown>;
  close(): Promise<void>;
}

export async function volumes(dir: string): Promise<Volumes> {
  const all = new Map<string, PlaneVolume>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://x');
    const volume = all.get(url.searchParams.get('volume') ?? '');
    const path = url.searchParams.get('path') ?? '';
    const start = Number(url.searchParams.get('start'));
    const length = Number(url.searchParams.get('length'));
    if (volume === undefined || self.addressesExpire) {
      response.writeHead(403).end();
      return;
    }
    self.blocksServed.push(`${path} ${start}+${length}`);
    const bytes = readPart(inside(volume, path), start, length);
    const { breakOffAfter } = self;
    if (breakOffAfter !== null && bytes.length > breakOffAfter) {
      self.breakOffAfter = null;
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, breakOffAfter), () =>
        setTimeout(() => response.destroy(), 50),
      );
      return;
    }
    response.end(bytes);
  });
  const origin = await listening(server);

  const volumeOf = (id: string): PlaneVolume => {
    const volume = all.get(id);
    if (volume === undefined) throw new ServerError(5, `Volume ${id} not found`);
    return volume;
  };
  async function* list({ volumeId, path, recursive }: ListRequest) {
    const volume = volumeOf(volumeId);
    const top = inside(volume, path);
    if (!existsSync(top)) throw new ServerError(5, `path ${path} not found`);
    const prefix = path.replace(/^\/+|\/+$/g, '');
    const names = statSync(top).isDirectory() ? readdirSync(top, { recursive }).map(String) : [''];
    const entries = names.map((name) => {
      const entry = lstatSync(join(top, name));
      return {
        path: [prefix, name].filter((part) => part !== '').join('/'),
        type: entry.isDirectory() ? 2 : entry.isFile() ? 1 : 3,
        size: entry.isFile() ? entry.size : 0,
        mtime: Math.floor(entry.mtimeMs / 1000),
      };
    });
    const strange = self.strangePaths.map((name) => ({ path: name, type: 1, size: 4, mtime: 0 }));
    // In two batches, as a server may.
    yield { entries: entries.slice(0, 1) };
    yield { entries: [...entries.slice(1), ...strange] };
  }
  const remove = async ({ volumeId, path }: ListRequest) => {
    const volume = volumeOf(volumeId);
    if (!existsSync(inside(volume, path))) throw new ServerError(5, `path ${path} not found`);
    for (const top of [volume.live, volume.committed])
      rmSync(join(top, path), { recursive: true, force: true });
    return {};
  };

  const self: Volumes = {
    all,
    version: 1,
    breakOffAfter: null,
    addressesExpire: false,
    strangePaths: [],
    blocksServed: [],
    commit(volume) {
      volume.commits += 1;
      const next = join(dir, volume.id, `commit-${volume.commits}`);
      snapshot(volume.live, next);
      rmSync(volume.committed, { recursive: true, force: true });
      volume.committed = next;
    },
    calls: {
      volumeGetOrCreate: async (request: GetOrCreate) => {
        const { deploymentName: name, objectCreationType, version } = request;
        let volume = [...all.values()].find((each) => each.name === name);
        if (volume === undefined) {
          if (objectCreationType !== 1) throw new ServerError(5, `Volume ${name} not found`);
          const id = `vo-${all.size + 1}`;
          const chosen = version === 2 ? 2 : version === 1 ? 1 : self.version;
          const live = join(dir, id, 'live');
          const committed = join(dir, id, 'commit-0');
          for (const path of [live, committed]) mkdirSync(path, { recursive: true });
          volume = { id, name, version: chosen, live, committed, commits: 0 };
          all.set(id, volume);
        }
        return { volumeId: volume.id, metadata: { version: volume.version, name } };
      },
      volumeListFiles2: versioned(volumeOf, 2, list),
      volumeListFiles: versioned(volumeOf, 1, list),
      volumeRemoveFile2: remove,
      volumeRemoveFile: remove,
      volumeGetFile: async ({ volumeId, path, start }: FileRequest) => {
        const file = fileOf(volumeOf(volumeId), path);
        const size = statSync(file).size;
        const data = readPart(file, start, size - start);
        return { data, size, start, len: data.length };
      },
      volumeGetFile2: async ({ volumeId, path, start, len }: FileRequest) => {
        const volume = volumeOf(volumeId);
        const size = statSync(fileOf(volume, path)).size;
        const end = len === 0 ? size : Math.min(size, start + len);
        const getUrls: string[] = [];
        for (let at = start; at < end; ) {
          const next = Math.min(end, (Math.floor(at / BLOCK) + 1) * BLOCK);
          const query = new URLSearchParams({
            volume: volumeId,
            path,
            start: String(at),
            length: String(next - at),
          });
          getUrls.push(`${origin}/block?${query}`);
          at = next;
        }
        return { getUrls, size, start, len: Math.max(0, end - start) };
      },
    },
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
  return self;
}

interface GetOrCreate {
  readonly deploymentName: string;
  readonly objectCreationType: number;
  readonly version: number;
}
interface ListRequest {
  readonly volumeId: string;
  readonly path: string;
  readonly recursive: boolean;
}
interface FileRequest {
  readonly volumeId: string;
  readonly path: string;
  readonly start: number;
  readonly len: number;
}

function versioned<R extends { volumeId: string }, T>(
  volumeOf: (id: string) => PlaneVolume,
  version: number,
  call: (request: R) => AsyncGenerator<T>,
) {
  return async function* (request: R) {
    if (volumeOf(request.volumeId).version !== version)
      throw new ServerError(9, `this volume is not of version ${version}`);
    yield* call(request);
  };
}

/** A copy with its times. Other containers write meanwhile: what vanishes under the copy begins it anew. */
function snapshot(from: string, to: string): void {
  for (let tries = 1; ; tries++)
    try {
      cpSync(from, to, { recursive: true, preserveTimestamps: true });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries === 20) throw error;
      rmSync(to, { recursive: true, force: true });
    }
}

function inside({ committed }: PlaneVolume, path: string): string {
  return join(committed, normalize(`/${path}`));
}

function fileOf(volume: PlaneVolume, path: string): string {
  const file = inside(volume, path);
  if (!existsSync(file) || !statSync(file).isFile())
    throw new ServerError(5, `file ${path} not found`);
  return file;
}

function readPart(path: string, start: number, length: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.max(0, length));
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, start));
  } finally {
    closeSync(file);
  }
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
