import type { Discovery, Health } from '../../dispatch/backend.ts';
import { ask } from './ask.ts';
import type { FakePlace } from './fake-place.ts';
import { partitionsOf } from './site.ts';
import { budgetLeft } from './usage.ts';

/** What the place has, and what of it is free while others run. */
export async function discoverFake(place: FakePlace, signal: AbortSignal): Promise<Discovery> {
  const { site, attempts } = place;
  return ask(place, 'discover', [], signal, () => {
    const live = attempts.live();
    const partitions = partitionsOf(site).map((partition) => {
      const there = live.filter(({ placement }) => placement.partition === partition.name);
      const running = there.filter(({ startedAt }) => startedAt !== null);
      const usedCpus = running.reduce((sum, { resources }) => sum + resources.cpus, 0);
      return {
        name: partition.name,
        state: partition.state ?? 'up',
        idleCpus: Math.max(0, partition.cpus - usedCpus),
        gpus: (partition.gpus ?? []).map(({ type, total }) => {
          const used = running.filter(({ placement }) => placement.gpu === type).length;
          return { type, total, free: Math.max(0, total - used) };
        }),
        limitMin: partition.limitMin ?? null,
        queued: there.length - running.length,
        note: partition.note ?? '',
        ...(partition.accounts === undefined ? {} : { accounts: partition.accounts }),
      };
    });
    const types = new Set(partitions.flatMap(({ gpus }) => gpus.map(({ type }) => type)));
    return {
      partitions,
      accounts: site.accounts ?? [],
      gpuTypes: [...types].map((name) => ({ name, perHour: site.prices?.[name] ?? null })),
      cores: null,
      memoryGb: null,
      maxJobs: site.maxJobs ?? null,
      budgetLeft: budgetLeft(place),
    };
  });
}

export async function healthFake(place: FakePlace, signal: AbortSignal): Promise<Health> {
  return ask(place, 'health', [], signal, () => {
    const left = budgetLeft(place);
    return left === null ? place.health : { ...place.health, budgetLeft: left };
  });
}
