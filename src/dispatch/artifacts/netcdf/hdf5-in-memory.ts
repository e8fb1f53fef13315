import type { File, Group } from 'h5wasm';

let files = 0;

/**
 * The bytes of an HDF5 file that `fill` wrote. The file is made in memory: written straight to a disc
 * that is full, the library only prints its trouble and leaves a broken file behind.
 *
 * Equal content gives equal bytes: HDF5 stamps its objects with the time, so the clock stands still
 * while the (synchronous) library works.
 */
export async function hdf5Bytes(fill: (file: Group) => void): Promise<Uint8Array> {
  const { h5wasm, fs } = await library();
  const name = `/${files++}.h5`;
  const clock = Date.now;
  Date.now = () => 0;
  try {
    const file = new h5wasm.File(name, 'w');
    try {
      fill(file);
    } finally {
      closed(file);
    }
    return fs.readFile(name);
  } finally {
    Date.now = clock;
    if (fs.analyzePath(name, true).exists) fs.unlink(name);
  }
}

/** Opens the bytes of an HDF5 file for the time of `read`. */
export async function readHdf5<T>(bytes: Uint8Array, read: (file: Group) => T): Promise<T> {
  const { h5wasm, fs } = await library();
  const name = `/${files++}.h5`;
  fs.writeFile(name, bytes);
  try {
    const file = new h5wasm.File(name, 'r');
    try {
      return read(file);
    } finally {
      closed(file);
    }
  } finally {
    fs.unlink(name);
  }
}

/**
 * The same for a file of which nothing is known: what HDF5 finds wrong with it is thrown in its own few words
 * (`Not an HDF5 file`, `File has been truncated`) and not printed.
 */
export async function readForeignHdf5<T>(bytes: Uint8Array, read: (file: Group) => T): Promise<T> {
  const { h5wasm, fs, errors } = await library();
  const name = `/${files++}.h5`;
  // The bytes themselves, not a copy: they may be many.
  fs.writeFile(name, bytes, { canOwn: true });
  errors.activate_throwing_error_handler();
  try {
    const file = new h5wasm.File(name, 'r');
    try {
      return read(file);
    } finally {
      file.close();
    }
  } catch (error) {
    throw new Error(wordsOf(error));
  } finally {
    errors.deactivate_throwing_error_handler();
    fs.unlink(name);
  }
}

/** The last cause of HDF5's list is the first in time; below a missing filter it only tells where filters were sought. */
function wordsOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const filter = /required filter '(.+)' is not registered/.exec(text)?.[1];
  if (filter !== undefined) return `it is compressed with ${filter}, which is not read here`;
  const causes = [...text.matchAll(/^ *minor: (.+)$/gm)];
  return causes.at(-1)?.[1] ?? text;
}

function closed(file: File): void {
  if (file.close() < 0) throw new Error(`HDF5 could not finish ${file.filename}`);
}

/** Loaded at the first use: it is 4 MB of WebAssembly that most commands do not need. */
async function library() {
  const { default: h5wasm } = await import('h5wasm');
  const module = await h5wasm.ready;
  return {
    h5wasm,
    fs: module.FS as unknown as MemoryFiles,
    errors: module as unknown as ErrorHandler,
  };
}

/** What is used of Emscripten's file system. */
interface MemoryFiles {
  readFile(path: string): Uint8Array;
  writeFile(path: string, bytes: Uint8Array, options?: { readonly canOwn: boolean }): void;
  unlink(path: string): void;
  analyzePath(path: string, dontResolveLastLink: boolean): { readonly exists: boolean };
}

/** What HDF5 does with an error: prints it, or throws it. */
interface ErrorHandler {
  activate_throwing_error_handler(): void;
  deactivate_throwing_error_handler(): void;
}
