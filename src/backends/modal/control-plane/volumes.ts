import { bounded } from '../bounded.ts';
import { type Client, CREATE_IF_MISSING, CREATE_MS, orNull, QUICK_MS } from './calls.ts';
import { after, blocks, oneBlock } from './volume-blocks.ts';

const VERSION_2 = 2;
const FILE = 1;
const DIRECTORY = 2;

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

/** Files that are read whole are small; a larger one is none of ours. */
const SMALL_BYTES = 2 ** 24;

/** Volumes and their files. */
export class Volumes {
  readonly #client: Client;
  readonly #environment: string;

  constructor(client: Client, environment: string) {
    this.#client = client;
    this.#environment = environment;
  }

  /** Null where there is none and none was to be made. */
  async find(name: string, create: boolean, signal: AbortSignal): Promise<Volume | null> {
    return orNull(
      bounded(`Modal has no volume ${name} for us`, QUICK_MS, signal, async (limited) => {
        const {
          volumeId,
          metadata,
          version: told,
        } = await this.#client.volumeGetOrCreate(
          {
            deploymentName: name,
            environmentName: this.#environment,
            objectCreationType: create ? CREATE_IF_MISSING : 0,
            // Asked for only where it is made: one of version 1 is used as it is.
            version: create ? VERSION_2 : 0,
          },
          { signal: limited },
        );
        const version = (metadata?.version || told) === VERSION_2 ? 2 : 1;
        return volumeId === '' ? null : { id: volumeId, version };
      }),
    );
  }

  /** What lies below a folder of a volume; empty where there is no such folder. */
  async list(
    { id: volumeId, version }: Volume,
    path: string,
    recursive: boolean,
    signal: AbortSignal,
  ): Promise<readonly VolumeEntry[]> {
    const request = { volumeId, path, recursive };
    const entries = orNull(
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
  async read(
    { id: volumeId, version }: Volume,
    path: string,
    from: number,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array> | null> {
    const what = `Modal does not give ${path} of the volume`;
    const request = { volumeId, path, start: from, len: 0 };
    return orNull(
      bounded(what, CREATE_MS, signal, async (limited) => {
        if (version === 1) {
          const answer = await this.#client.volumeGetFile(request, { signal: limited });
          const { data, dataBlobId } = answer;
          const before = bytesBefore(from, answer);
          if (data !== undefined || !dataBlobId) return after(before, oneBlock(data));
          const { downloadUrl } = await this.#client.blobGet(
            { blobId: dataBlobId },
            { signal: limited },
          );
          return after(before, blocks([downloadUrl], what, signal));
        }
        const answer = await this.#client.volumeGetFile2(
          { ...request, clientPadsBlocks: false },
          { signal: limited },
        );
        return after(bytesBefore(from, answer), blocks(answer.getUrls, what, signal));
      }),
    );
  }

  /** All bytes of a small file of a volume; null where there is none. */
  async readSmall(volume: Volume, path: string, signal: AbortSignal): Promise<Buffer | null> {
    const stream = await this.read(volume, path, 0, signal);
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
  async remove(
    { id: volumeId, version }: Volume,
    path: string,
    signal: AbortSignal,
  ): Promise<void> {
    const request = { volumeId, path, recursive: true };
    await orNull(
      bounded(`Modal did not remove ${path} of the volume`, CREATE_MS, signal, async (limited) => {
        if (version === 2) await this.#client.volumeRemoveFile2(request, { signal: limited });
        else await this.#client.volumeRemoveFile(request, { signal: limited });
        return null;
      }),
    );
  }
}

/** How many bytes come before the one that was asked for, as where a service sends the file from its beginning. */
function bytesBefore(
  from: number,
  { start, len, size }: { readonly start: number; readonly len: number; readonly size: number },
): number {
  const isSaid = len > 0 && start + len >= size;
  return isSaid ? Math.max(0, from - start) : 0;
}
