import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { readInferenceData } from '../../src/dispatch/artifacts/netcdf/read-inference-data.ts';
import { emptyFolder } from '../e2e/llc.ts';
import { fakeProgram } from './fake-program.ts';
import { openTerminal } from './terminal.ts';

const LIMIT = 60_000;
const ESC = '\u001b';
/** What Modal does not start within it is tried with the next GPU type. */
const IMPATIENT = { LLC_MODAL_CLIENT_HANG_TIMEOUT_S: '2' };

test('a whole sweep on Modal: from the wizard, by GPU types and their fallback, to results here', async () => {
  const folder = emptyFolder();
  const { command, env } = await fakeProgram('modal', folder);
  const [node, cli] = command;
  await using console = openTerminal(node, [cli, 'tui'], {
    cwd: folder,
    env: { ...env, ...IMPATIENT },
    columns: 100,
    rows: 30,
  });
  await console.waitFor(/No sweeps here yet/, LIMIT);
  console.press('n');
  await console.waitFor(/1 Preset/, LIMIT);
  console.press('2');
  await console.waitFor(/modal +serverless, \$40\.00 left/, LIMIT);
  console.press('jjj\r');
  await console.waitFor(/> 3 GPU mode/, LIMIT);
  console.press('j\r');
  await console.waitFor(/> 4 GPU types/, LIMIT);
  const steps: [string, number][] = [['j',300],[' ',300],['j',300],[' ',300],['g',300],[' ',300],['S',3000],['\r',12000],['', 6000]];
  for (const [keys, ms] of steps) {
    console.press(keys);
    await new Promise((r) => setTimeout(r, ms));
    process.stdout.write(`${JSON.stringify(keys)}\n${console.text().replace(/\n+$/,'')}\n`);
  }
}, 120_000);
