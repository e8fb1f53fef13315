import type { Resources } from '../../dispatch/job/job-spec.ts';

/** What the place has. */
export interface Site {
  /** Default: one, `cpu`, of 64 cores. */
  readonly partitions?: readonly Partition[];
  readonly accounts?: readonly string[];
  /** US dollars an hour by GPU type; null where nobody says. Default: none has a price. */
  readonly prices?: Readonly<Record<string, number | null>>;
  /** US dollars an hour and core. Default: no price. */
  readonly corePerHour?: number;
  /** US dollars to spend in all; null = not counted. Default null. */
  readonly budget?: number | null;
  /** Attempts running at once; further ones wait. Default: no limit. */
  readonly slots?: number;
  /** Attempts alive at once; further ones are refused. Default: no limit. */
  readonly maxJobs?: number;
  /** Bytes a second at which runs come from the volume. Default: at once. */
  readonly pullBytesPerS?: number;
}

export interface Partition {
  readonly name: string;
  /** Default `up`. */
  readonly state?: string;
  readonly cpus: number;
  readonly gpus?: readonly { readonly type: string; readonly total: number }[];
  /** A job's longest time, minutes; null = none. Default null. */
  readonly limitMin?: number | null;
  readonly note?: string;
  /** Of the site's accounts those that it takes. Default: all. */
  readonly accounts?: readonly string[];
}

/** Where a job goes. */
export interface Placement {
  readonly partition: string;
  /** Null without a GPU. */
  readonly gpu: string | null;
}

const USUAL: readonly Partition[] = [{ name: 'cpu', cpus: 64 }];

export function partitionsOf(site: Site): readonly Partition[] {
  return site.partitions ?? USUAL;
}

/** The first partition that takes such a job, by its preference of GPUs; null if none does. */
export function placementFor(site: Site, resources: Resources): Placement | null {
  const fitting = partitionsOf(site).filter(
    ({ limitMin, cpus }) =>
      cpus >= resources.cpus && resources.timeoutMin <= (limitMin ?? Number.POSITIVE_INFINITY),
  );
  if (resources.gpuMode === 'off') {
    const [first] = fitting;
    return first === undefined ? null : { partition: first.name, gpu: null };
  }
  const offered = fitting.flatMap(({ name, gpus = [] }) =>
    gpus.map(({ type }) => ({ partition: name, gpu: type })),
  );
  if (resources.gpuTypes.length === 0) return offered[0] ?? null;
  for (const type of resources.gpuTypes) {
    const found = offered.find(({ gpu }) => gpu === type);
    if (found !== undefined) return found;
  }
  return null;
}

/** US dollars an hour; null where it is not known. */
export function pricePerHour(site: Site, gpu: string | null, cpus: number): number | null {
  const ofGpu = gpu === null ? 0 : (site.prices?.[gpu] ?? null);
  if (ofGpu === null) return null;
  if (site.corePerHour === undefined) return gpu === null ? null : ofGpu;
  return ofGpu + cpus * site.corePerHour;
}
