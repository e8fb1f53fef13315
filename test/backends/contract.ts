import { describe, expect, test } from 'vitest';
import { aborting } from './contract/aborting.ts';
import { beforeAStart } from './contract/before-a-start.ts';
import { bench } from './contract/bench.ts';
import { cancelling } from './contract/cancelling.ts';
import { handingOver } from './contract/handing-over.ts';
import type { Abilities, ContractHarness } from './contract/harness.ts';
import { observing } from './contract/observing.ts';
import { storing } from './contract/storing.ts';
import { waking } from './contract/waking.ts';

/**
 * What every backend keeps.
 *
 * @param make - called before each test
 */
export function backendContract(
  name: string,
  has: Abilities,
  make: () => Promise<ContractHarness>,
): void {
  describe(`the contract of a backend, kept by ${name}`, () => {
    const at = bench(make);
    beforeAStart(at);
    handingOver(at);
    observing(at);
    cancelling(at);
    aborting(at, has);
    if (has.wake) waking(at);
    if (has.storage) storing(at);

    test('it wakes, and has a storage, only where it is said to', () => {
      const found = { wake: 'wake' in at.backend, storage: at.backend.storage !== null };
      expect(found).toEqual(has);
    });
  });
}
