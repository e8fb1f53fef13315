import type { Command } from 'commander';
import { type AccountLine, lookAtModal, setUpModal } from '../backends/modal/account.ts';
import type { LivingSandbox } from '../backends/modal/living-sandboxes.ts';
import { stopModal } from '../backends/modal/stop.ts';
import { orRefusal } from '../backends/modal/trouble.ts';
import { harmlessText } from '../dispatch/job/harmless-text.ts';
import { sweepsDirOf } from './newest-sweep.ts';
import type { Rim } from './rim.ts';
import { sweepOfSandboxes } from './sweep-of-sandboxes.ts';

interface Flags {
  readonly json: boolean;
}

/** Adds `llc modal setup | ping | stop`: what jobs on Modal need, how it is, and its end. */
export function addModal(program: Command, rim: Rim): void {
  const modal = program
    .command('modal')
    .description(
      'Prepare Modal for jobs, look at it, or stop what runs there. The token comes from MODAL_TOKEN_ID and MODAL_TOKEN_SECRET or ~/.modal.toml (MODAL_PROFILE chooses).',
    )
    .addHelpText('after', '\nExample:\n  llc modal setup');
  modal
    .command('setup')
    .description(
      'Make the app, the volume and the image with this version’s worker; say what was there.',
    )
    .option('--json', 'as JSON', false)
    .addHelpText('after', '\nExample:\n  llc modal setup')
    .action((flags: Flags) => setup(flags, rim));
  modal
    .command('ping')
    .description(
      'Look at token, app, volume, budget and the sweeps whose sandboxes live; make nothing.',
    )
    .option('--json', 'as JSON', false)
    .addHelpText('after', '\nExample:\n  llc modal ping')
    .action((flags: Flags) => ping(flags, rim));
  modal
    .command('stop')
    .description(
      'Name all sandboxes of llc that run, end them and stop the app; runs on the volume stay.',
    )
    .option('--sweep <SWEEP>', 'only the sandboxes of this sweep; the app stays')
    .option('--json', 'as JSON', false)
    .addHelpText('after', '\nExample:\n  llc modal stop')
    .action((flags: Flags & { sweep?: string }) => stop(flags, rim));
}

async function setup({ json }: Flags, rim: Rim): Promise<void> {
  const lines: AccountLine[] = [];
  const tell = (line: AccountLine) => {
    lines.push(line);
    if (!json) rim.print(lineText(line));
  };
  const log = (text: string) => {
    for (const line of text.split('\n'))
      if (line.trim() !== '') rim.note(`  ${harmlessText(line, 200)}`);
  };
  await orRefusal(setUpModal(tell, log, rim.signal));
  end(lines, json, rim);
}

async function ping({ json }: Flags, rim: Rim): Promise<void> {
  const wordOn = (sweepId: string) => sweepOfSandboxes(sweepsDirOf(rim.cwd), sweepId);
  const lines = await orRefusal(lookAtModal(rim.signal, wordOn));
  if (!json) for (const line of lines) rim.print(lineText(line));
  end(lines, json, rim);
}

function end(lines: readonly AccountLine[], json: boolean, rim: Rim): void {
  if (json) rim.print(JSON.stringify(lines, null, 2));
  if (lines.some(({ state }) => state === 'wrong' || state === 'missing')) rim.exitCode = 69;
}

async function stop({ json, sweep }: Flags & { sweep?: string }, rim: Rim): Promise<void> {
  const tell = ({ name, sweepId }: LivingSandbox) => {
    if (!json) rim.print(harmlessText(`runs     ${name}   ${sweepId ?? 'of no sweep'}`));
  };
  const { ended, app } = await orRefusal(stopModal(sweep ?? null, tell, rim.signal));
  if (json) {
    rim.print(JSON.stringify({ ended, app }, null, 2));
    return;
  }
  const sandboxes = ended.length === 1 ? '1 sandbox' : `${ended.length} sandboxes`;
  rim.print(
    app === null
      ? `${sandboxes} ended${sweep === undefined ? '; there was no app to stop' : ''}.`
      : `${sandboxes} ended, the app ${app} stopped. Runs on the volume stay.`,
  );
}

function lineText({ what, state, text, remedy }: AccountLine): string {
  const line = `${what.padEnd(8)} ${state.padEnd(8)} ${text}`;
  return harmlessText(remedy === '' ? line : `${line}\n${' '.repeat(18)}${remedy}`);
}
