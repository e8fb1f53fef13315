import type { Engine, Slots, Vector } from '../engines/engine.ts';
import { readRows, type SlotRows } from './standing.ts';

/** One recorded draw as it was read: the rows that were put into its slots, and its position if kept. */
export interface ReadDraw {
  readonly transition: number;
  /** Counted from the draw's first. */
  readonly rows: SlotRows;
  readonly position: Float64Array | null;
}

const DRAWS = 32;
const KEPT_POSITIONS = 16;
/** Numbers that waiting positions may take, where there is more than one. */
const KEPT_NUMBERS = 2 ** 22;

/** Gathers recorded draws in the engine, so that many of them are read at once. */
export class DrawBlock {
  readonly slots: Slots;
  readonly #engine: Engine;
  readonly #rows: number;
  readonly #kept: Vector[] = [];
  readonly #mostKept: number;
  #waiting: { readonly transition: number; readonly kept: Vector | null }[] = [];
  #keptNow = 0;

  /** @param rows of slots that a draw takes. */
  constructor(engine: Engine, rows: number) {
    this.#engine = engine;
    this.#rows = rows;
    this.slots = engine.slots(DRAWS * rows);
    const fitting = Math.floor(KEPT_NUMBERS / (engine.chains * engine.dim));
    this.#mostKept = Math.max(1, Math.min(KEPT_POSITIONS, fitting));
  }

  get full(): boolean {
    return this.#waiting.length === DRAWS || this.#keptNow === this.#mostKept;
  }

  /** The first of the rows that belong to the draw that `add` is called for next. */
  get nextRow(): number {
    return this.#waiting.length * this.#rows;
  }

  /** Enqueues a draw whose rows were filled. Not to be called when full. */
  add(transition: number, position: Vector | null): void {
    this.#waiting.push({ transition, kept: position === null ? null : this.#keep(position) });
  }

  /** Waits for all that was enqueued and empties the block. */
  async take(): Promise<readonly ReadDraw[]> {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#keptNow = 0;
    const rows = await readRows(this.#engine, this.slots);
    const draws: ReadDraw[] = [];
    for (const [index, { transition, kept }] of waiting.entries()) {
      const position = kept === null ? null : await this.#engine.read(kept);
      draws.push({ transition, rows: (row) => rows(index * this.#rows + row), position });
    }
    return draws;
  }

  #keep(position: Vector): Vector {
    if (this.#keptNow === this.#kept.length) this.#kept.push(this.#engine.vector());
    const kept = this.#kept[this.#keptNow];
    this.#keptNow += 1;
    this.#engine.copy(position, kept);
    return kept;
  }
}
