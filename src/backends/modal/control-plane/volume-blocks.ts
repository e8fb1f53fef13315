import { bounded } from '../bounded.ts';
import { ModalTrouble } from '../trouble.ts';

const BLOCK_MS = 120_000;

/** The bytes themselves, as files of version 1 may come. */
export async function* oneBlock(data: Uint8Array | undefined): AsyncGenerator<Uint8Array> {
  if (data !== undefined) yield data;
}

/** What comes behind so many bytes: a service may begin before the byte that was asked for. */
export async function* after(
  skip: number,
  parts: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let left = skip;
  for await (const part of parts) {
    if (part.length > left) yield part.subarray(left);
    left = Math.max(0, left - part.length);
  }
}

/** Blocks by their addresses, as they come. */
export async function* blocks(
  addresses: readonly string[],
  what: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
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
      if (value.length > 0) yield value;
    }
  }
}
