import { randomUUID } from 'node:crypto';
import { setTimeout as timer } from 'node:timers/promises';
import type { Preflight, PreflightRequest } from '../../dispatch/backend.ts';
import { unservedMode } from '../../dispatch/gpu/served-modes.ts';
import type { ErrorType } from '../../dispatch/job/words.ts';
import { type ControlPlane, spentText } from './control-plane/control-plane.ts';
import { gpuChoice } from './gpu-choice.ts';
import type { ModalPlace } from './modal-place.ts';
import { pricePerHour } from './prices.ts';
import { hintOf, ModalTrouble, troubleOf } from './trouble.ts';

/** The promised words, whatever Modal says of it. */
const OUT_OF_FUNDS = 'Modal preflight failed: likely out of funds';

/** How long a service that does not answer, or limits calls, is asked again. */
const AGAIN_MS: Partial<Record<ErrorType, number>> = { unavailable: 4000, throttled: 15_000 };

/** How long the smallest sandbox is waited for; one that is not there by then is met again where jobs are handed over. */
const CREATE_WAIT_MS = 5000;

/** How long a build is waited for; it goes on, and the first jobs wait for it instead. */
const BUILD_WAIT_MS = 40_000;

/** Whether Modal would take such jobs: a token, an app, money, an image. Nothing of a job is started. */
export async function preflightModal(
  request: PreflightRequest,
  place: ModalPlace,
  signal: AbortSignal,
): Promise<Preflight> {
  const unserved = unservedMode(request.jobs, request.resources);
  if (unserved !== null) return unserved;
  const began = performance.now();
  for (;;)
    try {
      return await ask(request, place, signal);
    } catch (error) {
      signal.throwIfAborted();
      const trouble = troubleOf(error, 'Modal cannot be asked');
      const limitMs = AGAIN_MS[trouble.errorType] ?? 0;
      if (performance.now() - began >= limitMs) return refused(trouble);
      await timer(1000, undefined, { signal });
    }
}

async function ask(
  { jobs, resources }: PreflightRequest,
  place: ModalPlace,
  signal: AbortSignal,
): Promise<Preflight> {
  const notes: string[] = [];
  const plane = await place.plane();
  const { workspace } = await plane.account.tokenInfo(signal);
  const [{ id: appId }, budget, prices] = await Promise.all([
    place.app(signal),
    plane.account.budget(signal),
    place.prices(signal),
    place.volume(signal),
  ]);
  if (budget?.spendLimitReached)
    return refused(new ModalTrouble('billing', spentText(budget), hintOf('billing')));
  const gpu = gpuChoice(resources, []);
  const imageId = await imageIfSoon(place, gpu !== null, signal);
  if (imageId === null)
    notes.push('The image of the worker is being built; the first jobs start when it is done.');
  else await tryCreating(plane, appId, imageId, signal);

  const perHour = pricePerHour(prices, resources, gpu);
  const limitH = resources.timeoutMin / 60;
  notes.push(
    `Modal workspace ${workspace}: a job costs about $${perHour.toFixed(2)} an hour, ` +
      `all ${jobs.length} at most $${(jobs.length * perHour * limitH).toFixed(2)}.`,
  );
  if (gpu !== null)
    notes.push(`The first job tells whether the driver of ${gpu} there can be reached by Vulkan.`);
  return { ok: true, notes };
}

/** The image, or null where its build takes longer. */
async function imageIfSoon(
  place: ModalPlace,
  gpu: boolean,
  signal: AbortSignal,
): Promise<string | null> {
  const soon = AbortSignal.any([signal, AbortSignal.timeout(BUILD_WAIT_MS)]);
  try {
    return (await place.image(gpu, soon)).id;
  } catch (error) {
    if (soon.aborted && !signal.aborted) return null;
    throw error;
  }
}

/**
 * Asks for the smallest sandbox and ends it: that an account may start none, for want of money or of a right, is told
 * by nothing else.
 */
async function tryCreating(
  plane: ControlPlane,
  appId: string,
  imageId: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    const sandboxId = await plane.sandboxes.create(
      {
        appId,
        imageId,
        volumeId: '',
        mountPath: '',
        name: `llc-preflight-${randomUUID().slice(0, 8)}`,
        command: ['true'],
        tags: { 'llc-preflight': '1' },
        cpus: 0.125,
        memoryMb: 128,
        gpu: null,
        timeoutS: 10,
      },
      AbortSignal.any([signal, AbortSignal.timeout(CREATE_WAIT_MS)]),
    );
    // It ends by itself, too.
    await plane.sandboxes.terminate(sandboxId, signal).catch(() => null);
  } catch (error) {
    signal.throwIfAborted();
    const trouble = troubleOf(error, 'Modal did not start a sandbox');
    // Trouble that passes is met again, and waited out, where jobs are handed over.
    if (trouble.isAnswer && trouble.errorType !== 'throttled') throw trouble;
  }
}

function refused(
  { errorType, message, hint }: ModalTrouble,
  before = 'Modal preflight failed: ',
): Preflight {
  const isBilling = errorType === 'billing';
  const error = isBilling ? OUT_OF_FUNDS : `${before}${message}`;
  return {
    ok: false,
    failure: { stage: 'preflight', errorType, error, traceback: '' },
    hint: isBilling ? `${hintOf('billing')} Modal says: ${message}.` : hint,
  };
}
