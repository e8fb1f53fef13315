/** Into how many parts a batch is cut at most. */
export const MOST_PARTS = 12;

/** What the threads of a team hold in common; can be sent to them. */
export interface TeamMemory {
  /** The engines' numbers. */
  readonly memory: WebAssembly.Memory;
  readonly control: SharedArrayBuffer;
}

/** Work that the part's number and what is in the common memory say all about; returns a sum. */
type PartWork = (task: readonly number[], part: number) => number;

// The words that all threads read, then a board of words a thread, then its parts' sums.
const END = 0;
const DATA = 1;
const FINISHED = 2;
const WAKE = 3;
const HEAD_WORDS = 16;

const TICKET = 0;
const PARTS = 1;
const DONE = 2;
const TASK = 3;
const TASK_WORDS = 5;
const BOARD_WORDS = 16 + 2 * MOST_PARTS;
const SUMS = 16;

/** A ticket is the number of a task, and in these bits how many of its parts nobody has taken. */
const LEFT_BITS = 8;
const LEFT = 2 ** LEFT_BITS - 1;

const PAGE = 65_536;
const MOST_PAGES = 65_536;
const LINE = 64;

/** Looks before a thread sleeps: some tens of microseconds, as an update between two gradients takes. */
const LOOKS = 10_000;

/** A sleeper looks again after so many milliseconds, whatever happens. */
const NAP = 1000;

/**
 * A memory for a team.
 *
 * @param threads how many.
 * @param bytes what their engines will take, about.
 */
export function createTeamMemory(threads: number, bytes: number): TeamMemory {
  const initial = Math.min(MOST_PAGES, Math.ceil(bytes / PAGE) + 1);
  const memory = new WebAssembly.Memory({ initial, maximum: MOST_PAGES, shared: true });
  const control = new SharedArrayBuffer(
    Int32Array.BYTES_PER_ELEMENT * (HEAD_WORDS + threads * BOARD_WORDS),
  );
  // Address 0 is nobody's.
  new Int32Array(control)[END] = 1;
  return { memory, control };
}

/**
 * Threads that share out the parts of a batch. Each has chains of its own, or none; who has nothing left to do in
 * a block of commands takes parts of the others' batches until all have done theirs. Which thread computes a part makes
 * no difference to its numbers.
 */
export class Team {
  readonly memory: WebAssembly.Memory;

  readonly #words: Int32Array;
  readonly #sums: readonly Float64Array[];
  readonly #threads: number;
  readonly #own: number;
  #work: PartWork | null = null;
  #tasks = 0;
  #blocks = 0;

  /** @param own which of the threads this is, from 0. */
  constructor({ memory, control }: TeamMemory, own: number) {
    this.memory = memory;
    this.#words = new Int32Array(control);
    this.#threads = (this.#words.length - HEAD_WORDS) / BOARD_WORDS;
    this.#own = own;
    this.#sums = Array.from({ length: this.#threads }, (_, thread) => {
      const at = Int32Array.BYTES_PER_ELEMENT * (boardOf(thread) + SUMS);
      return new Float64Array(control, at, MOST_PARTS);
    });
  }

  /** Takes cache lines of the common memory for this thread; where they begin. */
  allocate(lines: number): number {
    return LINE * (Atomics.add(this.#words, END, lines) >>> 0);
  }

  /** Data that all threads read: the first writes them, the others wait until it has. Once in a team's life. */
  data(bytes: number, write: (address: number) => void): number {
    if (this.#own === 0) {
      const address = this.allocate(Math.ceil(bytes / LINE));
      write(address);
      Atomics.store(this.#words, DATA, address / LINE);
      Atomics.notify(this.#words, DATA);
      return address;
    }
    while (Atomics.load(this.#words, DATA) === 0) Atomics.wait(this.#words, DATA, 0, NAP);
    return LINE * Atomics.load(this.#words, DATA);
  }

  /** How this thread computes a part; the same in all. */
  set work(work: PartWork) {
    this.#work = work;
  }

  /**
   * Computes all parts of a task, with whoever has time.
   *
   * @param task five 32-bit integers.
   * @returns a sum a part, until the next call.
   */
  share(task: readonly number[], parts: number): Float64Array {
    const words = this.#words;
    const board = boardOf(this.#own);
    task.forEach((word, i) => {
      words[board + TASK + i] = word;
    });
    words[board + PARTS] = parts;
    Atomics.store(words, board + DONE, 0);
    this.#tasks++;
    Atomics.store(words, board + TICKET, (this.#tasks << LEFT_BITS) | parts);
    this.#wake();
    while (this.#takePart(this.#own));
    for (;;) {
      const done = Atomics.load(words, board + DONE);
      if (done === parts) return this.#sums[this.#own];
      this.#await(board + DONE, done);
    }
  }

  /** Ends this thread's part of a block of commands: helps the others until all have ended theirs. */
  finish(): void {
    const words = this.#words;
    this.#blocks++;
    Atomics.add(words, FINISHED, 1);
    this.#wake();
    for (;;) {
      const seen = Atomics.load(words, WAKE);
      let helped = false;
      for (let thread = 0; thread < this.#threads; thread++) {
        if (thread !== this.#own) helped = this.#takePart(thread) || helped;
      }
      if (helped) continue;
      // The difference stays right when the count goes round.
      const missing = (this.#blocks * this.#threads - Atomics.load(words, FINISHED)) | 0;
      if (missing <= 0) return;
      this.#await(WAKE, seen);
    }
  }

  /** Computes a part of a thread's task; false where none is left. */
  #takePart(thread: number): boolean {
    const words = this.#words;
    const board = boardOf(thread);
    const ticket = Atomics.load(words, board + TICKET);
    const left = ticket & LEFT;
    if (left === 0 || this.#work === null) return false;
    const taken = Atomics.compareExchange(words, board + TICKET, ticket, ticket - 1) === ticket;
    // Another was quicker: there may be more.
    if (!taken) return true;
    const part = left - 1;
    const task = Array.from({ length: TASK_WORDS }, (_, i) => words[board + TASK + i] >>> 0);
    this.#sums[thread][part] = this.#work(task, part);
    if (Atomics.add(words, board + DONE, 1) + 1 === words[board + PARTS])
      Atomics.notify(words, board + DONE);
    return true;
  }

  #wake(): void {
    Atomics.add(this.#words, WAKE, 1);
    Atomics.notify(this.#words, WAKE);
  }

  /** Returns when a word is no longer what was seen, or now and then. */
  #await(word: number, seen: number): void {
    for (let look = 0; look < LOOKS; look++) {
      if (Atomics.load(this.#words, word) !== seen) return;
    }
    Atomics.wait(this.#words, word, seen, NAP);
  }
}

function boardOf(thread: number): number {
  return HEAD_WORDS + thread * BOARD_WORDS;
}
