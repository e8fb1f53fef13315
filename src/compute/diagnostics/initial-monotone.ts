/** What the effective size of chains is made of. */
export interface ChainsSeen {
  readonly chains: number;
  /** Draws a chain. */
  readonly length: number;
  /** Of the chains' means, over chains − 1; 0 for one chain. */
  readonly varianceOfMeans: number;
  /** The mean over chains of their biased autocovariances. Asked from lag 0 on, no further than needed. */
  readonly covariance: (lag: number) => number;
}

/**
 * The number of draws over the integrated autocorrelation time, whose sum ends by Geyer's initial monotone sequence
 * (1992), in ArviZ's order of operations.
 */
export function sizeByInitialMonotone({
  chains,
  length: n,
  varianceOfMeans,
  covariance,
}: ChainsSeen): number {
  const size = chains * n;
  const atZero = covariance(0);
  const withinVariance = (atZero * n) / (n - 1);
  const totalVariance = atZero + varianceOfMeans;
  const correlation = (lag: number) => 1 - (withinVariance - covariance(lag)) / totalVariance;

  let even = 1;
  let odd = correlation(1);
  const rho = [even, odd];
  let lag = 1;
  while (lag < n - 3 && even + odd > 0) {
    even = correlation(lag + 1);
    odd = correlation(lag + 2);
    const counts = even + odd >= 0;
    rho.push(counts ? even : 0, counts ? odd : 0);
    lag += 2;
  }
  const last = lag - 2;
  if (even > 0) rho[last + 1] = even;
  for (let t = 1; t <= last - 2; t += 2) {
    if (rho[t + 1] + rho[t + 2] > rho[t - 1] + rho[t]) {
      rho[t + 1] = (rho[t - 1] + rho[t]) / 2;
      rho[t + 2] = rho[t + 1];
    }
  }
  let sum = 0;
  for (let t = 0; t <= last; t++) sum += rho[t];
  const time = Math.max(-1 + 2 * sum + rho[last + 1], 1 / Math.log10(size));
  return size / time;
}
