import type { TargetSettings } from '../settings.ts';

/**
 * The hidden widths of a network: `widths` as given; else `depth` equal layers, as wide as about
 * `target_params` parameters allow (rounded down, biases counted, at least 1); else `depth` layers of
 * `hidden`. For 32 inputs, 1 output, depth 1 and 10000 parameters: 303.
 */
export function hiddenWidths(
  settings: Pick<
    TargetSettings,
    'in_dim' | 'out_dim' | 'depth' | 'widths' | 'hidden' | 'target_params'
  >,
): readonly number[] {
  const { in_dim, out_dim, depth, widths, hidden, target_params } = settings;
  if (widths !== null) return widths;
  const width = target_params === null ? hidden : fittingWidth();
  return new Array<number>(depth).fill(width);

  /** Solves (depth − 1)·h² + (in + depth + out)·h ≈ parameters. */
  function fittingWidth(): number {
    const parameters = target_params ?? 0;
    const a = depth - 1;
    const b = in_dim + depth + out_dim;
    const width =
      a === 0
        ? (parameters - out_dim) / (in_dim + 1)
        : (Math.sqrt(b * b + 4 * a * parameters) - b) / (2 * a);
    return Math.max(1, Math.floor(width));
  }
}
