import type { LineField } from '../../ui/line-editor.ts';
import type { Question } from './screen.ts';

/** What lies over the lower rows and takes the keys. */
export type Sheet =
  | {
      readonly kind: 'help';
      readonly filter: LineField;
      readonly isTyping: boolean;
      readonly top: number;
    }
  | { readonly kind: 'palette'; readonly field: LineField }
  /** `before`: what was in force, for esc. */
  | { readonly kind: 'filter'; readonly field: LineField; readonly before: string }
  | { readonly kind: 'question'; readonly question: Question; readonly typed: LineField };
