import type { Metrics } from '../../compute/estimator/metrics.ts';

/**
 * The text of `metrics.json`: keys in the order of the record, numbers with all their digits; those that
 * JSON does not know (NaN, ±∞) become null.
 */
export function metricsText(metrics: Metrics): string {
  return `${JSON.stringify(metrics, null, 2)}\n`;
}
