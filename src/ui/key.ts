/**
 * One key as a person thinks of it: a printable character is itself (`r`, `R`, `/`, `模`), others have names.
 * Pasted text comes as one key of kind `paste`, so that no letter of it acts.
 */
export type Key =
  | { readonly kind: 'key'; readonly name: KeyName | (string & {}) }
  | { readonly kind: 'paste'; readonly text: string };

export type KeyName =
  | 'enter'
  | 'esc'
  | 'tab'
  | 'shift-tab'
  | 'space'
  | 'backspace'
  | 'delete'
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'pageup'
  | 'pagedown'
  | 'home'
  | 'end'
  | 'ctrl-a'
  | 'ctrl-c'
  | 'ctrl-d'
  | 'ctrl-e'
  | 'ctrl-k'
  | 'ctrl-l'
  | 'ctrl-u'
  | 'ctrl-w'
  | 'ctrl-z';
