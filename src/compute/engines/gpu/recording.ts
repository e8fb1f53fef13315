/** A program in WGSL, `main` its entry point. */
export interface Shader {
  readonly code: string;
  /** A letter a buffer, from binding 1 on: r where it is read, w where it is written. */
  readonly access: string;
}

/** A shader that is ready to run. */
export interface Kernel {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  readonly id: number;
}

/** A buffer of the device, and a name for it. */
export interface DeviceBuffer {
  readonly id: number;
  readonly buffer: GPUBuffer;
}

/** Words of a dispatch: whole numbers, and numbers of singles that `single` marks. */
export type Word = number | { readonly single: number };

/** Marks a number that is no whole one. */
export function single(value: number): Word {
  return { single: value };
}

/** As many dispatches are handed over at once: about a hundred steps of a sampler. */
const MOST_DISPATCHES = 1000;

/** What every adapter can begin a binding at. */
const ALIGNMENT = 256;

/**
 * Dispatches are recorded, and handed over many at a time or when something is read: recording one takes some microseconds,
 * handing over hundreds.
 */
export class Recording {
  readonly device: GPUDevice;
  readonly #kernels = new Map<string, Kernel>();
  readonly #groups = new Map<string, GPUBindGroup>();
  readonly #buffers: GPUBuffer[] = [];
  readonly #stride: number;
  readonly #words: GPUBuffer;
  readonly #staged: ArrayBuffer;
  readonly #wholes: Uint32Array<ArrayBuffer>;
  readonly #singles: Float32Array<ArrayBuffer>;
  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #count = 0;

  /** @param mostWords words that a dispatch has at most. */
  constructor(device: GPUDevice, mostWords: number) {
    this.device = device;
    // The last word stays 0 (see `shaders/numbers.ts`).
    this.#stride = Math.ceil((4 * (mostWords + 1)) / ALIGNMENT) * ALIGNMENT;
    const size = MOST_DISPATCHES * this.#stride;
    this.#staged = new ArrayBuffer(size);
    this.#wholes = new Uint32Array(this.#staged);
    this.#singles = new Float32Array(this.#staged);
    this.#words = device.createBuffer({
      size,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
    });
  }

  /** A new buffer of zeros. */
  buffer(bytes: number): DeviceBuffer {
    const most = this.device.limits.maxStorageBufferBindingSize;
    if (bytes > most)
      throw new RangeError(
        `the GPU binds at most ${most} bytes at once, and a buffer of this problem has ${bytes}`,
      );
    const buffer = this.device.createBuffer({
      size: Math.max(16, Math.ceil(bytes / 4) * 4),
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    return { id: this.#buffers.push(buffer) - 1, buffer };
  }

  /** The kernel of that name, whose shader is made when it is first asked for. */
  kernel(name: string, make: () => Shader): Kernel {
    const known = this.#kernels.get(name);
    if (known !== undefined) return known;
    const { code, access } = make();
    const { device } = this;
    const layout = device.createBindGroupLayout({
      entries: [
        {
          binding: 0,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: 'read-only-storage', hasDynamicOffset: true },
        },
        ...[...access].map((letter, index) => ({
          binding: index + 1,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: letter === 'w' ? 'storage' : 'read-only-storage' } as const,
        })),
      ],
    });
    const pipeline = device.createComputePipeline({
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: device.createShaderModule({ code }), entryPoint: 'main' },
    });
    const kernel = { pipeline, layout, id: this.#kernels.size };
    this.#kernels.set(name, kernel);
    return kernel;
  }

  /** Enqueues a kernel over workgroups. */
  dispatch(
    kernel: Kernel,
    buffers: readonly DeviceBuffer[],
    words: Iterable<Word>,
    [x, y = 1, z = 1]: readonly [x: number, y?: number, z?: number],
  ): void {
    const pass = this.#openPass();
    const offset = this.#count * this.#stride;
    let at = offset / 4;
    for (const word of words) {
      if (typeof word === 'number') this.#wholes[at++] = word;
      else this.#singles[at++] = word.single;
    }
    pass.setPipeline(kernel.pipeline);
    pass.setBindGroup(0, this.#groupOf(kernel, buffers), [offset]);
    pass.dispatchWorkgroups(x, y, z);
    this.#count++;
    if (this.#count === MOST_DISPATCHES) this.submit();
  }

  /** Hands over what was recorded. */
  submit(): void {
    if (this.#encoder === null || this.#pass === null) return;
    this.#pass.end();
    this.device.queue.writeBuffer(this.#words, 0, this.#staged, 0, this.#count * this.#stride);
    this.device.queue.submit([this.#encoder.finish()]);
    this.#encoder = null;
    this.#pass = null;
    this.#count = 0;
  }

  write(into: DeviceBuffer, bytes: ArrayBuffer, at = 0): void {
    this.submit();
    this.device.queue.writeBuffer(into.buffer, at, bytes);
  }

  /** Waits for all that was enqueued, then copies out a buffer's first bytes. */
  async read(from: DeviceBuffer, bytes: number): Promise<ArrayBuffer> {
    this.submit();
    const { device } = this;
    const copy = device.createBuffer({
      size: Math.ceil(bytes / 4) * 4,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    try {
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(from.buffer, 0, copy, 0, bytes);
      device.queue.submit([encoder.finish()]);
      await copy.mapAsync(GPUMapMode.READ);
      return copy.getMappedRange().slice(0);
    } finally {
      copy.destroy();
    }
  }

  #openPass(): GPUComputePassEncoder {
    this.#encoder ??= this.device.createCommandEncoder();
    this.#pass ??= this.#encoder.beginComputePass();
    return this.#pass;
  }

  #groupOf(kernel: Kernel, buffers: readonly DeviceBuffer[]): GPUBindGroup {
    let name = String(kernel.id);
    for (const { id } of buffers) name += `,${id}`;
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    const group = this.device.createBindGroup({
      layout: kernel.layout,
      entries: [
        { binding: 0, resource: { buffer: this.#words, size: this.#stride } },
        ...buffers.map(({ buffer }, index) => ({ binding: index + 1, resource: { buffer } })),
      ],
    });
    this.#groups.set(name, group);
    return group;
  }
}
