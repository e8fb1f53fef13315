import { on } from 'node:events';
import { type MessagePort, Worker } from 'node:worker_threads';
import { readStoredDraws, type StoredDraws } from '../runs/stored-draws.ts';
import {
  type AnalysisPart,
  type AnalysisRequest,
  analysisOf,
  type DrawsRequest,
} from './analysis.ts';

/** What a thread shall do. */
type Task =
  | { readonly kind: 'read'; readonly request: DrawsRequest }
  | { readonly kind: 'analyse'; readonly request: AnalysisRequest; readonly entry: string };

/** What one that reads sends. */
type Reading = { readonly draws: StoredDraws } | { readonly unusable: string };

/**
 * Reads and judges draws in a thread of its own, so that a figure is drawn while the next is computed. Another thread
 * reads the file and ends: the library for it takes more memory than the draws, and keeps it.
 *
 * @param entry - the program of the threads: it must call `serveAnalysis`.
 */
export async function* analysisInThread(
  entry: URL,
  request: AnalysisRequest,
  signal: AbortSignal,
): AsyncGenerator<AnalysisPart> {
  signal.throwIfAborted();
  const task: Task = { kind: 'analyse', request, entry: entry.href };
  yield* answersOf<AnalysisPart>(entry, task, signal);
}

async function* answersOf<T>(entry: URL, task: Task, signal?: AbortSignal): AsyncGenerator<T> {
  const thread = new Worker(entry, { workerData: task });
  const stop = () => void thread.terminate();
  signal?.addEventListener('abort', stop);
  try {
    for await (const [answer] of on(thread, 'message', { close: ['exit'] })) yield answer;
    signal?.throwIfAborted();
  } finally {
    signal?.removeEventListener('abort', stop);
    await thread.terminate();
  }
}

/** The other end: does what a thread was started for. */
export async function serveAnalysis(task: Task, port: MessagePort): Promise<void> {
  if (task.kind === 'read') return sendDraws(task.request, port);
  const { request, entry } = task;
  for await (const reading of answersOf<Reading>(new URL(entry), { kind: 'read', request })) {
    if ('unusable' in reading) port.postMessage({ kind: 'unusable', reason: reading.unusable });
    else for (const part of analysisOf(reading.draws, request.figures)) port.postMessage(part);
  }
}

async function sendDraws({ dir, sampler, notes }: DrawsRequest, port: MessagePort): Promise<void> {
  try {
    const draws = await readStoredDraws(dir, sampler, notes);
    port.postMessage({ draws } satisfies Reading, [...buffersIn(draws)]);
  } catch (error) {
    port.postMessage({ unusable: (error as Error).message } satisfies Reading);
  }
}

/** What arrays lie in, so that they are handed over rather than copied. */
function buffersIn(value: unknown, found = new Set<ArrayBuffer>()): Set<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) found.add(value.buffer as ArrayBuffer);
  else if (typeof value === 'object' && value !== null)
    for (const part of Object.values(value)) buffersIn(part, found);
  return found;
}
