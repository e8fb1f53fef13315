import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureSupervisor } from '../../dispatch/supervisor/start-supervisor.ts';
import type { ConsoleEffect, Stimulus } from '../../screens/console/stimulus.ts';
import { sweepsDirOf } from '../newest-sweep.ts';
import type { Rim } from '../rim.ts';
import { startOptions } from '../start-options.ts';
import { errorWords } from './error-words.ts';
import { giveConsoleOrder } from './give-console-order.ts';
import type { RunsHands } from './runs-hands.ts';
import type { WizardHands } from './wizard-hands.ts';

/** What is done outside of the terminal. */
type Outside = Exclude<ConsoleEffect, { kind: 'quit' | 'suspend' | 'redraw' | 'copy' | 'page' }>;

/** Does what a screen asked for; `tell` hears what came of it. */
export async function carryOut(
  effect: Outside,
  rim: Rim,
  hands: { readonly wizard: WizardHands; readonly runs: RunsHands },
  tell: (stimulus: Stimulus) => void,
): Promise<void> {
  const say = (text: string) => tell({ kind: 'said', text });
  switch (effect.kind) {
    case 'order':
      tell(await giveConsoleOrder(effect, rim, say));
      return;
    case 'view':
      view(effect.path, rim, say);
      return;
    case 'pull':
    case 'clean':
      say(await hands.runs.do(effect).catch(errorWords));
      return;
    case 'take-over': {
      const dir = join(sweepsDirOf(rim.cwd), effect.sweepId);
      const taken = ensureSupervisor(dir, startOptions(rim, true));
      say(await taken.then(({ holder }) => `Taken over: pid ${holder.pid} goes on.`, errorWords));
      return;
    }
    default:
      await hands.wizard.do(effect);
  }
}

/** Opens a file where there is a desktop; on a login node its path is told instead. */
function view(path: string, { env }: Rim, say: (text: string) => void): void {
  const isMac = process.platform === 'darwin';
  if (!isMac && env['DISPLAY'] === undefined && env['WAYLAND_DISPLAY'] === undefined) {
    say(path);
    return;
  }
  const child = spawn(isMac ? 'open' : 'xdg-open', [path], { detached: true, stdio: 'ignore' });
  child.once('error', () => say(path));
  child.unref();
}
