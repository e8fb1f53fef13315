import type { Discovery } from '../../dispatch/backend.ts';

export type Partition = Discovery['partitions'][number];

/** What `sinfo` and `squeue` are asked for partitions, with what parts the answers. */
export const PARTITION_WORDS = ['sinfo', '-h', '-o', '%R|%a|%l|%C'] as const;
export const NODE_WORDS = [
  'sinfo',
  '-h',
  '-N',
  '-O',
  'PartitionName: |,NodeList: |,Gres: |,GresUsed: |,StateCompact: |',
] as const;
export const QUEUED_WORDS = ['squeue', '-h', '-t', 'PENDING', '-o', '%P'] as const;
export const ALLOWED_WORDS = ['scontrol', '-o', 'show', 'partition'] as const;

/** Which of a person's accounts each partition takes, where it does not take all. */
export function readAllowedAccounts(
  text: string,
  accounts: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const allowed = new Map<string, readonly string[]>();
  for (const line of lines(text)) {
    const field = (name: string) => new RegExp(`(?:^| )${name}=(\\S+)`).exec(line)?.[1] ?? '';
    const taken = field('AllowAccounts').split(',');
    const denied = field('DenyAccounts').split(',');
    const mine = accounts.filter(
      (name) => (taken.includes('ALL') || taken.includes(name)) && !denied.includes(name),
    );
    if (mine.length < accounts.length) allowed.set(field('PartitionName'), mine);
  }
  return allowed;
}

/** The partitions of these three answers, as the site lists them. */
export function readPartitions(
  partitions: string,
  nodes: string,
  queued: string,
): readonly Partition[] {
  const waiting = new Map<string, number>();
  for (const names of lines(queued))
    for (const name of names.split(',')) waiting.set(name, (waiting.get(name) ?? 0) + 1);
  const gpus = gpusByPartition(nodes);
  const found = new Map<string, Partition>();
  for (const line of lines(partitions)) {
    const [name = '', state = '', limit = '', cores = ''] = line.split('|');
    if (name === '') continue;
    const [, idle = '0'] = cores.split('/');
    const known = found.get(name);
    found.set(name, {
      name,
      state,
      idleCpus: (known?.idleCpus ?? 0) + (Number(idle) || 0),
      gpus: gpus.get(name) ?? [],
      limitMin: readLimit(limit),
      queued: waiting.get(name) ?? 0,
      note: state === 'up' ? '' : `takes jobs, but starts none: it is ${state}`,
    });
  }
  return [...found.values()];
}

/** Slurm's length of time, `D-HH:MM:SS` and shorter, in minutes; null for `infinite`. */
export function readLimit(text: string): number | null {
  const [, days, hours, minutes, seconds] =
    /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)$/.exec(text.trim()) ?? [];
  if (minutes === undefined) return null;
  return (
    Number(days ?? 0) * 1440 + Number(hours ?? 0) * 60 + Number(minutes) + Number(seconds) / 60
  );
}

/** States of nodes whose GPUs nobody can have now. */
const UNUSABLE = /^(down|drain|drng|fail|maint|unk|boot|pow|comp|resv|inval)|[*~%]$/;

function gpusByPartition(nodes: string): ReadonlyMap<string, Partition['gpus']> {
  const counts = new Map<string, Map<string, { free: number; total: number }>>();
  for (const line of lines(nodes)) {
    const [partition = '', , all = '', used = '', state = ''] = line
      .split('|')
      .map((part) => part.trim());
    const taken = readGres(used);
    for (const [type, total] of readGres(all)) {
      const types = counts.get(partition) ?? new Map<string, { free: number; total: number }>();
      const before = types.get(type) ?? { free: 0, total: 0 };
      const free = UNUSABLE.test(state) ? 0 : Math.max(0, total - (taken.get(type) ?? 0));
      types.set(type, { free: before.free + free, total: before.total + total });
      counts.set(partition, types);
    }
  }
  return new Map(
    [...counts].map(([partition, types]) => [
      partition,
      [...types].map(([type, { free, total }]) => ({ type, free, total })),
    ]),
  );
}

/** GPUs by type in `gpu:a100:2(S:0-1),gpu:1,license:3`; those without a type are just `gpu`. */
export function readGres(text: string): ReadonlyMap<string, number> {
  const types = new Map<string, number>();
  for (const part of text.replaceAll(/\([^)]*\)/g, '').split(',')) {
    const [, type = 'gpu', count = '1'] = /^gpu(?::([A-Za-z][^:]*))?(?::(\d+))?$/.exec(part) ?? [];
    if (!part.startsWith('gpu')) continue;
    types.set(type, (types.get(type) ?? 0) + Number(count));
  }
  return types;
}

function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
