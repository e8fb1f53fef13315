import type { SamplerName } from '../../compute/settings.ts';
import type { Config } from '../config/schema.ts';

/** One job as planned: plain JSON, all a worker needs to know of what to compute. */
export interface JobSpec {
  /** Unique in its sweep and fit for a folder's name: `<problem>-<sampler>-<seed>`. */
  readonly jobId: string;
  readonly problem: string;
  readonly sampler: SamplerName;
  readonly seed: number;
  readonly runId: string;
  readonly familyId: string;
  /** Complete: defaults, preset, study, grid and flags applied, `sampler` and `seed` set. */
  readonly config: Config;
}

/** What a job asks of the machine it runs on. */
export interface Resources {
  readonly cpus: number;
  readonly memoryGb: number;
  /** The job's limit, minutes. */
  readonly timeoutMin: number;
  readonly gpuMode: 'off' | 'vectorized' | 'sequential';
  /** In order of preference; empty when no GPU is asked for. */
  readonly gpuTypes: readonly string[];
}
