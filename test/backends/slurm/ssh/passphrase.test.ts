import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, test } from 'vitest';
import { openTerminal, type Terminal } from '../../../console/terminal.ts';
import { LLC } from '../../../e2e/llc.ts';
import { laptop, startAgent } from '../laptop.ts';
import { startTestbed } from './testbed.ts';

const LIMIT = 20_000;
const SWEEP = ['sweep', '--backend=slurm', '--ssh=locked', '--target=quadratic', '--n-seeds=1'];
const ASKED = /Enter passphrase for .*id_locked/;

/** All that was written in a folder. */
function written(folder: string): string {
  return globSync('{sweeps,.llc,runs}/**/*', { cwd: folder, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'))
    .join('\n');
}

function journalOf(folder: string): string {
  return join(folder, globSync('sweeps/*/journal.jsonl', { cwd: folder })[0] ?? '');
}

/** A sweep as it stands when its supervisor dies before the preflight has answered. */
function interrupt(folder: string): void {
  const lines = readFileSync(journalOf(folder), 'utf8').split('\n');
  const refused = lines.findIndex((line) => line.includes('preflight_refused'));
  writeFileSync(journalOf(folder), `${lines.slice(0, refused).join('\n')}\n`);
}

describe('a key with a passphrase', { timeout: 3 * LIMIT }, async () => {
  const host = await startTestbed();
  if (host === null) {
    test.skip('nothing could be tried: there is no sshd', () => {});
    return;
  }
  afterAll(() => host.stop());

  async function unlock(console: Terminal): Promise<void> {
    await console.waitFor(ASKED, LIMIT);
    console.press('open sesame\r');
  }

  for (const command of [['attach'], ['tui', '--attach']])
    test(`llc ${command.join(' ')} asks for it where nobody runs the sweep, and writes it down nowhere`, async (ctx) => {
      const at = laptop(host, ctx, null);
      await at.llc(...SWEEP);
      interrupt(at.folder);
      const agent = await startAgent(at.folder, ctx);
      await using console = openTerminal(LLC, command, {
        cwd: at.folder,
        columns: 120,
        env: { ...at.env, ...agent },
      });
      await unlock(console);
      await at.until('preflight_refused');
      // It was let in: what is missing now is Slurm.
      ctx.expect(readFileSync(journalOf(at.folder), 'utf8')).toContain('sinfo');
      ctx.expect(written(at.folder)).not.toContain('sesame');
    });

  test('the wizard asks for it when it is told to ask the host again', async (ctx) => {
    const at = laptop(host, ctx, null);
    const agent = await startAgent(at.folder, ctx);
    // The wizard remembers its answers, and other tests begin with nothing remembered.
    const settings = { XDG_CONFIG_HOME: join(at.folder, 'settings') };
    await using console = openTerminal(LLC, ['tui'], {
      cwd: at.folder,
      columns: 120,
      env: { ...at.env, ...agent, ...settings },
    });
    await console.waitFor(/No sweeps here yet/, LIMIT);
    console.press('n');
    await console.waitFor(/1 Preset/, LIMIT);
    console.press('2');
    await console.waitFor(/a host of your ssh config/, LIMIT);
    console.press('jj\r');
    await console.waitFor(/^ +host\b/m, LIMIT);
    console.press('locked\r');
    await console.waitFor(/> 3 GPU mode/, LIMIT);
    console.press('2');
    await console.waitFor(/In the wizard r asks for it/, LIMIT);
    console.press('r');
    await unlock(console);
    await console.waitFor(/sinfo/, LIMIT);
    ctx.expect(written(at.folder)).not.toContain('sesame');
  });
});
