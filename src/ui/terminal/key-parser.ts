import type { Key } from '../key.ts';

/** What of the input is not a whole key yet. */
export interface KeyParserState {
  readonly pending: string;
  /** What has been pasted so far; null outside a paste. */
  readonly paste: string | null;
}

export interface ParsedKeys {
  readonly state: KeyParserState;
  readonly keys: readonly Key[];
}

export const NO_INPUT_YET: KeyParserState = { pending: '', paste: null };

const ESC = '\x1b';
const PASTE_END = `${ESC}[201~`;

/** By the last letter of CSI and SS3 sequences; modifiers are ignored. */
const BY_LETTER: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  M: 'enter',
  Z: 'shift-tab',
};
/** By the number of `CSI n ~`. */
const BY_NUMBER: Readonly<Record<string, string>> = {
  1: 'home',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
};
const BY_CONTROL: Readonly<Record<string, string>> = {
  '\b': 'backspace',
  '\t': 'tab',
  '\n': 'enter',
  '\r': 'enter',
  '\x7f': 'backspace',
  ' ': 'space',
};

/** A piece at the input's head: what it means, and how long it is; null where its end has not come yet. */
type Piece = { readonly length: number; readonly name?: string; readonly paste?: true } | null;

/**
 * Input as keys. A packet may hold several keys or a part of one; what comes is the same however the input is
 * split. Each code point is a key of its own: a combining mark follows its letter. Sequences that mean no key here,
 * such as a terminal's replies and letters with Alt, are swallowed.
 *
 * @param text - decoded by a StringDecoder, which keeps split characters together
 */
export function parseKeys(state: KeyParserState, text: string): ParsedKeys {
  const keys: Key[] = [];
  let { pending, paste } = state;
  pending += text;
  for (;;) {
    if (paste !== null) {
      const end = (paste + pending).indexOf(PASTE_END);
      const all = paste + pending;
      if (end < 0) return { state: { pending: '', paste: all }, keys };
      keys.push({ kind: 'paste', text: all.slice(0, end).replace(/\r\n?/g, '\n') });
      pending = all.slice(end + PASTE_END.length);
      paste = null;
      continue;
    }
    const piece = pending === '' ? null : pieceOf(pending);
    if (piece === null) return { state: { pending, paste }, keys };
    if (piece.name !== undefined) keys.push({ kind: 'key', name: piece.name });
    if (piece.paste === true) paste = '';
    pending = pending.slice(piece.length);
  }
}

/**
 * Nothing has followed for some ten milliseconds: a lone ESC was the key, a sequence that broke off is dropped.
 * A paste goes on.
 */
export function flushEscape(state: KeyParserState): ParsedKeys {
  if (state.paste !== null || state.pending === '') return { state, keys: [] };
  const keys: readonly Key[] = state.pending === ESC ? [{ kind: 'key', name: 'esc' }] : [];
  return { state: NO_INPUT_YET, keys };
}

/** Whether `flushEscape` would change anything: a timer is worth setting. */
export function waitsForMore({ pending, paste }: KeyParserState): boolean {
  return paste === null && pending !== '';
}

function pieceOf(input: string): Piece {
  const first = input[0] as string;
  if (first === ESC) return escapePiece(input);
  const named = BY_CONTROL[first];
  if (named !== undefined) return { length: 1, name: named };
  if (first >= '\x01' && first <= '\x1a') {
    return { length: 1, name: `ctrl-${String.fromCharCode(first.charCodeAt(0) + 96)}` };
  }
  if (first < ' ' || (first >= '\x80' && first <= '\x9f')) return { length: 1 };
  if (/^[\ud800-\udbff]$/.test(input)) return null;
  const name = String.fromCodePoint(input.codePointAt(0) as number);
  return { length: name.length, name };
}

function escapePiece(input: string): Piece {
  const kind = input[1];
  if (kind === undefined) return null;
  if (kind === '[') return controlPiece(input);
  if (kind === 'O') return keypadPiece(input);
  if (']P_^X'.includes(kind)) return stringPiece(input);
  // Escape was pressed before another key that begins with a control character.
  if (kind < ' ') return { length: 1, name: 'esc' };
  if (/^[\ud800-\udbff]$/.test(input.slice(1))) return null;
  return { length: 1 + String.fromCodePoint(input.codePointAt(1) as number).length };
}

/** `ESC [ parameters letter`; the Linux console has `ESC [ [ letter` for F-keys. */
function controlPiece(input: string): Piece {
  if (input[2] === '[') return input.length < 4 ? null : { length: 4 };
  const [, parameters = ''] = /^..([ -?]*)/.exec(input) ?? [];
  const at = 2 + parameters.length;
  const last = input[at];
  if (last === undefined) return null;
  // What stands there cannot end it: the sequence broke off and something else begins.
  if (last < '@' || last > '~') return { length: at };
  const length = at + 1;
  if (last === '~' && parameters === '200') return { length, paste: true };
  const isKey = /^[\d;:]*$/.test(parameters);
  const name = !isKey ? undefined : last === '~' ? BY_NUMBER[number(parameters)] : letter(last);
  return name === undefined ? { length } : { length, name };
}

function number(parameters: string): string {
  return parameters.split(/[;:]/)[0] as string;
}

/** `CSI M` is no Enter but a mouse that nobody asked for. */
function letter(last: string): string | undefined {
  return last === 'M' ? undefined : BY_LETTER[last];
}

/** `ESC O letter`, on some terminals with a modifier's digit between. */
function keypadPiece(input: string): Piece {
  const [, digits = ''] = /^..([\d;]*)/.exec(input) ?? [];
  const last = input[2 + digits.length];
  if (last === undefined) return null;
  if (last < '@' || last > '~') return { length: 2 + digits.length };
  const length = 3 + digits.length;
  const name = last === 'Z' ? undefined : BY_LETTER[last];
  return name === undefined ? { length } : { length, name };
}

/** `ESC ] text BEL`, `ESC P text ESC \`: what a terminal answers. */
function stringPiece(input: string): Piece {
  const bell = input.indexOf('\x07', 2);
  const end = input.indexOf(`${ESC}\\`, 2);
  if (bell < 0 && end < 0) return null;
  return end < 0 || (bell >= 0 && bell < end) ? { length: bell + 1 } : { length: end + 2 };
}
