import { mlpLayout } from '../../targets/mlp-layout.ts';
import type { MlpProblem } from '../../targets/problem.ts';
import { isDirect } from '../network-shape.ts';
import type { Arena } from '../wasm/arena.ts';
import type { Lanes } from '../wasm/assembler/lanes.ts';
import type { Kernels } from '../wasm/compile.ts';
import { LINE, panelBytes } from '../wasm/kernels/panels.ts';
import { WORDS_AT_ONCE } from '../wasm/kernels/philox.ts';

/** What the addon of `addon.c` has for one instruction set. */
export interface NativeKernels {
  readonly instructions: 'avx2' | 'avx512';
  readonly float32: NativeFunctions;
  readonly float64: NativeFunctions;
}

/** What an engine with native kernels is called: other vectors add up in another order. */
export type NativeName = `native-${NativeKernels['instructions']}`;

export function nativeName({ instructions }: NativeKernels): NativeName {
  return `native-${instructions}`;
}

/** Functions of a memory's bytes, addresses in it and lengths; `addon.c` tells their arguments. */
type NativeFunctions = Readonly<
  Record<
    'product' | 'weightGradient' | 'biasGradient' | 'normals',
    (memory: Uint8Array, ...words: number[]) => void
  >
>;

/** What becomes of a sum, as `kernels.h` numbers it. */
const FINISH = { bare: 0, times: 1, relu: 2 } as const;

/** Units whose weights a product copies at once, at most. */
const MOST_UNITS = 12;

/** `rng/stream.ts` keeps kinds of numbers apart by these. */
const NORMAL_DOMAIN = 2;

/**
 * The emitted kernels, those of products, gradients and normals replaced by native ones. The memory is the
 * same, so that either can follow the other.
 */
export function withNativeKernels(
  kernels: Kernels,
  native: NativeKernels,
  { network, lanes, arena }: { network: MlpProblem | null; lanes: Lanes; arena: Arena },
): Kernels {
  const functions = lanes.size === 4 ? native.float32 : native.float64;
  let bytes = new Uint8Array(arena.memory.buffer);
  const call =
    (name: keyof NativeFunctions) =>
    (...words: number[]) => {
      // Growth leaves a view without its memory.
      if (bytes.buffer !== arena.memory.buffer) bytes = new Uint8Array(arena.memory.buffer);
      functions[name](bytes, ...words);
      return 0;
    };
  const normals = call('normals');
  return {
    ...kernels,
    ...(network === null ? {} : networkKernels(kernels, network, lanes, arena, call)),
    normals: (into, turns, ...stream) =>
      normals(into, WORDS_AT_ONCE * turns, ...stream, NORMAL_DOMAIN),
  };
}

function networkKernels(
  kernels: Kernels,
  network: MlpProblem,
  { size }: Lanes,
  arena: Arena,
  call: (name: keyof NativeFunctions) => Kernels[string],
): Kernels {
  const { widths, bias, activation, layernorm } = network;
  const { layers } = mlpLayout(widths, bias);
  const copy = arena.allocate(MOST_UNITS * Math.max(...widths) * size);
  const [product, weightGradient, biasGradient] = [
    call('product'),
    call('weightGradient'),
    call('biasGradient'),
  ];
  const panel = (units: number) => panelBytes(units) / size;
  const native: Record<string, Kernels[string]> = {};
  layers.forEach(({ inputs, outputs }, l) => {
    const shape = [outputs, inputs, inputs, 1, panel(inputs), panel(outputs)];
    const forward =
      (finish: number, keep: boolean): Kernels[string] =>
      (weights, offsets, input, panels, _copy, result, slopes = 0) =>
        product(weights, offsets, input, panels, copy, result, keep ? slopes : 0, ...shape, finish);
    const bare = forward(FINISH.bare, false);
    if (l === layers.length - 1 || layernorm) {
      native[`forward${l}`] = bare;
      native[`forwardOnly${l}`] = bare;
    } else if (activation === 'relu' || activation === 'identity') {
      const finish = activation === 'relu' ? FINISH.relu : FINISH.bare;
      native[`forward${l}`] = forward(finish, true);
      native[`forwardOnly${l}`] = forward(finish, false);
    } else {
      const lines = (panels: number) => (panels * panelBytes(outputs)) / LINE;
      for (const [name, activate] of [
        ['forward', 'activate'],
        ['forwardOnly', 'activateOnly'],
      ]) {
        native[`${name}${l}`] = (weights, offsets, input, panels, unused, result, slopes = 0) => {
          bare(weights, offsets, input, panels, unused, result);
          return kernels[activate](result, result, slopes, lines(panels));
        };
      }
    }
    const steps = [panel(outputs), panel(inputs)];
    native[`weights${l}`] = (delta, input, into, panels) =>
      weightGradient(delta, input, into, panels, outputs, inputs, ...steps);
    if (bias) {
      native[`bias${l}`] = (delta, into, panels) =>
        biasGradient(delta, 0, into, panels, outputs, 0, ...steps);
    }
    if (l === 0) return;
    const transposed = [inputs, outputs, 1, inputs, panel(outputs), panel(inputs)];
    const finish = isDirect(network) ? FINISH.times : FINISH.bare;
    native[`inputs${l}`] = (weights, _none, delta, panels, _copy, into) =>
      product(weights, 0, delta, panels, copy, into, 0, ...transposed, finish);
  });
  return native;
}
