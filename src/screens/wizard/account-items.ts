import type { Discovery } from '../../dispatch/backend.ts';

/** An account that jobs can be counted on, and why the chosen partition does not take it; null where it does. */
export interface AccountChoice {
  readonly name: string;
  readonly off: string | null;
}

/** The accounts that a place tells; none where they can only be typed. */
export function accountChoices(
  discovery: Discovery | null,
  partition: string | null,
): readonly AccountChoice[] {
  const taken = discovery?.partitions.find(({ name }) => name === partition)?.accounts ?? null;
  return (discovery?.accounts ?? []).map((name) => {
    const isTaken = taken === null || taken.includes(name);
    return { name, off: isTaken ? null : `${partition} does not take ${name}: ${takes(taken)}.` };
  });
}

function takes(accounts: readonly string[]): string {
  return accounts.length === 0 ? 'it takes none' : `it takes ${accounts.join(', ')}`;
}
