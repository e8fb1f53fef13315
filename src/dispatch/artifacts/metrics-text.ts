/** What `metrics.json` may hold; numbers that JSON does not know (NaN, ±∞) become null. */
export type MetricValue = number | string | boolean | null | readonly MetricValue[];
export type Metrics = Readonly<Record<string, MetricValue>>;

/** The text of `metrics.json`: keys in the order of the record, numbers with all their digits. */
export function metricsText(metrics: Metrics): string {
  return `${JSON.stringify(metrics, null, 2)}\n`;
}
