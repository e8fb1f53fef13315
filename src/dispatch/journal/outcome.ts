/** What tables and screens show of a finished run; the rest is in its `metrics.json`. Null: not known. */
export interface Outcome {
  readonly llcMean: number | null;
  readonly llcSe: number | null;
  readonly ess: number | null;
  readonly rhat: number | null;
  /** Seconds spent in sampling, warm-up excluded. */
  readonly tSampling: number | null;
  /** Full-data-equivalent gradients. */
  readonly workGrad: number | null;
  readonly wnvTime: number | null;
  readonly wnvFde: number | null;
  readonly verdict: string;
}

/** Picks it out of a run's metrics, whose keys begin with the sampler's name. */
export function outcomeOf(sampler: string, metrics: Readonly<Record<string, unknown>>): Outcome {
  const number = (key: string): number | null => {
    const value = metrics[`${sampler}_${key}`];
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  };
  const verdict = metrics[`${sampler}_verdict`];
  return {
    llcMean: number('llc_mean'),
    llcSe: number('llc_se'),
    ess: number('ess'),
    rhat: number('rhat'),
    tSampling: number('timing_sampling'),
    workGrad: number('work_grad'),
    wnvTime: number('wnv_time'),
    wnvFde: number('wnv_fde'),
    verdict: typeof verdict === 'string' ? verdict : '',
  };
}
