import { fillIndices, stream } from '../rng/stream.ts';
import type { LossFunction } from '../targets/loss-function.ts';

/** Rows a minibatch. */
export const BATCH_ROWS = 256;

const RATE = 0.01;
const MEAN_DECAY = 0.9;
const SQUARE_DECAY = 0.999;
const EPSILON = 1e-8;

/**
 * Adam (Kingma & Ba 2015) over minibatches drawn with replacement, its rate falling from 0.01 to 0 as a
 * half cosine over `passes` full-data equivalents. Moves `position` in place and yields the passes done
 * after every `look` of them. Deterministic: the batches are always the same.
 */
export function* stochasticDescent(
  loss: LossFunction,
  position: Float64Array,
  passes: number,
  look: number,
): Generator<number> {
  const batch = new Int32Array(BATCH_ROWS);
  const gradient = new Float64Array(position.length);
  const mean = new Float64Array(position.length);
  const square = new Float64Array(position.length);
  const batches = stream(0, 'batch', 'training');
  const total = Math.ceil((passes * loss.rows) / BATCH_ROWS);
  let looked = 0;
  for (let t = 1; t <= total; t++) {
    fillIndices(batches, t, loss.rows, batch);
    loss.evaluate(position, gradient, batch);
    const rate = (RATE / 2) * (1 + Math.cos((Math.PI * t) / total));
    const meanScale = rate / (1 - MEAN_DECAY ** t);
    const squareScale = 1 / (1 - SQUARE_DECAY ** t);
    for (let i = 0; i < position.length; i++) {
      const g = gradient[i];
      mean[i] += (1 - MEAN_DECAY) * (g - mean[i]);
      square[i] += (1 - SQUARE_DECAY) * (g * g - square[i]);
      position[i] -= (meanScale * mean[i]) / (Math.sqrt(squareScale * square[i]) + EPSILON);
    }
    const done = (t * BATCH_ROWS) / loss.rows;
    if (t < total && done < looked + look) continue;
    looked = done;
    yield done;
  }
}
