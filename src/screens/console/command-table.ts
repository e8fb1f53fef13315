/** Screens of the console, as `Screen.name`. */
export type ScreenName = 'home' | 'wizard' | 'grid' | 'detail' | 'errors' | 'artifacts';

/** A thing that a person can do. Footer, help, command line and `llc config set keys.NAME` are made of this one list. */
export interface CommandSpec {
  /** Keys as a person reads them; the first is shown. A space separates nothing here: one entry, one key. */
  readonly keys: readonly string[];
  /** In the footer. Empty: not shown there. */
  readonly hint: string;
  /** In the help: what it does, in a sentence without a full stop. */
  readonly help: string;
  /** It changes something outside: off in read-only mode. */
  readonly acts?: true;
  /** It may not be bound anew: moving, esc, enter. */
  readonly fixed?: true;
  /** What may stand behind it on the command line. */
  readonly usage?: string;
}

export const COMMANDS = {
  // everywhere
  help: { keys: ['?'], hint: 'help', help: 'what each key does here, and why one is off' },
  palette: { keys: [':'], hint: '', help: 'type a command by its name' },
  copy: {
    keys: ['y'],
    hint: 'copy',
    help: 'copy what the cursor is on: id, path, command or message',
  },
  'next-step': {
    keys: ['.'],
    hint: 'next step',
    help: 'put what would mend this on the command line',
  },
  back: {
    keys: ['esc'],
    hint: 'back',
    help: 'one step back: sheet, filter, marks, screen',
    fixed: true,
  },
  undo: {
    keys: ['u'],
    hint: 'undo',
    help: 'take back a held order, else marks, filter, sort, folds',
    acts: true,
  },
  quit: { keys: ['q', 'd', 'ctrl-c'], hint: 'quit', help: 'leave; jobs go on' },
  suspend: { keys: ['ctrl-z'], hint: '', help: 'stand aside for the shell; fg comes back' },
  redraw: { keys: ['ctrl-l'], hint: '', help: 'draw the screen anew' },
  ascii: { keys: [], hint: '', help: 'draw with ASCII alone, or not' },
  'dismiss-notice': { keys: [], hint: '', help: 'put the notice away' },
  // lists
  up: { keys: ['up', 'k'], hint: '', help: 'up', fixed: true },
  down: { keys: ['down', 'j'], hint: '', help: 'down', fixed: true },
  left: { keys: ['left', 'h'], hint: '', help: 'left', fixed: true },
  right: { keys: ['right', 'l'], hint: '', help: 'right', fixed: true },
  first: { keys: ['g', 'home'], hint: '', help: 'to the first row' },
  last: { keys: ['G', 'end'], hint: '', help: 'to the last row' },
  'page-up': { keys: ['pageup'], hint: '', help: 'a page up' },
  'page-down': { keys: ['pagedown'], hint: '', help: 'a page down' },
  filter: {
    keys: ['/'],
    hint: 'filter',
    help: 'show what matches: hmc !small s3 oom try>1 doubt llc>30; ! inverts',
    usage: 'TEXT',
  },
  'next-match': { keys: ['n'], hint: '', help: 'to the next match' },
  'previous-match': { keys: ['N'], hint: '', help: 'to the match before' },
  mark: { keys: ['space'], hint: 'mark', help: 'mark and go on; acts take the marked ones' },
  'mark-range': { keys: ['v'], hint: '', help: 'mark from here to where the cursor goes' },
  'mark-all': { keys: ['a'], hint: '', help: 'mark all that is shown' },
  enter: { keys: ['enter'], hint: 'open', help: 'open what the cursor is on', fixed: true },
  // home
  new: { keys: ['n'], hint: 'new sweep', help: 'choose a new sweep', acts: true },
  artifacts: { keys: ['A'], hint: 'artifacts', help: 'runs here beside runs where jobs run' },
  clean: { keys: ['D'], hint: 'clean', help: 'remove runs, after showing which', acts: true },
  // wizard
  step: {
    keys: ['1', '2', '3', '4', '5', '6', '7', '8'],
    hint: '',
    help: 'to that step',
    fixed: true,
  },
  summary: { keys: ['S'], hint: 'to the summary', help: 'to the summary' },
  'move-down': { keys: ['J'], hint: '', help: 'one place down in the order' },
  'move-up': { keys: ['K'], hint: '', help: 'one place up in the order' },
  'save-study': {
    keys: ['w'],
    hint: 'save study',
    help: 'write these choices to a study file',
    usage: 'FILE',
  },
  recheck: { keys: ['r'], hint: 'check again', help: 'ask the backend again' },
  // grid
  fold: {
    keys: ['tab'],
    hint: '',
    help: 'fold or unfold the group; on a group’s line all of them',
  },
  sort: {
    keys: ['s'],
    hint: 'sort',
    help: 'sort once by what needs you, state, LLC, error, ESS/s, start, duration',
    usage: 'BY',
  },
  columns: {
    keys: ['c'],
    hint: '',
    help: 'hide the column; none left hidden: show all',
    usage: 'SAMPLER',
  },
  size: { keys: ['z'], hint: '', help: 'cells in full, short or as dots' },
  'next-problem': { keys: ['!'], hint: '', help: 'to the next error, doubt or hold' },
  retry: {
    keys: ['r'],
    hint: 'retry',
    help: 'queue the job again; u takes it back within 8 s',
    acts: true,
    usage: 'mem-gb=N cpus=N timeout-min=N gpu-types=A,B',
  },
  'retry-failed': {
    keys: ['R'],
    hint: 'retry failed',
    help: 'all failures but those that must repeat',
    acts: true,
    usage: 'mem-gb=N cpus=N timeout-min=N gpu-types=A,B',
  },
  recompute: {
    keys: ['F'],
    hint: 'recompute',
    help: 'compute again although the result is there',
    acts: true,
  },
  cancel: { keys: ['x'], hint: 'cancel', help: 'end the job; asks first', acts: true },
  pull: { keys: ['p'], hint: 'pull', help: 'bring the run here', acts: true },
  errors: { keys: ['e'], hint: 'errors', help: 'failures by their cause' },
  report: { keys: ['o'], hint: '', help: 'open the table of results' },
  'take-over': {
    keys: [],
    hint: '',
    help: 'take the sweep from a machine that is gone',
    acts: true,
  },
  // detail
  tab: {
    keys: ['1', '2', '3', '4', '5', '6'],
    hint: 'tab',
    help: 'overview, attempts, error, log, config, diagnostics',
    fixed: true,
  },
  'previous-job': { keys: ['['], hint: '', help: 'the job before' },
  'next-job': { keys: [']'], hint: 'other job', help: 'the job after' },
  follow: { keys: ['f'], hint: 'log', help: 'follow the log' },
  pager: { keys: ['P'], hint: 'pager', help: 'the log in $PAGER' },
  // artifacts
  manifest: { keys: ['i'], hint: 'manifest', help: 'what the run holds, with sizes and sums' },
} as const satisfies Record<string, CommandSpec>;

export type CommandName = keyof typeof COMMANDS;
