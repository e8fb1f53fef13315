import type { Key } from '../../ui/key.ts';
import { applyStep, type Updated } from './apply-step.ts';
import {
  type ConsoleState,
  contextOf,
  isTooSmall,
  type Screens,
  settledPlace,
} from './console-state.ts';
import { give } from './give-command.ts';
import { answerText } from './order-words.ts';
import { pressOnSheet } from './press-on-sheet.ts';
import { show } from './show-place.ts';
import type { ConsoleEffect, OrderEffect, Stimulus } from './stimulus.ts';

/** The console after a stimulus, and what it wants done. A function of values: the rim does the rest. */
export function update(screens: Screens, state: ConsoleState, stimulus: Stimulus): Updated {
  switch (stimulus.kind) {
    case 'key':
      return press(screens, state, stimulus);
    case 'resized':
      return { state: { ...state, columns: stimulus.columns, rows: stimulus.rows }, effects: [] };
    case 'known':
      return { state: { ...state, known: { ...state.known, ...stimulus.known } }, effects: [] };
    case 'said':
      return { state: { ...state, saying: stimulus.text }, effects: [] };
    case 'answered': {
      const text = answerText(stimulus.order.action, stimulus.answer);
      return {
        state: { ...withoutAsked(state, stimulus.order), saying: text || null },
        effects: [],
      };
    }
    case 'unheard':
      return {
        state: { ...withoutAsked(state, stimulus.order), saying: stimulus.why },
        effects: [],
      };
    case 'opened':
      return { state: show(screens, state, stimulus.opening, 'instead'), effects: [] };
  }
}

function withoutAsked(state: ConsoleState, { jobs }: OrderEffect): ConsoleState {
  const asked = new Map(state.asked);
  for (const { jobId } of jobs ?? []) asked.delete(jobId);
  return { ...state, asked };
}

function press(
  screens: Screens,
  before: ConsoleState,
  { key, at, packet }: Extract<Stimulus, { kind: 'key' }>,
): Updated {
  const state: ConsoleState = { ...before, saying: null, seenUpTo: at };
  if (isKey(key, 'ctrl-c')) return { state, effects: [{ kind: 'quit' }] };
  if (isKey(key, 'ctrl-z')) return { state, effects: [{ kind: 'suspend' }] };
  if (isKey(key, 'ctrl-l')) return { state, effects: [{ kind: 'redraw' }] };
  if (isTooSmall(state)) return { state, effects: quitOnQ(key) };
  if (state.sheet !== null) return pressOnSheet(screens, state, state.sheet, key, packet);
  const context = contextOf(state);
  const place = settledPlace(screens, state, context);
  const { screen } = screens[place.screen];
  const typed = screen.type?.(place, key, context) ?? null;
  if (typed !== null) return applyStep(screens, state, place, typed, packet);
  if (key.kind === 'paste') return say(state, 'Pasted text ignored: no field is open.');
  const name = state.bindings.commandOf(key.name, screen.commands);
  if (name === null) return say(state, `${keyText(key.name)} does nothing here. ? lists the keys.`);
  // Of a command with several keys the screen may want to know which: steps, tabs.
  return give(screens, state, { name, options: {}, words: [key.name] }, packet);
}

function quitOnQ(key: Key): readonly ConsoleEffect[] {
  return isKey(key, 'q') || isKey(key, 'd') ? [{ kind: 'quit' }] : [];
}

function isKey(key: Key, name: string): boolean {
  return key.kind === 'key' && key.name === name;
}

function say(state: ConsoleState, saying: string): Updated {
  return { state: { ...state, saying }, effects: [] };
}

function keyText(name: string): string {
  return name === 'space' ? 'Space' : name;
}
