import { Worker } from 'node:worker_threads';
import type { ThreadLink } from '../../compute/engines/thread-link.ts';

/** Threads that serve an engine. */
export interface EngineThreads {
  readonly links: readonly ThreadLink[];
  /** Never resolves; rejects when a thread ends before `close`. */
  readonly failed: Promise<never>;
  close(): Promise<void>;
}

/**
 * Starts threads.
 *
 * @param entry - the program of a thread: it must call `serveEngineThread`.
 */
export function startEngineThreads(count: number, entry: URL): EngineThreads {
  const threads = Array.from({ length: count }, () => new Worker(entry));
  const { promise: failed, reject } = Promise.withResolvers<never>();
  // Whoever waits for the engine sees the rejection; without a waiter it is no fault of its own.
  failed.catch(() => {});
  for (const thread of threads) {
    thread.on('error', reject);
    thread.on('exit', (code) => reject(new Error(`an engine thread ended with code ${code}`)));
  }
  return {
    links: threads.map((thread) => ({
      send: (message) => thread.postMessage(message),
      onMessage: (handler) => void thread.on('message', handler),
    })),
    failed,
    close: async () => {
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}
