import { setImmediate as nextTurn } from 'node:timers/promises';
import { trainingLoss } from '../../compute/engines/training-loss.ts';
import type { Target } from '../../compute/targets/build-target.ts';
import { train } from '../../compute/training/train.ts';
import type { Payload } from '../job/protocol.ts';
import { identityOf } from '../plan/identity.ts';
import { describeTraining, type FamilyWeights, familyWeights } from './family-weights.ts';

export interface TrainingSurroundings {
  readonly stop: AbortSignal;
  readonly log: (line: string) => void;
  /** Writes a heartbeat when one is due. */
  readonly beat: () => void;
}

/** What of a payload training depends on. */
export type TrainingPayload = Pick<Payload, 'storeDir' | 'codeVersion'> & {
  readonly job: Pick<Payload['job'], 'config'>;
};

/**
 * The weights that the posterior of a family is centred on: a target's known minimum, else the family's
 * trained weights from the store. Training is done in f64 and the same way whatever engine samples, so that all
 * jobs of a family start from the same bytes.
 */
export async function trainFamily(
  target: Target,
  { job, storeDir, codeVersion }: TrainingPayload,
  { stop, log, beat }: TrainingSurroundings,
): Promise<FamilyWeights> {
  const { config } = job;
  // Wider than the family: jobs that differ in temperature or localisation alone share weights too.
  const { ermKey: key } = identityOf(config, { device: 'cpu', codeVersion });
  const tolerance = config.erm_tolerance;
  if (target.exact) {
    const loss = trainingLoss(target.problem);
    const start = await train(loss, target.start, { maxSteps: 1, tolerance });
    return describeTraining(key, { ...start, steps: 0 });
  }
  const store = {
    storeDir,
    familyId: key,
    signal: stop,
    onWait: () => log(`weights ${key}: another job trains; waiting for its weights`),
  };
  return familyWeights(store, async () => {
    log(`weights ${key}: training ${target.dim} parameters`);
    const trained = await train(
      trainingLoss(target.problem),
      target.start,
      { maxSteps: config.erm_max_steps, tolerance },
      {
        onProgress: async () => {
          beat();
          // Signals and the lock's heartbeat have their turn here.
          await nextTurn();
          stop.throwIfAborted();
        },
      },
    );
    const { steps, gradientNorm, converged } = trained;
    log(
      `weights ${key}: ${converged ? 'trained' : 'NOT converged'} after ${Math.round(steps)} gradients, ‖∇L‖ = ${gradientNorm.toPrecision(3)}`,
    );
    return trained;
  });
}
