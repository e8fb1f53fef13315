import { type Instance, render } from 'ink';
import { ConsoleView } from '../../screens/console/console-view.tsx';
import { SCREENS } from '../../screens/console/screens.ts';
import type { PublishedStore } from './console-store.ts';

/** Draws the console with Ink, which hands whole frames to the painter's stream. */
export function drawConsole(
  store: PublishedStore,
  stdout: NodeJS.WriteStream,
  stdin: NodeJS.ReadStream,
): Instance {
  return render(<ConsoleView screens={SCREENS} store={store} />, {
    stdout,
    stdin,
    debug: true,
    interactive: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
}
