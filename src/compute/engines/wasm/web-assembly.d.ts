/** What the engine uses of the runtime's global; the language's own library leaves it to the browser's. */
declare namespace WebAssembly {
  class Memory {
    constructor(limits: { initial: number; maximum?: number; shared?: boolean });
    /** A `SharedArrayBuffer` where the memory is shared; views are used in the same way. */
    readonly buffer: ArrayBuffer;
    /** Detaches `buffer`. */
    grow(pages: number): number;
  }
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>);
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>);
    readonly exports: Record<string, unknown>;
  }
  function validate(bytes: Uint8Array<ArrayBuffer>): boolean;
}
