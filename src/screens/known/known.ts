import type { WizardKnown } from '../wizard/wizard-known.ts';
import type { JobFiles } from './job-files.ts';
import type { Loaded } from './loaded.ts';
import type { Stored } from './stored.ts';
import type { SweepOnHome } from './sweep-on-home.ts';
import type { SweepWatched } from './sweep-watched.ts';

/** All that the rim has told the console; screens read it and never change it. */
export interface Known {
  /** Milliseconds since 1970; moves once a second. */
  readonly now: number;
  /** The directory, as a person writes it: `~/study`. */
  readonly folder: string;
  /** Newest first, running ones on top. */
  readonly sweeps: Loaded<readonly SweepOnHome[]>;
  readonly sweep: Loaded<SweepWatched>;
  readonly jobFiles: JobFiles | null;
  readonly stored: Loaded<Stored>;
  readonly wizard: WizardKnown;
  /** Troubles and news that stay until they are put away, newest last. */
  readonly notices: readonly Notice[];
}

export interface Notice {
  /** The same trouble keeps its id, so that put away is put away. */
  readonly id: string;
  readonly text: string;
  /** What to do, with the names of commands: `{retry} goes on.` Default: nothing. */
  readonly next?: string;
}
