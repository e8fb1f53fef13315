import { crossingLoss } from './crossing.ts';
import { dlnLoss } from './dln.ts';
import type { LossFunction } from './loss-function.ts';
import { mlpLoss } from './mlp.ts';
import { powerLoss } from './power.ts';
import type { Problem } from './problem.ts';
import { quadraticLoss } from './quadratic.ts';
import { tanhLoss } from './tanh.ts';

/**
 * The reference f64 loss and gradient of a problem. The result owns its scratch memory: it may be used
 * again and again, by one computation at a time.
 */
export function lossFunction(problem: Problem): LossFunction {
  switch (problem.kind) {
    case 'mlp':
      return mlpLoss(problem);
    case 'quadratic':
      return quadraticLoss(problem);
    case 'dln':
      return dlnLoss(problem);
    case 'crossing':
      return crossingLoss(problem);
    case 'power':
      return powerLoss(problem);
    case 'tanh':
      return tanhLoss(problem);
  }
}
