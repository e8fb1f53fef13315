import type { SweepRequest } from '../dispatch/scheduler/sweep-request.ts';
import { eventLine } from './event-line.ts';
import { progressDisplay, progressLines } from './progress-display.ts';
import type { Rim } from './rim.ts';

type Listeners = Required<Pick<SweepRequest, 'onEvent' | 'onLive' | 'onNotice'>>;

/**
 * Shows a sweep while it runs: one line an event, and in a terminal the running jobs below them, redrawn
 * in place. With `quiet` nothing is printed but trouble.
 */
export function watchSweep(rim: Rim, quiet: boolean): { listeners: Listeners; end(): void } {
  const display = rim.isTerminal && !quiet ? progressDisplay(process.stdout) : null;
  const say = (line: string) => (display ? display.say(line) : rim.print(line));
  return {
    listeners: {
      onEvent: (event) => {
        const line = quiet ? null : eventLine(event);
        if (line !== null) say(line);
      },
      onLive: (snapshot, sweep) => display?.show(progressLines(snapshot, sweep)),
      onNotice: (text) => rim.note(text),
    },
    end: () => display?.end(),
  };
}
