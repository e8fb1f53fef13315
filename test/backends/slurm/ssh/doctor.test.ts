import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { HostFinding } from '../../../../src/backends/slurm/ssh/examine-host.ts';
import { llc } from '../../../e2e/llc.ts';
import { startTestbed, type Testbed } from './testbed.ts';

const testbed = await startTestbed();

// The built program: what ssh needs must have come through the bundling.
describe.skipIf(testbed === null)('llc doctor --ssh', () => {
  const bed = testbed as Testbed;
  afterAll(() => bed.stop());

  async function findings(host: string): Promise<readonly HostFinding[]> {
    const bin = join(bed.dir, 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${bed.configFile} "$@"\n`);
    chmodSync(join(bin, 'ssh'), 0o755);
    const { stdout } = await llc(bed.dir, ['doctor', '--json', '--ssh', host], {
      PATH: `${bin}:${process.env['PATH']}`,
    });
    const all: readonly HostFinding[] = JSON.parse(stdout);
    return all.slice(all.findIndex(({ what }) => what.startsWith('ssh ')));
  }

  test('tells the way, the connection, Node, Slurm and the folder', async () => {
    const [way, connection, node, slurm, folder] = await findings('behind');
    expect(way).toMatchObject({ state: 'well', found: expect.stringContaining('through jump') });
    expect(connection).toMatchObject({ state: 'well', found: expect.stringMatching(/in \d+ ms$/) });
    expect(node).toMatchObject({ what: '  Node there' });
    expect(slurm).toMatchObject({ what: '  Slurm there' });
    expect(folder).toMatchObject({
      state: 'well',
      found: expect.stringMatching(/home\/llc is writable, \d+ GiB free/),
    });
  });

  test('ends at what is in the way, and says what to do', async () => {
    const [way, connection, ...more] = await findings('locked');
    expect(way).toMatchObject({ state: 'well' });
    expect(connection).toMatchObject({
      state: 'wrong',
      remedy: expect.stringContaining('ssh-add'),
    });
    expect(more).toEqual([]);
  });
});
