import type { Failure } from '../../dispatch/job/words.ts';

/** What can be asked of a place. */
const CALLS = [
  'preflight',
  'discover',
  'submit',
  'observe',
  'cancel',
  'health',
  'usage',
  'storage.list',
  'storage.pull',
  'storage.remove',
] as const;
export type Call = (typeof CALLS)[number];

/**
 * Something that goes wrong with a kind of call. Faults that name jobs (`only`) all hold at once; of the
 * others a call meets one, in their order: the next begins where the one before is used up.
 */
export type Fault = {
  /** Calls that meet it; null = all from now on. Default 1. */
  readonly times?: number | null;
} & (
  | {
      /** `LlcError` 75, before anything is done, or after all was done: the caller cannot know which. */
      readonly call: Call;
      readonly does: 'throw';
      readonly when: 'before' | 'after';
      readonly message?: string;
    }
  /** `LlcError` 75 when so many of the attempts have been taken. */
  | { readonly call: 'submit'; readonly does: 'throw midway'; readonly afterJobs: number }
  | {
      /** Does not answer until mended, or, unless it is deaf, until the signal is aborted. */
      readonly call: Call;
      readonly does: 'hang';
      /** Before anything is done, or when all is done. Default `before`. */
      readonly when?: 'before' | 'after';
      /** Default false. */
      readonly deaf?: boolean;
    }
  | { readonly call: Call; readonly does: 'slow'; readonly forS: number }
  | {
      readonly call: 'preflight' | 'submit' | 'storage.pull' | 'storage.remove';
      readonly does: 'refuse';
      readonly failure: Failure;
      /** Told by preflight. Default empty. */
      readonly hint?: string;
      /** Job ids, or run ids for the storage. Default: all. */
      readonly only?: readonly string[];
    }
  | {
      /** Cannot be told now: `unknown` to observe and cancel, null to usage. */
      readonly call: 'observe' | 'cancel' | 'usage';
      readonly does: 'not know';
      readonly reason?: string;
      /** Job ids. Default: all. */
      readonly only?: readonly string[];
    }
  /** Tells what was true so many seconds ago. */
  | { readonly call: 'observe'; readonly does: 'tell old news'; readonly ageS: number }
  /** The connection is lost when so many bytes of a run have come. */
  | {
      readonly call: 'storage.pull';
      readonly does: 'break off';
      readonly afterBytes: number;
      /** Run ids. Default: all. */
      readonly only?: readonly string[];
    }
  /** Delivers bytes that are not those of the manifest. */
  | {
      readonly call: 'storage.pull';
      readonly does: 'corrupt';
      /** Run ids. Default: all. */
      readonly only?: readonly string[];
    }
);

/** The faults that a place has at the moment. */
export interface FaultLedger {
  /** How often each thing was asked. */
  readonly calls: Readonly<Record<Call, number>>;
  add(fault: Fault): void;
  /** Ends faults of these calls, or all, and lets calls that hang go on. */
  mend(call?: Call): void;
  /** What a call meets that concerns these jobs or runs. */
  meet(call: Call, names: readonly string[]): readonly Fault[];
  /** Resolves when the place is mended. */
  mended(): Promise<void>;
}

export function faultLedger(faults: readonly Fault[]): FaultLedger {
  let entries: { readonly fault: Fault; left: number }[] = [];
  let mending = Promise.withResolvers<void>();
  const calls = Object.fromEntries(CALLS.map((call) => [call, 0])) as Record<Call, number>;
  const add = (fault: Fault) => {
    entries.push({
      fault,
      left: fault.times === null ? Number.POSITIVE_INFINITY : (fault.times ?? 1),
    });
  };
  faults.forEach(add);
  return {
    calls,
    add,
    mend(call) {
      entries = entries.filter(({ fault }) => call !== undefined && fault.call !== call);
      mending.resolve();
      mending = Promise.withResolvers();
    },
    meet(call, names) {
      calls[call] += 1;
      const open = entries.filter(({ fault, left }) => fault.call === call && left > 0);
      const next = open.find(({ fault }) => onlyOf(fault) === null);
      const met = open.filter(
        (entry) =>
          entry === next || (onlyOf(entry.fault)?.some((name) => names.includes(name)) ?? false),
      );
      for (const entry of met) entry.left -= 1;
      entries = entries.filter(({ left }) => left > 0);
      return met.map(({ fault }) => fault);
    },
    mended: () => mending.promise,
  };
}

/** The first of these faults that does this to the job or run. */
export function faultThat<D extends Fault['does']>(
  met: readonly Fault[],
  does: D,
  name: string,
): Extract<Fault, { does: D }> | null {
  const found = met.find((fault) => fault.does === does && (onlyOf(fault)?.includes(name) ?? true));
  return (found as Extract<Fault, { does: D }> | undefined) ?? null;
}

function onlyOf(fault: Fault): readonly string[] | null {
  return 'only' in fault ? (fault.only ?? null) : null;
}
