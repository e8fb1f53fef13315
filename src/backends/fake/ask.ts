import { LlcError } from '../../dispatch/errors.ts';
import type { FakePlace } from './fake-place.ts';
import type { Call, Fault } from './faults.ts';
import { orAborted } from './or-aborted.ts';

/**
 * Asks the place for something, with all that may go wrong on the way there and back.
 *
 * @param names - the jobs or runs that it is about
 * @param answer - does it; gets the faults that are about the answer itself
 */
export async function ask<T>(
  place: FakePlace,
  call: Call,
  names: readonly string[],
  signal: AbortSignal,
  answer: (met: readonly Fault[]) => T | Promise<T>,
): Promise<T> {
  const met = place.faults.meet(call, names);
  for (const fault of met) {
    if (fault.does === 'hang' && fault.when !== 'after') await hang(place, fault, signal);
    if (fault.does === 'slow') await place.clock.sleep(1000 * fault.forS, signal);
    if (fault.does === 'throw' && fault.when === 'before') throw trouble(call, fault.message);
  }
  signal.throwIfAborted();
  place.attempts.settle();
  const answered = await answer(met);
  for (const fault of met) {
    if (fault.does === 'hang' && fault.when === 'after') await hang(place, fault, signal);
    if (fault.does === 'throw' && fault.when === 'after') throw trouble(call, fault.message);
  }
  return answered;
}

async function hang(
  place: FakePlace,
  { deaf = false }: Extract<Fault, { does: 'hang' }>,
  signal: AbortSignal,
): Promise<void> {
  const mended = place.faults.mended();
  await (deaf ? mended : orAborted(mended, signal));
  signal.throwIfAborted();
}

/** What a place that cannot be reached answers. */
export function trouble(
  call: Call,
  message = `The fake place does not answer (${call}).`,
): LlcError {
  return new LlcError(75, message, 'Try again later.');
}
