import { createEngine, type EngineChoice, isDivisible, teamMemoryFor } from './create-engine.ts';
import type {
  Batch,
  Engine,
  EngineOptions,
  Noise,
  PerChain,
  Posterior,
  SlotRow,
  Slots,
  Vector,
} from './engine.ts';
import type { NativeKernels } from './native/native-kernels.ts';
import { createPlainEngine } from './plain.ts';
import { Team, type TeamMemory } from './team.ts';
import type { ThreadLink } from './thread-link.ts';

interface ThreadedOptions {
  readonly threads: readonly ThreadLink[];
  /** The engine of every thread. */
  readonly choice: EngineChoice;
}

/** How many threads an engine can use. */
export function usableThreads(
  options: EngineOptions & Pick<ThreadedOptions, 'choice'>,
  cores: number,
): number {
  return isDivisible(options, options.choice) ? cores : Math.min(cores, options.chains);
}

/**
 * Spreads the chains of one engine over threads. Operations are recorded and sent when something is
 * read, so that a whole block of steps costs one message a thread; each thread runs them on the chains
 * that are its own, and helps others with their batches when it has none left (`team.ts`). Since randomness is keyed
 * by chain and batches are cut in the same way always, the numbers do not depend on the spread.
 *
 * @param options.threads at least one link, each with `serveThread` at its other end; chains are dealt
 * out in runs of equal length, the first threads taking one more. Threads beyond `usableThreads` are not used.
 */
export function createThreadedEngine(options: EngineOptions & ThreadedOptions): Engine {
  return new ThreadedEngine(options);
}

/** Answers one `createThreadedEngine`: makes the engine of a share of the chains and obeys. */
export function serveThread(link: ThreadLink, native: NativeKernels | null = null): void {
  let share: Share | null = null;
  link.onMessage(async (message) => {
    const request = message as ThreadRequest;
    try {
      if (request.kind === 'open') {
        const { problem, posterior, dtype, choice, from, to } = request;
        const team = request.team === null ? null : new Team(request.team, request.thread);
        const options = { problem, posterior, dtype, chains: to - from };
        share = { engine: createEngine(options, choice, native, team), team, from, to };
        return;
      }
      if (share === null) throw new Error('an engine thread was used before it was opened');
      try {
        obey(share, request.commands);
        const { what } = request;
        const values =
          'vector' in what
            ? await share.engine.read(what.vector)
            : await share.engine.readSlots(what.slots);
        link.send({ id: request.id, values } satisfies ThreadReply);
      } finally {
        share.team?.finish();
      }
    } catch (error) {
      const id = request.kind === 'read' ? request.id : -1;
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      link.send({ id, error: text } satisfies ThreadReply);
    }
  });
}

/** A thread's engine and the chains [from, to) that it holds. */
interface Share {
  readonly engine: Engine;
  readonly team: Team | null;
  readonly from: number;
  readonly to: number;
}

/** Operations that only enqueue, as data: the name and the arguments of the port. */
type Enqueued = Exclude<
  keyof Engine,
  'name' | 'dtype' | 'chains' | 'dim' | 'rows' | 'posterior' | 'read' | 'readSlots'
>;
type Command = {
  [Name in Enqueued]: { readonly name: Name; readonly args: Parameters<Engine[Name]> };
}[Enqueued];

type ThreadRequest =
  | ({
      readonly kind: 'open';
      readonly thread: number;
      readonly from: number;
      readonly to: number;
      readonly team: TeamMemory | null;
    } & Omit<EngineOptions, 'chains'> &
      Pick<ThreadedOptions, 'choice'>)
  | {
      readonly kind: 'read';
      readonly id: number;
      readonly commands: readonly Command[];
      readonly what: { readonly vector: Vector } | { readonly slots: Slots };
    };

type ThreadReply =
  | { readonly id: number; readonly values: Float64Array }
  | { readonly id: number; readonly error: string };

function obey({ engine, from, to }: Share, commands: readonly Command[]): void {
  const cut = new Map<object, unknown>();
  for (const command of commands) {
    if (command.name === 'write') {
      const [into, values] = command.args;
      engine.write(into, values.subarray(from * engine.dim, to * engine.dim));
      continue;
    }
    const args = command.args.map((argument) => ofShare(argument, { from, to, cut }));
    (engine[command.name] as (...args: unknown[]) => unknown)(...args);
  }
}

/**
 * Cuts what holds one entry a chain (numbers, masks, streams, at any depth) to the chains [from, to).
 *
 * @param share.cut what of a message was cut already: its operations have most of their arguments in common.
 */
function ofShare(
  argument: unknown,
  share: { from: number; to: number; cut: Map<object, unknown> },
): unknown {
  if (argument === null || typeof argument !== 'object' || ArrayBuffer.isView(argument)) {
    return argument;
  }
  const known = share.cut.get(argument);
  if (known !== undefined) return known;
  const part = Array.isArray(argument)
    ? argument.slice(share.from, share.to)
    : Object.fromEntries(
        Object.entries(argument).map(([key, value]) => [key, ofShare(value, share)]),
      );
  share.cut.set(argument, part);
  return part;
}

class ThreadedEngine implements Engine {
  readonly name: string;
  readonly dtype: 'float32' | 'float64';
  readonly chains: number;
  readonly dim: number;
  readonly rows: number;
  readonly posterior: Posterior;

  readonly #shares: readonly { readonly link: ThreadLink; readonly chains: number }[];
  #commands: Command[] = [];
  #vectors = 0;
  #slots = 0;
  #reads = 0;
  #waiting: Map<number, { part: (share: number, reply: ThreadReply) => void }> = new Map();
  #broken: Error | null = null;

  constructor(options: EngineOptions & ThreadedOptions) {
    const { problem, posterior, chains, dtype, choice } = options;
    const links = options.threads.slice(0, usableThreads(options, options.threads.length));
    const team = links.length > 1 ? teamMemoryFor(options, choice, links.length) : null;
    const shape = createPlainEngine({ problem, posterior, dtype, chains: 0 });
    this.name = choice.name;
    this.dtype = dtype;
    this.chains = chains;
    this.dim = shape.dim;
    this.rows = shape.rows;
    this.posterior = posterior;
    let from = 0;
    this.#shares = links.map((link, index) => {
      const to = from + Math.floor(chains / links.length) + (index < chains % links.length ? 1 : 0);
      const what = { problem, posterior, dtype, choice };
      const open: ThreadRequest = { kind: 'open', ...what, thread: index, from, to, team };
      link.send(open);
      link.onMessage((message) => this.#receive(index, message as ThreadReply));
      const share = { link, chains: to - from };
      from = to;
      return share;
    });
  }

  vector(): Vector {
    this.#commands.push({ name: 'vector', args: [] });
    return { id: this.#vectors++ };
  }

  slots(count: number): Slots {
    this.#commands.push({ name: 'slots', args: [count] });
    return { id: this.#slots++, count };
  }

  clear(slots: Slots): void {
    this.#commands.push({ name: 'clear', args: [slots] });
  }

  write(into: Vector, values: Float64Array): void {
    this.#commands.push({ name: 'write', args: [into, values.slice()] });
  }

  async read(from: Vector): Promise<Float64Array> {
    const parts = await this.#flush({ vector: from });
    const whole = new Float64Array(this.chains * this.dim);
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  async readSlots(from: Slots): Promise<Float64Array> {
    const parts = await this.#flush({ slots: from });
    const whole = new Float64Array(from.count * this.chains);
    let before = 0;
    parts.forEach((part, index) => {
      const { chains } = this.#shares[index];
      for (let row = 0; row < from.count; row++) {
        const values = part.subarray(row * chains, (row + 1) * chains);
        whole.set(values, row * this.chains + before);
      }
      before += chains;
    });
    return whole;
  }

  copy(from: Vector, into: Vector): void {
    this.#commands.push({ name: 'copy', args: [from, into] });
  }

  copyWhere(mask: readonly boolean[], from: Vector, into: Vector): void {
    this.#commands.push({ name: 'copyWhere', args: [mask, from, into] });
  }

  gradient(position: Vector, gradient: Vector, batch: Batch | null, at?: SlotRow): void {
    const args: Parameters<Engine['gradient']> = at
      ? [position, gradient, batch, at]
      : [position, gradient, batch];
    this.#commands.push({ name: 'gradient', args });
  }

  loss(position: Vector, batch: Batch | null, at: SlotRow): void {
    this.#commands.push({ name: 'loss', args: [position, batch, at] });
  }

  accumulate(...args: Parameters<Engine['accumulate']>): void {
    this.#commands.push({ name: 'accumulate', args });
  }

  deflate(...args: Parameters<Engine['deflate']>): void {
    this.#commands.push({ name: 'deflate', args });
  }

  squareAlong(...args: Parameters<Engine['squareAlong']>): void {
    this.#commands.push({ name: 'squareAlong', args });
  }

  langevin(...args: Parameters<Engine['langevin']>): void {
    this.#commands.push({ name: 'langevin', args });
  }

  kick(momentum: Vector, position: Vector, gradient: Vector, a: PerChain): void {
    this.#commands.push({ name: 'kick', args: [momentum, position, gradient, a] });
  }

  drift(position: Vector, momentum: Vector, a: PerChain, diagonal: Vector | null): void {
    this.#commands.push({ name: 'drift', args: [position, momentum, a, diagonal] });
  }

  refresh(...args: Parameters<Engine['refresh']>): void {
    this.#commands.push({ name: 'refresh', args });
  }

  isokineticKick(...args: Parameters<Engine['isokineticKick']>): void {
    this.#commands.push({ name: 'isokineticKick', args });
  }

  isokineticRefresh(direction: Vector, nu: PerChain, noise: Noise): void {
    this.#commands.push({ name: 'isokineticRefresh', args: [direction, nu, noise] });
  }

  kinetic(momentum: Vector, inverseMass: Vector | null, at: SlotRow): void {
    this.#commands.push({ name: 'kinetic', args: [momentum, inverseMass, at] });
  }

  meters(position: Vector, gradient: Vector, metric: Vector | null, at: SlotRow): void {
    this.#commands.push({ name: 'meters', args: [position, gradient, metric, at] });
  }

  /** Sends what was recorded, then collects each thread's part of the answer, in the threads' order. */
  #flush(what: { vector: Vector } | { slots: Slots }): Promise<readonly Float64Array[]> {
    if (this.#broken) return Promise.reject(this.#broken);
    const commands = this.#commands;
    this.#commands = [];
    const id = this.#reads++;
    return new Promise((resolve, reject) => {
      const parts: Float64Array[] = [];
      let missing = this.#shares.length;
      this.#waiting.set(id, {
        part: (share, reply) => {
          if ('error' in reply) {
            this.#waiting.delete(id);
            reject(new Error(`an engine thread failed: ${reply.error}`));
            return;
          }
          parts[share] = reply.values;
          missing -= 1;
          if (missing === 0) {
            this.#waiting.delete(id);
            resolve(parts);
          }
        },
      });
      for (const { link } of this.#shares) {
        link.send({ kind: 'read', id, commands, what } satisfies ThreadRequest);
      }
    });
  }

  #receive(share: number, reply: ThreadReply): void {
    if ('error' in reply) {
      this.#broken = new Error(`an engine thread failed: ${reply.error}`);
      for (const wait of [...this.#waiting.values()]) wait.part(share, reply);
      return;
    }
    this.#waiting.get(reply.id)?.part(share, reply);
  }
}
