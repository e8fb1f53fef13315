import { fieldOf } from '../../ui/line-editor.ts';
import type { ConsoleState, Place, Screens } from './console-state.ts';
import type { Effect, Step } from './screen.ts';
import { leave, show, withPlace } from './show-place.ts';
import type { ConsoleEffect } from './stimulus.ts';

/** What comes of a stimulus. */
export interface Updated {
  readonly state: ConsoleState;
  readonly effects: readonly ConsoleEffect[];
}

/** Does what a screen's step says. */
export function applyStep(
  screens: Screens,
  before: ConsoleState,
  place: Place,
  step: Step<Place>,
  packet: number,
): Updated {
  let state = withPlace(before, step.state ?? place);
  if (step.say !== undefined) state = { ...state, saying: step.say };
  if (step.back) state = leave(state);
  if (step.open) state = show(screens, state, step.open, 'on top');
  if (step.ask)
    state = {
      ...state,
      sheet: { kind: 'question', question: step.ask, typed: fieldOf('') },
      openedIn: packet,
    };
  if (step.prompt !== undefined)
    state = { ...state, sheet: { kind: 'palette', field: fieldOf(step.prompt) } };
  return send(state, step.effects ?? []);
}

/** Marks what is asked for, so that it is seen at once. */
export function send(state: ConsoleState, effects: readonly Effect[]): Updated {
  const orders = effects.filter((effect) => effect.kind === 'order');
  if (orders.length === 0) return { state, effects };
  const asked = new Map(state.asked);
  let { orderNote } = state;
  for (const { jobs, action, note } of orders) {
    for (const { jobId } of jobs ?? []) asked.set(jobId, action);
    if (action !== 'undo') orderNote = note ?? '';
  }
  return { state: { ...state, asked, orderNote }, effects };
}
