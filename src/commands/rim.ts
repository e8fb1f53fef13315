/** What a command may touch of the outside world; `cli.ts` hands it in. */
export interface Rim {
  readonly version: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Writes a line to standard output. */
  print(line: string): void;
  /** Writes a line to standard error: notes, warnings, progress without a terminal. */
  note(line: string): void;
  /** Standard output is a terminal that may be redrawn (no CI, no TERM=dumb). */
  readonly isTerminal: boolean;
  /** Of the terminal; 80 where there is none. */
  readonly columns: number;
  /** A person reads the output and can answer: both ends are a terminal. */
  readonly canAsk: boolean;
  /** One line from standard input, without its end; empty where the input has ended. */
  ask(question: string): Promise<string>;
  now(): Date;
  /** Aborted by the first interrupt. */
  readonly signal: AbortSignal;
  /** Where `dist/` lies: the bundles of the worker and the supervisor beside the running program. */
  readonly distDir: string;
  /** The code the process ends with unless something is thrown. */
  exitCode: number;
}
