import type { Key, KeyName } from '../key.ts';
import { graphemesOf } from '../text/cut.ts';

/** What has come and is not yet whole. */
export interface ParserState {
  /** The beginning of an escape sequence. */
  readonly pending: string;
  /** What has been pasted so far; null outside of a paste. */
  readonly paste: string | null;
}

export interface Parsed {
  readonly state: ParserState;
  readonly keys: readonly Key[];
}

export const NO_INPUT: ParserState = { pending: '', paste: null };

const ESC = '\u001b';
const PASTE_BEGINS = `${ESC}[200~`;
const PASTE_ENDS = `${ESC}[201~`;
/** What is pasted beyond that is dropped: no field of the console takes so much. */
const LONGEST_PASTE = 65_536;

const CONTROL: Readonly<Record<string, KeyName>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  ' ': 'space',
  '\u007f': 'backspace',
  '\b': 'backspace',
};

/** Final bytes of CSI and SS3 sequences; modifiers are not told apart. */
const BY_LETTER: Readonly<Record<string, KeyName>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
  Z: 'shift-tab',
  M: 'enter',
};

const BY_NUMBER: Readonly<Record<string, KeyName>> = {
  1: 'home',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
};

/**
 * Keys of a terminal's input, however it was cut into packets: a slow line sends several keys in one, or half of one.
 * Sequences that are no keys (replies, mouse, focus) are swallowed.
 */
export function parseKeys(state: ParserState, text: string): Parsed {
  const keys: Key[] = [];
  let { paste } = state;
  let rest = state.pending + text;
  while (rest !== '') {
    if (paste !== null) {
      const end = rest.indexOf(PASTE_ENDS);
      if (end < 0) {
        // The end may be cut in two.
        const kept = partOf(rest, PASTE_ENDS);
        paste = (paste + rest.slice(0, rest.length - kept)).slice(0, LONGEST_PASTE);
        return { state: { pending: rest.slice(rest.length - kept), paste }, keys };
      }
      keys.push({ kind: 'paste', text: (paste + rest.slice(0, end)).slice(0, LONGEST_PASTE) });
      paste = null;
      rest = rest.slice(end + PASTE_ENDS.length);
      continue;
    }
    if (rest[0] === ESC) {
      const length = sequenceLength(rest);
      if (length === null) return { state: { pending: rest, paste }, keys };
      const sequence = rest.slice(0, length);
      rest = rest.slice(length);
      if (sequence === PASTE_BEGINS) paste = '';
      else keys.push(...keysOfSequence(sequence));
      continue;
    }
    const next = rest.indexOf(ESC);
    const plain = next < 0 ? rest : rest.slice(0, next);
    keys.push(...plainKeys(plain));
    rest = rest.slice(plain.length);
  }
  return { state: { pending: '', paste }, keys };
}

/** Nothing more has come for a while: a lone ESC was the key. */
export function flushEscape(state: ParserState): Parsed {
  if (state.paste !== null || state.pending === '') return { state, keys: [] };
  const keys: Key[] = state.pending === ESC ? [{ kind: 'key', name: 'esc' }] : [];
  return { state: NO_INPUT, keys };
}

/** How much of the end of a text could be the beginning of another. */
function partOf(text: string, whole: string): number {
  for (let length = Math.min(text.length, whole.length - 1); length > 0; length--)
    if (text.endsWith(whole.slice(0, length))) return length;
  return 0;
}

/** Of the sequence at the beginning; null while it is not whole. */
function sequenceLength(text: string): number | null {
  const kind = text[1];
  if (kind === undefined) return null;
  if (kind === '[') {
    const [whole] = /^\u001b\[[0-?]*[ -/]*[@-~]/.exec(text) ?? [];
    if (whole !== undefined) return whole.length;
    // What cannot become one is no more than its introducer.
    return /^\u001b\[[0-?]*[ -/]*$/.test(text) ? null : 2;
  }
  if (kind === 'O') return text.length < 3 ? null : 3;
  if (kind === ']' || kind === 'P' || kind === '_' || kind === '^') {
    const [whole] = /^\u001b[\]P_^][^\u0007\u001b]*(?:\u0007|\u001b\\)/.exec(text) ?? [];
    if (whole !== undefined) return whole.length;
    return /^\u001b[\]P_^][^\u0007\u001b]*\u001b?$/.test(text) ? null : 2;
  }
  // Two escs are two keys; Alt and a letter is the letter's key after esc.
  return 1;
}

function keysOfSequence(sequence: string): Key[] {
  if (sequence === ESC) return [{ kind: 'key', name: 'esc' }];
  const [, letter] = /^\u001b(?:\[[\d;]*|O)([A-Za-z])$/.exec(sequence) ?? [];
  const [, number] = /^\u001b\[(\d+)(?:;\d+)?~$/.exec(sequence) ?? [];
  const name =
    letter === undefined
      ? BY_NUMBER[number ?? '']
      : sequence[1] === '[' && letter === 'M'
        ? undefined
        : BY_LETTER[letter];
  return name === undefined ? [] : [{ kind: 'key', name }];
}

function plainKeys(text: string): Key[] {
  const pieces = text.match(/\p{Cc}|\P{Cc}+/gu) ?? [];
  return pieces.flatMap((piece) => graphemesOf(piece).flatMap(keyOfCharacter));
}

function keyOfCharacter(character: string): Key[] {
  const named = CONTROL[character];
  if (named !== undefined) return [{ kind: 'key', name: named }];
  const code = character.codePointAt(0) ?? 0;
  if (code >= 1 && code <= 26)
    return [{ kind: 'key', name: `ctrl-${String.fromCharCode(96 + code)}` }];
  return code < 32 || (code >= 128 && code < 160) ? [] : [{ kind: 'key', name: character }];
}
