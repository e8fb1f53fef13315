import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { learnFacts } from '../../../../src/backends/slurm/ssh/host-facts.ts';
import { runScript } from '../../../../src/backends/slurm/ssh/run-script.ts';
import { runWords } from '../../../../src/backends/slurm/ssh/run-words.ts';
import { LlcError } from '../../../../src/dispatch/errors.ts';
import { NEVER, signalSafely, startTestbed, type Testbed } from './testbed.ts';

const testbed = await startTestbed();

describe.skipIf(testbed === null)('a link to a real sshd', () => {
  const bed = testbed as Testbed;
  afterAll(() => bed.stop());
  const asked = { signal: NEVER, limitMs: 20_000 };

  test('facts', async () => {
    const link = bed.link('login');
    console.log(await learnFacts(link, NEVER));
    const t = performance.now();
    for (let i = 0; i < 50; i++) await runWords(link, ['true'], '', asked);
    console.log('ms an exec', (performance.now() - t) / 50);
    console.log(await runWords(link, ['printf', '%s|', "a'b", '$x', '\n'], '', asked));
    const far = bed.link('far');
    console.log(await runWords(far, ['hostname'], '', asked));
  });
});
