import { homedir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Instance } from 'ink';
import type { SweepEvent } from '../../dispatch/journal/events.ts';
import type { Bindings } from '../../screens/console/bindings.ts';
import { type ConsoleState, contextOf, placeOf } from '../../screens/console/console-state.ts';
import { frameRows } from '../../screens/console/frame-rows.ts';
import type { Opening } from '../../screens/console/screen.ts';
import { SCREENS } from '../../screens/console/screens.ts';
import type { ConsoleEffect, Stimulus } from '../../screens/console/stimulus.ts';
import { update } from '../../screens/console/update.ts';
import type { Known } from '../../screens/known/known.ts';
import { loadedValue } from '../../screens/known/loaded.ts';
import type { SweepWatched } from '../../screens/known/sweep-watched.ts';
import { sinceYouLeft } from '../../screens/sweep/since-you-left.ts';
import type { WizardKnown } from '../../screens/wizard/wizard-known.ts';
import { screenPainter } from '../../ui/terminal/screen-painter.ts';
import { terminalSession } from '../../ui/terminal/terminal-session.ts';
import type { Theme } from '../../ui/theme.ts';
import type { Rim } from '../rim.ts';
import { unlockKeys } from '../unlock-keys.ts';
import { carryOut } from './carry-out-effect.ts';
import { consoleStore } from './console-store.ts';
import { firstState } from './first-state.ts';
import { lookAround } from './look-around.ts';
import { pageFile } from './page-file.ts';
import { keepSupervisor } from './supervisor-keeper.ts';
import type { SweepLook } from './sweep-watch.ts';
import { listenToKeys } from './terminal-input.ts';
import type { Visits } from './visits.ts';
import { wizardHands } from './wizard-hands.ts';

/** How a console is opened. */
export interface ConsoleStart {
  /** The screens on top of each other, the last shown. Not empty. */
  readonly openings: readonly Opening[];
  readonly bindings: Bindings;
  readonly theme: Theme;
  readonly readOnly: boolean;
  /** Bell and notification when a sweep ends or needs somebody. */
  readonly attention: boolean;
  /** Leaves by itself when the sweep has ended, as a command does. */
  readonly endsWithSweep: boolean;
  readonly wizard: WizardKnown;
  /** When the person last left each sweep. */
  readonly visits: Visits;
}

/** How it was left. */
export interface ConsoleEnd {
  /** The sweep that was watched last; null where none was. */
  readonly watched: SweepWatched | null;
}

const LOOK_EVERY_MS = 200;
const TITLE_EVERY_MS = 10_000;
const STDOUT = 1;

/**
 * The console in the terminal, until the person leaves, a signal comes or it fails. Whatever happens, the terminal is
 * given back as it was, and jobs go on.
 *
 * @throws what a screen threw while it was drawn, with the terminal restored
 */
export async function runConsole(start: ConsoleStart, rim: Rim): Promise<ConsoleEnd> {
  const { stdin, stdout } = process;
  const session = terminalSession(STDOUT, rim.env);
  const painter = screenPainter(stdout);
  const left = new AbortController();
  const ending = AbortSignal.any([left.signal, rim.signal]);
  let failure: unknown = null;
  /** The journal has told something, not only time and progress. */
  let hasHappened = false;
  const store = consoleStore(
    firstState(SCREENS, {
      ...start,
      columns: stdout.columns,
      rows: stdout.rows,
      now: rim.now().getTime(),
      folder: homely(rim.cwd),
    }),
    rowsOf,
  );
  let mode: 'alternate' | 'inline' | null = null;

  function fail(error: unknown): void {
    failure ??= error;
    left.abort();
  }

  function rowsOf(state: ConsoleState): readonly string[] | null {
    try {
      return frameRows(SCREENS, state);
    } catch (error) {
      fail(error);
      return [];
    }
  }

  /** The wizard stands on the normal screen, all else on the alternate one. */
  function chooseScreen(): void {
    const wanted = placeOf(store.state).screen === 'wizard' ? 'inline' : 'alternate';
    if (wanted === mode) return;
    mode = wanted;
    session.enter(wanted);
    painter.use(wanted);
  }

  function tell(stimulus: Stimulus): void {
    if (ending.aborted) return;
    try {
      const { state, effects } = update(SCREENS, store.state, stimulus);
      store.set(state, stimulus.kind !== 'known' ? 'now' : hasHappened ? 'soon' : 'later');
      hasHappened = false;
      chooseScreen();
      for (const effect of effects) act(effect);
      const place = placeOf(state);
      // Asking tells that it is asked, and that tells of the next.
      const [want] = SCREENS[place.screen].wants?.(place, state.known) ?? [];
      if (want !== undefined) act(want);
    } catch (error) {
      fail(error);
    }
  }

  function act(effect: ConsoleEffect): void {
    switch (effect.kind) {
      case 'quit':
        left.abort();
        break;
      case 'suspend':
        void standAside(stopped);
        break;
      case 'redraw':
        painter.redraw();
        break;
      case 'copy':
        session.copy(effect.text);
        tell({ kind: 'said', text: 'Copied. If paste is empty, your terminal has OSC 52 off.' });
        break;
      case 'page':
        void standAside(async () => {
          const why = await pageFile(effect.path, rim);
          if (why !== null) tell({ kind: 'said', text: why });
        });
        break;
      default:
        void carryOut(effect, rim, { wizard, runs: around.runs }, tell).catch(fail);
    }
  }

  /** Gives the terminal to somebody else for a while. */
  async function standAside(meanwhile: () => Promise<void>): Promise<void> {
    input.pause();
    session.leave();
    painter.pause();
    mode = null;
    try {
      await meanwhile();
    } finally {
      input.resume();
      chooseScreen();
      painter.redraw();
    }
  }

  function attend(text: string): void {
    if (start.attention) session.attention(text);
  }

  /** What has happened since the person left it. */
  function greet({ sweep, sweepId }: SweepWatched): void {
    const leftAt = start.visits[sweepId];
    if (leftAt === undefined) return;
    const [key = '!'] = start.bindings.keysOf('next-problem');
    const text = sinceYouLeft(sweep, leftAt, key);
    if (text !== null) tell({ kind: 'said', text });
  }

  function onLook({ watched, events }: SweepLook): void {
    hasHappened ||= events.length > 0;
    if (loadedValue(store.state.known.sweep)?.sweepId !== watched.sweepId) {
      greet(watched);
      return;
    }
    for (const event of events) {
      const text = attentionText(watched, event);
      if (text !== null) attend(text);
    }
  }

  const keeper = start.readOnly
    ? null
    : keepSupervisor(rim, (text) => tell({ kind: 'said', text }));
  const around = lookAround(rim, keeper, onLook);
  const unlock = (ssh: string) => unlockKeys({ backend: 'submitit', ssh }, rim, standAside);
  const wizard = wizardHands(rim, () => store.state.known.wizard, tell, unlock);
  chooseScreen();
  const input = listenToKeys(stdin, (key, packet) =>
    tell({ kind: 'key', key, packet, at: rim.now().getTime() }),
  );
  const onResize = () => tell({ kind: 'resized', columns: stdout.columns, rows: stdout.rows });
  stdout.on('resize', onResize);
  stdin.on('end', () => left.abort());
  // What there is to show is in the first frame: it costs less than two.
  const ink = await firstLook().then(draw).catch(fail);

  async function firstLook(): Promise<void> {
    tell({ kind: 'known', known: await around.look(store.state) });
    store.flush();
  }

  async function draw(): Promise<Instance> {
    // Painted before Ink is loaded, which takes as long as all until here.
    painter.paint(store.get().rows ?? []);
    const { drawConsole } = await import('./draw-console.tsx');
    const instance = drawConsole(store, painter.stream, stdin);
    void instance.waitUntilExit().catch(fail);
    return instance;
  }

  let titledAt = Number.NEGATIVE_INFINITY;
  function putTitle(): void {
    if (performance.now() - titledAt < TITLE_EVERY_MS) return;
    titledAt = performance.now();
    const { screen } = SCREENS[placeOf(store.state).screen];
    session.title(`llc ${screen.title(placeOf(store.state), contextOf(store.state))}`.trim());
  }

  try {
    let second = 0;
    while (!ending.aborted) {
      const news: Partial<Known> = await around.look(store.state);
      const now = rim.now().getTime();
      const isTick = Math.floor(now / 1000) !== second;
      second = Math.floor(now / 1000);
      if (isTick || Object.keys(news).length > 0) tell({ kind: 'known', known: { now, ...news } });
      putTitle();
      const watched = loadedValue(store.state.known.sweep);
      if (start.endsWithSweep && watched !== null && isOver(watched)) break;
      await delay(LOOK_EVERY_MS, undefined, { signal: ending }).catch(() => {});
    }
  } catch (error) {
    fail(error);
  } finally {
    store.stop();
    stdout.off('resize', onResize);
    input.end();
    ink?.unmount();
    painter.pause();
    session.restore();
  }
  if (failure !== null) throw failure;
  return { watched: loadedValue(store.state.known.sweep) };
}

/** `~/study`. */
function homely(path: string): string {
  const home = homedir();
  return path === home || path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

/** Until the shell says `fg`. */
async function stopped(): Promise<void> {
  const back = new Promise<void>((resolve) => process.once('SIGCONT', () => resolve()));
  process.kill(process.pid, 'SIGTSTP');
  await back;
}

/** Nothing more is written: the lock goes back when the tables are. */
function isOver({ sweep, supervisor }: SweepWatched): boolean {
  return sweep.ended !== null && supervisor.standing === 'none';
}

/** What calls somebody who looks elsewhere; null for most events. */
function attentionText({ sweepId, sweep }: SweepWatched, event: SweepEvent): string | null {
  if (event.kind === 'sweep_ended') {
    const { size } = sweep.byState.error;
    const errors = size === 0 ? 'no errors' : size === 1 ? '1 error' : `${size} errors`;
    return `${sweepId} ended: ${errors}`;
  }
  if (event.kind === 'sweep_paused') return `${sweepId} needs you: ${event.failure.error}`;
  return null;
}
