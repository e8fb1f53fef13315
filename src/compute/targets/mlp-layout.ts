/** Where one layer's parameters lie: weight (outputs x inputs, row-major), then bias. */
export interface LayerLayout {
  readonly inputs: number;
  readonly outputs: number;
  readonly weight: number;
  /** null without biases. */
  readonly bias: number | null;
}

/** The layers of an `mlp` in its parameter vector, and the vector's length. */
export function mlpLayout(
  widths: readonly number[],
  bias: boolean,
): { readonly layers: readonly LayerLayout[]; readonly dim: number } {
  const layers: LayerLayout[] = [];
  let at = 0;
  for (let l = 0; l + 1 < widths.length; l++) {
    const inputs = widths[l];
    const outputs = widths[l + 1];
    const weight = at;
    at += inputs * outputs;
    layers.push({ inputs, outputs, weight, bias: bias ? at : null });
    if (bias) at += outputs;
  }
  return { layers, dim: at };
}
