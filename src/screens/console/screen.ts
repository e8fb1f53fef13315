import type { Resources } from '../../dispatch/job/job-spec.ts';
import type { OrderAction, SeenJob } from '../../dispatch/orders/order.ts';
import type { Key } from '../../ui/key.ts';
import type { Line } from '../../ui/line.ts';
import type { Theme } from '../../ui/theme.ts';
import type { Known } from '../known/known.ts';
import type { Choices } from '../wizard/last-choices.ts';
import type { CommandName, ScreenName } from './command-table.ts';

/**
 * The contract of a screen: state, keys and view, all functions of values. A screen reads what is known and says what
 * it wants; it knows no other screen, no backend, no file, no clock.
 *
 * @typeParam S - its state, plain and never changed in place; `screen` names it
 */
export interface Screen<S extends { readonly screen: ScreenName }> {
  readonly name: ScreenName;
  /** Its commands in the order of the footer; `FOOTER` ones first come, first shown. */
  readonly commands: readonly CommandName[];
  /** What a command does here. */
  act(state: S, command: Command, context: Context): Step<S>;
  /** Why a command is off here now, in a sentence; null where it can be given. */
  off(state: S, command: CommandName, context: Context): string | null;
  /**
   * A field of the screen is open and takes the key; null where none is and the key means a command.
   * Default: no fields.
   */
  type?(state: S, key: Key, context: Context): Step<S> | null;
  /** What has become known may move what was chosen: called before each view and act. Default: nothing does. */
  settle?(state: S, context: Context): S;
  /** What the footer says instead of the table's word: `retry 2`. Default, or null: the table's. */
  hintOf?(state: S, command: CommandName, context: Context): string | null;
  /** As it was before its last change that can be taken back at any time; null where there is none. Default: none. */
  undo?(state: S): S | null;
  /** The job whose files are shown; `aside` where they are looked at in passing. Default: none. */
  jobShown?(state: S, context: Context): JobShown | null;
  /** The text in force of the filter prompt. Default: no filter. */
  filterOf?(state: S): string;
  /**
   * What it shows, `context.rows` rows at most; the message line and the footer are not among them. Null where it is
   * drawn with components (`VIEWS`).
   */
  readonly lines: ((state: S, context: Context) => readonly Line[]) | null;
  /** What the message line says of where the cursor is. */
  message(state: S, context: Context): Line;
  /** For the terminal's title, without the program's name. */
  title(state: S, context: Context): string;
}

export interface JobShown {
  readonly jobId: string;
  readonly aside: boolean;
}

/** A command as given: by its key, by its name on the command line, with what stands behind it there. */
export interface Command {
  readonly name: CommandName;
  /** `mem-gb=32` of `:retry mem-gb=32`; empty by key. */
  readonly options: Readonly<Record<string, string>>;
  /** Words that are no options; of the filter prompt its whole text. */
  readonly words: readonly string[];
}

/** What a screen may look at. */
export interface Context {
  readonly known: Known;
  readonly theme: Theme;
  readonly columns: number;
  /** Rows that are the screen's own. */
  readonly rows: number;
  readonly readOnly: boolean;
  /** What was asked for and not yet told by the journal, by job: shown as `» retry`. */
  readonly asked: ReadonlyMap<string, OrderAction>;
  /** Milliseconds since 1970 of the last key: what ended later is bold. */
  readonly seenUpTo: number;
  /** The key that a command is bound to, for texts that name it. */
  keyOf(command: CommandName): string;
}

/** What comes of a key. */
export interface Step<S> {
  /** Default: as it was. */
  readonly state?: S;
  readonly effects?: readonly Effect[];
  /** Goes to another screen, which esc leaves again. */
  readonly open?: Opening;
  /** Leaves this screen. */
  readonly back?: boolean;
  /** Said in the message line until the next key. */
  readonly say?: string;
  /** Asks before it does something. */
  readonly ask?: Question;
  /** Puts a text on the command line, for the person to send. */
  readonly prompt?: string;
}

/** Which screen to open, with what it must be told. */
export type Opening =
  | { readonly screen: 'home' }
  | { readonly screen: 'wizard' }
  /** `only`: of a group of failures, its jobs. */
  | {
      readonly screen: 'grid';
      readonly sweepId: string;
      readonly cursor?: string;
      readonly only?: readonly string[];
    }
  | { readonly screen: 'detail'; readonly sweepId: string; readonly jobId: string }
  | { readonly screen: 'errors'; readonly sweepId: string }
  | { readonly screen: 'artifacts'; readonly sweepId: string | null };

/** A sheet that asks. Enter is never yes. */
export interface Question {
  /** `Cancel` in the rule. */
  readonly title: string;
  readonly lines: readonly Line[];
  /** What must be typed: `y`, or a number and enter. */
  readonly answer:
    | { readonly kind: 'letter' }
    | { readonly kind: 'number'; readonly number: number };
  /** `cancel them`, `keep them`. */
  readonly yes: string;
  readonly no: string;
  /** What happens then. */
  readonly effects: readonly Effect[];
}

/** What the rim shall do. It answers by news (`known`), by a toast or by a message. */
export type Effect =
  | {
      readonly kind: 'order';
      readonly sweepId: string;
      readonly action: OrderAction;
      readonly jobs: readonly SeenJob[] | null;
      readonly resources?: Partial<Resources>;
      readonly noSkip?: boolean;
      /** Can be taken back for some seconds. */
      readonly isHeld: boolean;
      /** Added to the toast: `1 diverged left out: the same seed fails the same way.` */
      readonly note?: string;
    }
  /** To the clipboard of the person's own machine. */
  | { readonly kind: 'copy'; readonly text: string }
  /** In `$PAGER`, the console standing aside. */
  | { readonly kind: 'page'; readonly path: string }
  /** With the system's own program, or by copying its path where there is none. */
  | { readonly kind: 'view'; readonly path: string }
  /** Pulls runs that no sweep on the screen has asked for. */
  | { readonly kind: 'pull'; readonly runIds: readonly string[] }
  | {
      readonly kind: 'clean';
      readonly where: 'here' | 'there' | 'both';
      readonly runIds: readonly string[];
    }
  /** Starts the wizard's sweep and opens its grid; a refusal comes back to the wizard. */
  | {
      readonly kind: 'start';
      readonly flags: readonly string[];
      readonly choices: Choices;
    }
  /** `again`: a person asks, who may be asked in turn for the passphrase of a key. */
  | { readonly kind: 'check'; readonly flags: readonly string[]; readonly again: boolean }
  | { readonly kind: 'discover'; readonly backend: string; readonly again: boolean }
  | { readonly kind: 'plan'; readonly flags: readonly string[] }
  | { readonly kind: 'save-study'; readonly path: string; readonly flags: readonly string[] }
  | { readonly kind: 'load-study'; readonly path: string }
  | { readonly kind: 'take-over'; readonly sweepId: string };
