import { bounded } from '../bounded.ts';
import { type Client, QUICK_MS } from './calls.ts';

const STDOUT = 1;
const STDERR = 2;
/** A long poll of the server's, seconds. */
const POLL_S = 55;

/** Output of a sandbox from some point on. */
export interface Output {
  readonly text: string;
  /** Where the next stream goes on; empty where the service does not say. */
  readonly entryId: string;
  /** Nothing more will come. */
  readonly isLast: boolean;
}

export interface OutputRequest {
  readonly of: 'stdout' | 'stderr';
  /** An entry id; `0-0` is the beginning. */
  readonly from: string;
  /** How long the server may wait for more. Default 55 s. */
  readonly waitS?: number;
}

/** The output of a sandbox as it comes, until the stream ends or the server's long poll is over. */
export async function* sandboxOutput(
  client: Client,
  sandboxId: string,
  { of, from, waitS = POLL_S }: OutputRequest,
  signal: AbortSignal,
): AsyncGenerator<Output> {
  const what = 'Modal does not give the output of the sandbox';
  const limitMs = QUICK_MS + 1000 * waitS;
  const fileDescriptor = of === 'stdout' ? STDOUT : STDERR;
  const stream = client.sandboxGetLogs(
    { sandboxId, fileDescriptor, timeout: waitS, lastEntryId: from },
    { signal: AbortSignal.any([signal, AbortSignal.timeout(limitMs)]) },
  );
  const batches = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      const batch = await bounded(what, limitMs, signal, () => batches.next());
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
