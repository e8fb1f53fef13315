import { mlpLayout } from './mlp-layout.ts';
import type { Problem } from './problem.ts';

/**
 * The name of parameter `index` (0 … d−1): `W2[3,0]` and `b1[4]` for networks (layers from 1; output,
 * input), `a[k]` and `b[k]` for tanh, `w[i]` elsewhere.
 */
export function parameterName(problem: Problem, index: number): string {
  switch (problem.kind) {
    case 'mlp':
      return layerName(problem.widths, problem.bias, index);
    case 'dln':
      return layerName(problem.widths, false, index);
    case 'tanh':
      return index < problem.hidden ? `a[${index}]` : `b[${index - problem.hidden}]`;
    default:
      return `w[${index}]`;
  }
}

function layerName(widths: readonly number[], bias: boolean, index: number): string {
  const { layers } = mlpLayout(widths, bias);
  for (const [l, layer] of layers.entries()) {
    const within = index - layer.weight;
    const weights = layer.inputs * layer.outputs;
    if (within < weights) {
      return `W${l + 1}[${Math.floor(within / layer.inputs)},${within % layer.inputs}]`;
    }
    if (layer.bias !== null && within < weights + layer.outputs) {
      return `b${l + 1}[${index - layer.bias}]`;
    }
  }
  throw new RangeError(`there is no parameter ${index}`);
}
