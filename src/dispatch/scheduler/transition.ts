import { onOrder, onPulled } from './decisions/on-order.ts';
import { onFound, onPreflight } from './decisions/on-preflight.ts';
import { onObserved } from './decisions/on-sightings.ts';
import { onSubmitFailed, onSubmitted } from './decisions/on-submission.ts';
import { onTick } from './decisions/on-tick.ts';
import type { Decision, Of, Situation } from './decisions/situation.ts';
import type { Stimulus } from './stimulus.ts';

/** What each stimulus means. */
const DECISIONS: {
  readonly [K in Stimulus['kind']]: (situation: Situation, stimulus: Of<K>) => Decision;
} = {
  /** Time passes: what is due is started, ended, let go. */
  tick: onTick,
  /** The place accepts the sweep, or does not. */
  preflight: onPreflight,
  /** Runs exist already. */
  found: onFound,
  /** Attempts were taken or refused. */
  submitted: onSubmitted,
  /** Nobody knows whether they were taken. */
  submit_failed: onSubmitFailed,
  /** How attempts are. */
  observed: onObserved,
  /** Runs have come from the storage. */
  pulled: onPulled,
  /** A person asks. */
  order: onOrder,
};

/**
 * Decides what a stimulus means. Pure: the same situation and stimulus give the same facts, to be journalled and
 * reduced, and commands, to be carried out after that.
 */
export function transition<K extends Stimulus['kind']>(
  situation: Situation,
  stimulus: Stimulus & { readonly kind: K },
): Decision {
  return DECISIONS[stimulus.kind as K](situation, stimulus as unknown as Of<K>);
}
